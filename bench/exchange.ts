/**
 * `node bench/exchange.ts`: what it takes to import and to export one year of a site with 1,000 pages a day, in the
 * Worker as `npm start` serves it. The year comes as Plausible would write it; then it is exported, and that export
 * imported into another site. CPU and memory are workerd's own, of the Worker, the clerk and D1 together (Linux only).
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { csvLine } from "../src/exchange/csv-write.ts";
import { footfall, type Runtime, stopAll } from "./runtime.ts";
import { columns, megabytes, whole } from "./table.ts";

const ADMIN_KEY = "bench-admin-key";
const DAYS = 365;
const PAGES = 1_000;
const YEAR = "20250101_20251231";

type Cell = string | number;

/** A year of Plausible's files: every page every day, and what leads there. */
function plausibleYear(): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  const file = (table: string, header: string, rows: (day: string, index: number) => Cell[][]) => {
    const lines = [csvLine(header.split(","))];
    for (let index = 0; index < DAYS; index++) {
      const day = new Date(Date.UTC(2025, 0, 1 + index)).toISOString().slice(0, 10);
      for (const row of rows(day, index)) lines.push(csvLine([day, ...row]));
    }
    files[`imported_${table}_${YEAR}.csv`] = Buffer.from(lines.join(""));
  };
  const many = (count: number, row: (index: number) => Cell[]) =>
    Array.from({ length: count }, (_, index) => row(index));
  const n = (day: number, index: number) => 1 + ((day * 31 + index * 7) % 97);
  const page = (index: number) => `/articles/2025/some-title-of-usual-length-${index}`;
  const five = (day: number, index: number) => many(5, (column) => [n(day, index + column)]).flat();
  file("visitors", "date,visitors,pageviews,bounces,visits,visit_duration", (_, day) => [five(day, 0)]);
  file(
    "sources",
    "date,source,referrer,utm_source,utm_medium,utm_campaign,utm_content,utm_term,pageviews,visitors,visits,visit_duration,bounces",
    (_, day) =>
      many(300, (i) => [
        "Google",
        `site${i}.example.com/path`,
        "",
        "",
        i % 9 ? "" : `may-${i}`,
        "",
        "",
        ...five(day, i),
      ]),
  );
  file(
    "pages",
    "date,hostname,page,visits,visitors,pageviews,total_scroll_depth,total_scroll_depth_visits,total_time_on_page,total_time_on_page_visits",
    (_, day) => many(PAGES, (i) => ["example.com", page(i), ...five(day, i), n(day, i), n(day, i + 1)]),
  );
  for (const [table, visits] of [
    ["entry_pages", "entrances"],
    ["exit_pages", "exits"],
  ] as const) {
    const name = table.replace("pages", "page");
    file(table, `date,${name},visitors,${visits},visit_duration,bounces,pageviews`, (_, day) =>
      many(PAGES, (i) => [page(i), ...five(day, i)]),
    );
  }
  file("custom_events", "date,name,link_url,path,visitors,events", (_, day) =>
    many(100, (i) => ["Outbound Link: Click", `https://site${i}.example.org/`, "", n(day, i), n(day, i)]),
  );
  const visit = "visitors,visits,visit_duration,bounces,pageviews";
  file("locations", `date,country,region,city,${visit}`, (_, day) =>
    many(150, (i) => [`C${i % 50}`, `R${i}`, 0, ...five(day, i)]),
  );
  file("devices", `date,device,${visit}`, (_, day) => many(4, (i) => [`Device${i}`, ...five(day, i)]));
  file("browsers", `date,browser,browser_version,${visit}`, (_, day) =>
    many(60, (i) => [`B${i % 9}`, `${i}`, ...five(day, i)]),
  );
  file("operating_systems", `date,operating_system,operating_system_version,${visit}`, (_, day) =>
    many(40, (i) => [`OS${i % 9}`, `${i}`, ...five(day, i)]),
  );
  return files;
}

/** Seconds of CPU that a process has used. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Bytes of memory of a process, now and at most since the last reset. */
function memory(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const bytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024;
  return { now: bytes("VmRSS"), peak: bytes("VmHWM") };
}

async function measured(runtime: Runtime, name: string, run: () => Promise<Uint8Array | object>): Promise<string[]> {
  writeFileSync(`/proc/${runtime.pid}/clear_refs`, "5");
  const before = { cpu: cpuSeconds(runtime.pid), ...memory(runtime.pid), at: performance.now() };
  const result = await run();
  const { peak } = memory(runtime.pid);
  return [
    name,
    ((performance.now() - before.at) / 1000).toFixed(1),
    (cpuSeconds(runtime.pid) - before.cpu).toFixed(1),
    megabytes(before.now),
    megabytes(peak),
    result instanceof Uint8Array ? `${megabytes(result.length)} ZIP` : JSON.stringify(result),
  ];
}

async function main(directory: string): Promise<void> {
  const runtime = await footfall(join(directory, "footfall"), ADMIN_KEY);
  const send = async (path: string, init: RequestInit = {}) => {
    const headers = { Authorization: `Bearer ${ADMIN_KEY}` };
    const response = await fetch(`http://127.0.0.1:${runtime.port}/api/v1/sites${path}`, { headers, ...init });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  for (const domain of ["one.example", "two.example"]) {
    await send("", { method: "POST", body: JSON.stringify({ domain }) });
  }
  const post = async (domain: string, body: Uint8Array) => {
    const answer = await send(`/${domain}/import`, { method: "POST", body: new Uint8Array(body) });
    const { days, tables } = (await answer.json()) as { days: number; tables: string[] };
    return { days, tables: tables.length };
  };

  const files = plausibleYear();
  const unpacked = Object.values(files).reduce((sum, file) => sum + file.length, 0);
  const zip = zipSync(files);
  let exported = new Uint8Array(0);
  const rows = [
    ["", "seconds", "CPU s", "RSS before", "RSS peak", ""],
    await measured(runtime, "import from Plausible", () => post("one.example", zip)),
    await measured(runtime, "export", async () => {
      exported = new Uint8Array(await (await send("/one.example/export.zip")).arrayBuffer());
      return exported;
    }),
    await measured(runtime, "import of that export", () => post("two.example", exported)),
    await measured(runtime, "the same again", () => post("two.example", exported)),
    await measured(
      runtime,
      "removal",
      async () => (await send("/two.example/imports/2", { method: "DELETE" })).json() as object,
    ),
  ];
  process.stdout.write(
    `${whole(PAGES)} pages a day for ${DAYS} days; Plausible's files ${megabytes(unpacked)}, as ZIP ${megabytes(zip.length)}\n\n${columns(rows)}`,
  );
}

const directory = mkdtempSync(join(tmpdir(), "footfall-exchange-"));
try {
  await main(directory);
} finally {
  await stopAll();
  rmSync(directory, { recursive: true, force: true });
}
process.exit();
