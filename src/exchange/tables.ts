/**
 * The files of the exchange, one declaration for both directions: which columns a file has, what its numbers are, how a
 * stored value becomes its text, and what a row adds to. Ten are Plausible's
 * (https://plausible.io/docs/csv-import); the last two hold all that is stored and are Footfall's own. Pure.
 */

import { channelOf } from "../collect/channel.ts";
import { taggedSource } from "../collect/source.ts";
import { clean } from "../collect/text.ts";
import { DIMENSIONS, type Dimension, OTHER, PAGEVIEW, PART, propertyDimension } from "../dimensions.ts";
import { LIMITS } from "../limits.ts";
import { COLUMN, COUNTED, type Counted } from "../metrics.ts";
import { joint } from "../tally/describe-hit.ts";
import { addCounts, type Values } from "./day-values.ts";
import { PAIR_TABLE } from "./pair-table.ts";
import { BROWSER_NAMES, DEVICE_NAMES, type Names, SYSTEM_NAMES } from "./plausible-names.ts";

/** Takes counts for a value of a stored dimension. */
export type Add = (dimension: string, value: string, counts: readonly number[]) => void;

/** What a row means beyond its own cells. */
export interface RowContext {
  domain: string;
  /** The hosts of each path that the pages of the row's day have; null: several. */
  hosts: Map<string, string | null>;
}

/** Text cells of a row, and its counts in the order of `COUNTED`. */
export type Row = [texts: readonly string[], counts: readonly number[]];

export interface Table {
  /** As the file's name begins. */
  file: string;
  /** What owners call it. */
  name: string;
  /** All columns but `date`, in the order of the file. */
  columns: readonly Column[];
  /** The stored dimensions that it is written from. */
  dimensions: readonly string[] | "all";
  /** The rows of what these dimensions have on a day: of each by itself, or (`isWhole`) of all at once. */
  rows: (day: ReadonlyMap<string, Values>) => Iterable<Row>;
  isWhole?: true;
  /** Adds a row to what it counts for. */
  store: (texts: readonly string[], counts: readonly number[], add: Add, context: RowContext) => void;
  /** What is wrong with the text cells of a row: which of them, and the rule; null where nothing is. */
  fault?: (texts: readonly string[]) => [text: number, rule: string] | null;
}

export interface Column {
  name: string;
  /** `text` is part of what is counted; `city` is never counted: written as 0 (none), and ignored. */
  kind: "text" | "city" | Counted;
  /** Files of older versions lack it, or leave it blank. */
  isOptional: boolean;
}

/** The numbers of Plausible's files. Durations are total seconds. */
const NUMBERS: Record<string, Counted> = {
  visitors: "visitors",
  visits: "visits",
  entrances: "visits",
  exits: "visits",
  pageviews: "pageviews",
  bounces: "bounces",
  visit_duration: "durationSeconds",
  events: "customEvents",
  total_scroll_depth: "scrollPercent",
  total_scroll_depth_visits: "scrollVisits",
  total_time_on_page: "engagedSeconds",
  total_time_on_page_visits: "engagedVisits",
};

function columnsOf(names: string): Column[] {
  return names.split(",").map((name) => ({
    name,
    kind: name === "city" ? "city" : (NUMBERS[name] ?? "text"),
    isOptional: name.startsWith("total_"),
  }));
}

/** A file of Plausible's whose rows are the values of one dimension. */
function table(
  name: string,
  columns: string,
  dimension: string,
  texts: (value: string) => string[],
  store: Table["store"],
): Table {
  return {
    file: `imported_${name}`,
    name,
    columns: columnsOf(columns),
    dimensions: [dimension],
    rows: (day) => summedRows(day.get(dimension) ?? new Map(), texts),
    store,
  };
}

/** Rows of values; those that read the same are one row. */
function* summedRows(values: Values, textsOf: (value: string) => string[]): Generator<Row> {
  const sums = new Map<string, { texts: string[]; counts: number[] }>();
  for (const [value, counts] of values) {
    const texts = textsOf(value);
    const key = texts.join("\n");
    const sum = sums.get(key);
    if (sum) addCounts(sum.counts, counts);
    else sums.set(key, { texts, counts: [...counts] });
  }
  for (const { texts, counts } of sums.values()) yield [texts, counts];
}

const STORED = new Map<string, Dimension>(
  DIMENSIONS.filter(({ stored }) => stored).map((dimension) => [dimension.name, dimension]),
);

/** How many parts a value of a stored dimension may have. */
function mostParts(dimension: string): number {
  return STORED.get(dimension)?.parts ?? 1;
}

/** The parts of a dimension's values, blank ones too. `(other)` is the first part alone. */
function partsOf(dimension: string): (value: string) => string[] {
  return (value) => {
    const found = value.split(PART);
    return Array.from({ length: mostParts(dimension) }, (_, part) => found[part] ?? "");
  };
}

