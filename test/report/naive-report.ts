import type { Goal } from "../../src/goals.ts";
import { goalLabel } from "../../src/goals.ts";
import type { Hit } from "../../src/hit.ts";
import type { Amount } from "../../src/report/money.ts";
import { fits } from "../../src/report/pattern.ts";
import { type Filter, isSearch, type Metric } from "../../src/report/query.ts";
import type { NaiveVisit, Story } from "../tally/naive.ts";

/**
 * Answers queries from raw hits, straight from the definitions of the metrics: a visitor counts once a day in a row, a
 * visit once, whatever values they had. What the engine, which has only counts, is compared with.
 */
export interface NaiveQuery {
  from: string;
  to: string;
  hours: { from: number; to: number } | null;
  bucket: "all" | "hour" | "day" | "week" | "month";
  /** Names of properties. */
  groups: readonly string[];
  filter: Filter | null;
}

export type NaiveRow = { [name in Exclude<Metric, "total_revenue" | "average_revenue">]: number | null } & {
  amounts: Amount[];
};

/** What one thing that happened says of a property: none, one or several values. */
type Values = (property: string) => string[];

interface Happened {
  day: string;
  hour: number;
  values: Values;
}

export class NaiveReport {
  readonly #story: Story;
  readonly #goals: readonly Goal[];
  readonly #firstOfDay = new Map<string, Hit>();
  readonly #visitOf = new Map<Hit, NaiveVisit>();

