import { FIRST_VIEW_BYTES } from "../../scripts/dashboard/first-view.ts";
import { atMost, columns, digits, type Figure, figures, whole } from "../table.ts";
import type { Dashboard } from "./dashboard.ts";
import type { Kind, LoadedFile } from "./files.ts";
import { type Seen, WINDOW_TEXT } from "./views.ts";

const KINDS: readonly Kind[] = ["document", "scripts", "styles", "API", "SVG", "other"];

/** The section of the dashboard. */
export function dashboardTable(measured: Dashboard): string {
  const { days, pageviews, plan, files } = measured;
  return `Dashboard of ${whole(pageviews)} page views on ${days} days, in Chromium (${WINDOW_TEXT}), from navigation until painted; medians of ${plan.repetitions}
${looksTable(measured)}
What its first view loads, with nothing cached, in bytes
${kindTable(files)}
${fileTable(files)}
${figures(dashboardFigures(measured))}`;
}

function looksTable({ looks }: Dashboard): string {
  const { emptyCold, firstAsk, cold, emptyWarm, warm } = looks;
  const ms = (value: number | null) => (value === null ? "" : digits(0)(value));
  const row = (name: string, { numbersMs, chartMs, askedMs, answeredMs }: Seen, empty: Seen) => [
    name,
    ms(askedMs),
    ms(answeredMs),
    ms(numbersMs),
    ms(chartMs),
    digits(1)(chartMs / empty.chartMs),
  ];
  return columns([
    ["", "API asked, ms", "answered", "top numbers", "chart", "× empty page"],
    row("empty page of the same Worker, nothing cached", emptyCold, emptyCold),
    row("dashboard, nothing cached, first ask of the day", firstAsk, emptyCold),
    row("dashboard, nothing cached, asked again", cold, emptyCold),
    row("empty page of the same Worker, browser's cache", emptyWarm, emptyWarm),
    row("dashboard, browser's cache, asked again", warm, emptyWarm),
  ]);
}

function kindTable(files: readonly LoadedFile[]): string {
  const of = (kind: Kind) => files.filter((file) => file.kind === kind);
  const kinds = KINDS.filter((kind) => of(kind).length > 0);
  const row = (name: string, some: readonly LoadedFile[]) => [name, whole(some.length), ...sizes(some)];
  return columns([
    ["", "requests", "raw", "brotli -5", "brotli -11"],
    ...kinds.map((kind) => row(kind, of(kind))),
    row("together", files),
  ]);
}

/** The names without their hashes, so that tables of two builds can be laid side by side. */
function fileTable(files: readonly LoadedFile[]): string {
  const rows = files.map((file) => [file.path.replace(/-[\w-]{8}(?=\.\w+$)/, ""), ...sizes([file])]);
  return columns([["", "raw", "brotli -5", "brotli -11"], ...rows]);
}

function sizes(files: readonly LoadedFile[]): string[] {
  const sum = (of: (file: LoadedFile) => number) => whole(files.reduce((total, file) => total + of(file), 0));
  return [sum(({ raw }) => raw), sum(({ brotli5 }) => brotli5), sum(({ brotli11 }) => brotli11)];
}

function dashboardFigures({ files, apiRequests, requestsWarm, unforeseen }: Dashboard): Figure[] {
  const code = files.filter(({ kind }) => kind === "scripts" || kind === "styles");
  const bytes = code.reduce((total, { brotli11 }) => total + brotli11, 0);
  return [
    atMost("scripts and styles of the first view, brotli -11", bytes, FIRST_VIEW_BYTES, whole),
    atMost("requests to the API, a view", apiRequests, 1, whole),
    {
      what: "requests of a view with the browser's cache, with those that ask for changes",
      figure: whole(requestsWarm),
    },
    atMost("scripts and styles that first-view.ts does not know, or knows in vain", unforeseen.length, 0, whole),
    ...unforeseen.map((path) => ({ what: `  ${path}`, figure: "" })),
  ];
}