const short = (text: string) => clean(text, LIMITS.acquisitionChars);

/** Stores each row under its parts, joined. */
function storeJoint(dimension: string): Table["store"] {
  return (texts, counts, add) => add(dimension, joint(...texts.map(short)), counts);
}

/** A file of Plausible's whose first text is a name, which both may know by another. */
function namedTable(name: string, columns: string, dimension: string, names: Names): Table {
  return table(
    name,
    columns,
    dimension,
    (value) => {
      const [first = "", ...more] = partsOf(dimension)(value);
      return [names.toPlausible(first), ...more];
    },
    ([first = "", ...more], ...rest) => storeJoint(dimension)([names.fromPlausible(short(first)), ...more], ...rest),
  );
}

/** `example.com/blog` → `example.com`, `/blog`; a page without a host has a path alone. */
function hostAndPath(page: string): [host: string, path: string] {
  const slash = page.indexOf("/");
  return slash < 0 ? ["", page] : [page.slice(0, slash), page.slice(slash)];
}

function pageOf(host: string, path: string): string {
  if (path === OTHER || host === "") return path;
  return path.startsWith("/") ? host + path : `${host}/${path}`;
}

const pathOf = (text: string) => clean(text, LIMITS.pathChars) || "/";

/** Entry and exit pages have no host in their files: that of the page of the same path, if one alone has it that day. */
function storeByPath(dimension: string): Table["store"] {
  return ([text = ""], counts, add, { domain, hosts }) => {
    const path = pathOf(text);
    add(dimension, pageOf(hosts.get(path) ?? domain, path), counts);
  };
}

function storeSource(texts: readonly string[], counts: readonly number[], add: Add): void {
  const [named = "", referrer = "", ...utm] = texts.map(short);
  if (named === OTHER) {
    for (const dimension of ["acquisition", "source", "channel", "referrer", ...UTM]) add(dimension, OTHER, counts);
    return;
  }
  // Named as what is counted here is: one source, one name.
  const source = named === "" || named === "Direct / None" ? null : taggedSource(named);
  const [, medium = "", campaign = ""] = utm;
  add("acquisition", joint(source?.name ?? "", referrer, ...utm), counts);
  add("source", source?.name ?? "", counts);
  add("channel", channelOf({ source, medium, campaign, hasClickId: () => false }), counts);
  add("referrer", referrer, counts);
  for (const [index, dimension] of UTM.entries()) add(dimension, utm[index] ?? "", counts);
}

const UTM = ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"] as const;

/** Which of an event's properties have a column, for which events. */
const EVENT_PROPERTIES = [
  { column: "link_url", property: "url", events: ["Outbound Link: Click", "File Download", "Cloaked Link: Click"] },
  { column: "path", property: "path", events: ["404", "Form: Submission"] },
] as const;

/** Not custom events, though Plausible's file lists engagements among them. */
const NO_CUSTOM_EVENTS = new Set([PAGEVIEW, "engagement"]);

/** An event with a column for its property has a row for each value, and one for what is left without. */
function* eventRows(day: ReadonlyMap<string, Values>): Generator<Row> {
  for (const [name, counts] of day.get("event") ?? []) {
    const rest = [...counts];
    const index = EVENT_PROPERTIES.findIndex(({ events }) => (events as readonly string[]).includes(name));
    const property = EVENT_PROPERTIES[index]?.property;
    for (const [value, part] of (property && day.get(propertyDimension(name, property))) ?? []) {
      yield [index === 0 ? [name, value, ""] : [name, "", value], part];
      for (const [column, count] of part.entries()) rest[column] = Math.max(0, (rest[column] ?? 0) - count);
    }
    if (property === undefined || rest[COLUMN.customEvents]) yield [[name, "", ""], rest];
  }
}

function storeEvent([text = "", url = "", path = ""]: readonly string[], counts: readonly number[], add: Add): void {
  const name = clean(text, LIMITS.eventNameChars);
  if (name === "" || NO_CUSTOM_EVENTS.has(name)) return;
  add("event", name, counts);
  for (const [index, value] of [url, path].map((value) => clean(value, LIMITS.propValueBytes)).entries()) {
    const property = EVENT_PROPERTIES[index]?.property;
    if (property && value) add(propertyDimension(name, property), value, counts);
  }
  // An event has no number of its own in the file of visitors.
  const events = COUNTED.map((_, column) => (column === COLUMN.customEvents ? (counts[column] ?? 0) : 0));
  add("site", "", events);
}

/** `event:<event>:<property>`, or the one of all properties beyond their bound. */
const PROPERTY = /^event:([^:]+:.+|\(other\))$/s;