  constructor(story: Story, goals: readonly Goal[]) {
    this.#story = story;
    this.#goals = goals;
    for (const hit of story.counted) if (!this.#firstOfDay.has(hit.visitor)) this.#firstOfDay.set(hit.visitor, hit);
    for (const visit of story.visits) for (const hit of visit.hits) this.#visitOf.set(hit, visit);
  }

  /** All labels that a property ever had. */
  labels(property: string): string[] {
    const { counted, visitless, visits } = this.#story;
    const values = [
      ...[...counted, ...visitless].flatMap((hit) => this.#ofHit(hit)(property)),
      ...visits.flatMap((visit) => this.#ofVisit(visit)(property)),
    ];
    return [...new Set(values.map((value) => labelOf(property, value)))].sort();
  }

  /** The rows of an answer by `JSON [bucket, ...labels]`. */
  rows(query: NaiveQuery): Map<string, NaiveRow> {
    const keys = new Set<string>();
    const { counted, visitless, visits } = this.#story;
    const hits = [...counted, ...visitless].map((hit) => ({ hit, keys: this.#keysOf(query, this.#happenedHit(hit)) }));
    const opened = visits.map((visit) => ({
      visit,
      keys: this.#keysOf(query, this.#happenedVisit(visit, this.#ofVisit(visit))),
      entered: this.#keysOf(query, this.#happenedVisit(visit, this.#ofEntry(visit))),
    }));
    const engagements = this.#engagements(query);
    for (const { keys: own } of [...hits, ...opened, ...engagements]) for (const key of own) keys.add(key);
    const isOfExits = this.#uses(query, "visit:exit_page");
    const rows = new Map<string, NaiveRow>();
    for (const key of keys) {
      const inRow = hits.filter((one) => one.keys.has(key)).map(({ hit }) => hit);
      const visitsInRow = opened.filter((one) => one.keys.has(key)).map(({ visit }) => visit);
      const entered = opened.filter((one) => one.entered.has(key)).map(({ visit }) => visit);
      const views = inRow.filter(({ kind }) => kind === "pageview").length;
      const pageviews = isOfExits ? sum(visitsInRow, viewsOf) : views;
      const visitors = isOfExits
        ? new Set(visitsInRow.map(({ visitor }) => visitor)).size
        : new Set(inRow.filter((hit) => !hit.visitless).map(({ visitor }) => visitor)).size;
      const engaged = engagements.filter((one) => one.keys.has(key));
      const seconds = engaged.flatMap(({ seconds }) => seconds ?? []);
      const scrolls = engaged.flatMap(({ scroll }) => scroll ?? []);
      rows.set(key, {
        visitors,
        visits: visitsInRow.length,
        pageviews,
        events: inRow.length,
        views_per_visit: ratio(pageviews, visitsInRow.length, 1, 2),
        bounce_rate: ratio(entered.filter(isBounce).length, entered.length, 100, 0),
        visit_duration: ratio(sum(entered, secondsOf), entered.length, 1, 0),
        time_on_page: ratio(sum(seconds, Number), seconds.length, 1, 0),
        scroll_depth: ratio(sum(scrolls, Number), scrolls.length, 1, 0),
        percentage: null,
        conversion_rate: null,
        group_conversion_rate: null,
        amounts: amountsOf(inRow),
      });
    }
    return rows;
  }

  /** Visitors of a whole answer, each once a day. */
  visitors(query: NaiveQuery): number {
    return this.rows({ ...query, bucket: "all", groups: [] }).get(JSON.stringify([""]))?.visitors ?? 0;
  }

  #uses({ groups, filter }: NaiveQuery, property: string): boolean {
    return groups.includes(property) || JSON.stringify(filter).includes(property);
  }

  /** Rows that something is in: by some choice among its values that the filter lets pass. */
  #keysOf({ from, to, hours, bucket, groups, filter }: NaiveQuery, { day, hour, values }: Happened): Set<string> {
    const keys = new Set<string>();
    if (day < from || day > to) return keys;
    if (hours && ((day === from && hour < hours.from) || (day === to && hour > hours.to))) return keys;
    const used = [...new Set([...groups, ...propertiesOf(filter)])];
    let choices: Record<string, string>[] = [{}];
    for (const property of used) {
      // A path and its host are of one page, a value and its event of one event.
      choices = choices.flatMap((choice) => values(property).map((value) => ({ ...choice, [property]: value })));
    }
    for (const choice of choices) {
      if (!isOfOnePage(choice) || !meets(filter, choice)) continue;
      keys.add(
        JSON.stringify([
          bucketOf(bucket, day, hour),
          ...groups.map((property) => labelOf(property, choice[property] ?? "")),
        ]),
      );
    }
    return keys;
  }

  #happenedHit(hit: Hit): Happened {
    return { day: hit.day.day, hour: hit.hour, values: this.#ofHit(hit) };
  }

  #happenedVisit(visit: NaiveVisit, values: Values): Happened {
    const [first] = visit.hits as [Hit];
    return { day: first.day.day, hour: first.hour, values };
  }

  #ofHit(hit: Hit): Values {
    const first = this.#visitOf.get(hit)?.hits[0] ?? hit;
    const constants = this.#firstOfDay.get(hit.visitor) ?? hit;
    const ofVisitor = hit.visitless ? hit : constants;
    return (property) => {
      switch (property) {
        case "event:page":
        case "event:hostname":
          return [`${hit.page}`];
        case "event:name":
          return [hit.event?.name ?? "pageview"];
        case "event:goal":
          return this.#goals
            .filter(({ type, name }) => (type === "event" ? hit.event?.name === name : hit.goals?.includes(name)))
            .map(goalLabel);
        default:
          if (property.startsWith("event:props:")) {
            return (hit.props ?? []).flatMap(([name, value]) => (property === `event:props:${name}` ? [value] : []));
          }
          return constantsOf(property, first, ofVisitor);
      }
    };
  }

  /** A visit's own values; of pages all that it saw. */
  #ofVisit(visit: NaiveVisit): Values {
    const [first] = visit.hits as [Hit];
    const counted = visit.hits.filter(({ kind }) => kind !== "engagement");
    return (property) => {
      switch (property) {
        case "event:page":
        case "event:hostname":
          return [...new Set(counted.map(({ page }) => page))];
        case "visit:exit_page":
          return [counted.at(-1)?.page ?? ""];
        default:
          if (property.startsWith("event:")) return [];
          return constantsOf(property, first, this.#firstOfDay.get(visit.visitor) ?? first);
      }
    };
  }

  /** As `#ofVisit`, with the page at which it entered in place of its pages. */
  #ofEntry(visit: NaiveVisit): Values {
    const own = this.#ofVisit(visit);
    const [first] = visit.hits as [Hit];
    return (property) => (property === "event:page" || property === "event:hostname" ? [first.page] : own(property));
  }

  /** Engaged seconds and deepest scrolls of each visit with each page, by the rows they are in. */
  #engagements(query: NaiveQuery): { keys: Set<string>; seconds: number | null; scroll: number | null }[] {
    return this.#story.visits.flatMap((visit) => {
      const own = this.#ofVisit(visit);
      return [...new Set(visit.hits.map((hit) => hit.page))].map((page) => {
        const values: Values = (property) =>
          property === "event:page" || property === "event:hostname" ? [page] : own(property);
        const engagements = visit.hits.flatMap((hit) => (hit.page === page && hit.engagement ? [hit.engagement] : []));
        const engagedMs = sum(engagements, (engagement) => engagement.engagedMs);
        const depths = engagements.flatMap(({ scrollPercent }) => scrollPercent ?? []);
        return {
          keys: this.#keysOf(query, this.#happenedVisit(visit, values)),
          seconds: engagedMs > 0 ? Math.floor(engagedMs / 1000) : null,
          scroll: depths.length > 0 ? Math.max(...depths) : null,
        };
      });
    });
  }
}

