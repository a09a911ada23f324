import { LIMITS } from "../../src/limits.ts";
import { dayCounts } from "../../src/tally/day-counts.ts";
import { dayRows } from "../../src/tally/day-rows.ts";
import { apply } from "../../src/tally/machine.ts";
import { TallyState } from "../../src/tally/state.ts";
import { batchOf, pageview } from "../tally/hits.ts";
import type { Cells } from "./support.ts";

/** What the machine counts of a day on which everything happened that can be counted: every dimension has values. */
export function machineDay(day: string): Record<string, Cells> {
  const { counted, visits } = countedDay(day);
  return dayCounts(counted, visits).dimensions;
}

/** The rows of that day as they rest in D1, pairs included. */
export function machineRows(day: string, page?: string): [dimension: string, json: string][] {
  const { counted, visits } = countedDay(day, page);
  return [...dayRows(counted, visits)];
}

function countedDay(day: string, page = "example.com/a b") {
  const at = Date.parse(`${day}T12:00:00Z`);
  const state = new TallyState(LIMITS);
  const full = {
    page,
    source: "Newsletter",
    channel: "Email",
    referrer: "mail.example.org/inbox",
    utmSource: "newsletter",
    utmMedium: "email",
    utmCampaign: "spring",
    utmContent: "button",
    utmTerm: "red shoes",
    osVersion: "6",
    screen: "Laptop",
  };
  const event = (person: number, name: string, thousandths: number, currency: string) =>
    pageview(at + 30_000, person, {
      ...full,
      kind: "event",
      event: { name, interactive: true },
      revenue: { thousandths, currency },
      props: [["plan", "pro: yearly"]],
    });
  const hits = [
    pageview(at, 1, { ...full, goals: ["/a*", "/**"], props: [["author", "Ada"]] }),
    pageview(at + 10_000, 2, { ...full, approximate: true }),
    event(1, "Purchase", 19_990, "EUR"),
    event(1, "Purchase", 5_000, "JPY"),
    event(1, "Purchase", -4_500, "EUR"),
    event(2, "Order: paid", 1_250, "KWD"),
    event(2, "Refund", -700, "USD"),
    pageview(at + 60_000, 1, { ...full, kind: "engagement", engagement: { engagedMs: 42_000, scrollPercent: 80 } }),
    pageview(at + 3_600_000, 2, full),
  ];
  const drops = { id: "d".repeat(32), counts: [{ reason: "bot" as const, count: 3 }] };
  apply(state, at + 3_600_000, [batchOf(1, at, hits, { drops })]);
  const counted = state.days.get(day);
  if (!counted) throw new Error("the machine has counted nothing");
  return { counted, visits: [...state.visits.values()] };
}