function storedFault([dimension = "", value = ""]: readonly string[]): [text: number, rule: string] | null {
  if (!STORED.has(dimension) && !PROPERTY.test(dimension)) return [0, "must be a dimension that Footfall stores"];
  if (/\p{Cc}/u.test(dimension) || /\p{Cc}/u.test(value.replaceAll(PART, ""))) {
    return [/\p{Cc}/u.test(dimension) ? 0 : 1, "must not contain control characters"];
  }
  const most = mostParts(dimension);
  return value.split(PART).length > most ? [1, `must have at most ${most} parts (separated by tabs)`] : null;
}

function* storedRows(day: ReadonlyMap<string, Values>): Generator<Row> {
  for (const [dimension, values] of day) for (const [value, counts] of values) yield [[dimension, value], counts];
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Columns that the file had from its beginning; later ones are missing in older files. */
const FIRST_COLUMNS = 10;

const visitMetrics = "visitors,visits,visit_duration,bounces,pageviews";

/** In the order in which a day is read: `pages` tell the hosts of entry and exit pages. */
export const PLAUSIBLE_TABLES: readonly Table[] = [
  table(
    "visitors",
    "visitors,pageviews,bounces,visits,visit_duration",
    "site",
    () => [],
    (_, counts, add) => add("site", "", counts),
  ),
  table(
    "sources",
    "source,referrer,utm_source,utm_medium,utm_campaign,utm_content,utm_term,pageviews,visitors,visits,visit_duration,bounces",
    "acquisition",
    partsOf("acquisition"),
    storeSource,
  ),
  table(
    "pages",
    "hostname,page,visits,visitors,pageviews,total_scroll_depth,total_scroll_depth_visits,total_time_on_page,total_time_on_page_visits",
    "page",
    hostAndPath,
    ([hostname = "", page = ""], counts, add, { hosts }) => {
      const host = short(hostname).toLowerCase();
      const path = pathOf(page);
      const known = hosts.get(path);
      if (known !== undefined && known !== host) hosts.set(path, null);
      else if (known !== undefined || hosts.size < LIMITS.exchangedValues) hosts.set(path, host);
      add("page", pageOf(host, path), counts);
    },
  ),
  table(
    "entry_pages",
    "entry_page,visitors,entrances,visit_duration,bounces,pageviews",
    "entry_page",
    (page) => [hostAndPath(page)[1]],
    storeByPath("entry_page"),
  ),
  table(
    "exit_pages",
    "exit_page,visitors,visit_duration,exits,bounces,pageviews",
    "exit_page",
    (page) => [hostAndPath(page)[1]],
    storeByPath("exit_page"),
  ),
  {
    file: "imported_custom_events",
    name: "custom_events",
    columns: columnsOf("name,link_url,path,visitors,events"),
    dimensions: [
      "event",
      ...EVENT_PROPERTIES.flatMap(({ events, property }) => events.map((event) => propertyDimension(event, property))),
    ],
    rows: eventRows,
    isWhole: true,
    store: storeEvent,
  },
  table(
    "locations",
    `country,region,city,${visitMetrics}`,
    "location",
    partsOf("location"),
    ([country, region = ""], ...rest) =>
      // Plausible's word for an unknown country
      storeJoint("location")([country === "ZZ" ? "" : (country ?? ""), region], ...rest),
  ),
  namedTable("devices", `device,${visitMetrics}`, "device", DEVICE_NAMES),
  namedTable("browsers", `browser,browser_version,${visitMetrics}`, "browser_version", BROWSER_NAMES),
  namedTable(
    "operating_systems",
    `operating_system,operating_system_version,${visitMetrics}`,
    "os_version",
    SYSTEM_NAMES,
  ),
];

/** All that is stored but pairs, as it is stored. */
export const STORED_TABLE: Table = {
  file: "footfall_counts",
  name: "footfall_counts",
  columns: [
    ...["dimension", "value"].map((name) => ({ name, kind: "text" as const, isOptional: false })),
    ...COUNTED.map((kind, column) => ({ name: snakeCase(kind), kind, isOptional: column >= FIRST_COLUMNS })),
  ],
  dimensions: "all",
  rows: storedRows,
  store: ([dimension = "", value = ""], counts, add) => add(dimension, value, counts),
  fault: storedFault,
};

export const TABLES: readonly Table[] = [...PLAUSIBLE_TABLES, STORED_TABLE, PAIR_TABLE];

/** Further files of Plausible's exports, which hold what cannot be stored: properties without the event they are of. */
export const LEFT_OUT = ["custom_props"] as const;

/** The header line of a table's file. */
export function headerOf({ columns }: Table): string[] {
  return ["date", ...columns.map(({ name }) => name)];
}

/** The cells of a row. */
export function cellsOf({ columns }: Table, day: string, [texts, counts]: Row): (string | number)[] {
  let text = 0;
  return [
    day,
    ...columns.map(({ kind }) => {
      if (kind === "text") return texts[text++] ?? "";
      return kind === "city" ? 0 : (counts[COLUMN[kind]] ?? 0);
    }),
  ];
}