/** Pages are kept whole while rows are chosen, under two names; a choice must be of one page. */
function isOfOnePage(choice: Record<string, string>): boolean {
  const [path, host] = [choice["event:page"], choice["event:hostname"]];
  return path === undefined || host === undefined || path === host;
}

const PAGES = ["event:page", "visit:entry_page", "visit:exit_page"];

/** A property's label, from a value that keeps pages whole. */
function labelOf(property: string, value: string): string {
  if (property === "event:hostname") return value.slice(0, value.indexOf("/"));
  return PAGES.includes(property) ? value.slice(value.indexOf("/")) : value;
}

function meets(filter: Filter | null, choice: Record<string, string>): boolean {
  if (filter === null) return true;
  if ("and" in filter) return filter.and.every((part) => meets(part, choice));
  if ("or" in filter) return filter.or.some((part) => meets(part, choice));
  if ("not" in filter) return !meets(filter.not, choice);
  const label = labelOf(filter.dimension, choice[filter.dimension] ?? "");
  return filter.anyOf.some((matcher) => !isSearch(matcher) && fits(matcher, label));
}

function propertiesOf(filter: Filter | null): string[] {
  if (filter === null) return [];
  if ("and" in filter) return filter.and.flatMap(propertiesOf);
  if ("or" in filter) return filter.or.flatMap(propertiesOf);
  return "not" in filter ? propertiesOf(filter.not) : [filter.dimension];
}

/** Values that a visit or a visitor has once. */
function constantsOf(property: string, first: Hit, ofVisitor: Hit): string[] {
  const blank = (text: string, otherwise: string) => [text || otherwise];
  switch (property) {
    case "visit:source":
      return blank(first.source, "Direct / None");
    case "visit:channel":
      return blank(first.channel, "Direct");
    case "visit:referrer":
      return blank(first.referrer, "Direct / None");
    case "visit:utm_campaign":
      return blank(first.utmCampaign, "(not set)");
    case "visit:utm_medium":
      return blank(first.utmMedium, "(not set)");
    case "visit:utm_term":
      return blank(first.utmTerm, "(not set)");
    case "visit:entry_page":
      return [first.page];
    case "visit:country":
      return blank(ofVisitor.country, "(not set)");
    case "visit:region":
      return blank(ofVisitor.region, "(not set)");
    case "visit:browser":
      return blank(ofVisitor.browser, "(not set)");
    case "visit:browser_version":
      return blank(ofVisitor.browserVersion, "(not set)");
    case "visit:os":
      return blank(ofVisitor.os, "(not set)");
    case "visit:device":
      return blank(ofVisitor.device, "(not set)");
    case "visit:language":
      return blank(ofVisitor.language, "(not set)");
    default:
      return [];
  }
}

function bucketOf(bucket: NaiveQuery["bucket"], day: string, hour: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  switch (bucket) {
    case "all":
      return "";
    case "hour":
      return `${day} ${hour}`;
    case "day":
      return day;
    case "week": {
      while (at.getUTCDay() !== 1) at.setUTCDate(at.getUTCDate() - 1);
      return at.toISOString().slice(0, 10);
    }
    case "month":
      return `${day.slice(0, 8)}01`;
  }
}

function amountsOf(hits: readonly Hit[]): Amount[] {
  const amounts = new Map<string, Amount>();
  for (const { revenue } of hits) {
    if (!revenue) continue;
    const { currency, thousandths } = revenue;
    const known = amounts.get(currency) ?? { currency, events: 0, thousandths: 0 };
    amounts.set(currency, { currency, events: known.events + 1, thousandths: known.thousandths + thousandths });
  }
  return [...amounts.values()];
}

function viewsOf({ hits }: NaiveVisit): number {
  return hits.filter(({ kind }) => kind === "pageview").length;
}

function isBounce(visit: NaiveVisit): boolean {
  return viewsOf(visit) === 1 && !visit.hits.some(({ event }) => event?.interactive);
}

function secondsOf({ hits }: NaiveVisit): number {
  const instants = hits.map(({ at }) => at);
  return Math.floor((Math.max(...instants) - Math.min(...instants)) / 1000);
}

function sum<T>(list: readonly T[], of: (one: T) => number): number {
  return list.reduce((total, one) => total + of(one), 0);
}

function ratio(above: number, below: number, scale: number, decimals: number): number | null {
  if (below === 0) return null;
  const factor = 10 ** decimals;
  return Math.round((above / below) * scale * factor) / factor;
}
