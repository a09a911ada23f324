import { footfall, type Runtime } from "../runtime.ts";
import { ADMIN_KEY, type Look, look, median, repeated } from "./client.ts";
import { domainOf, type Filled, type FillPlan, fill, noonZone, SITES, type SiteName } from "./fill.ts";
import { type Counted, difference, type Panels, type Question, questions } from "./questions.ts";

export interface ReportsPlan extends FillPlan {
  /** A question to Footfall is asked so often again. */
  repetitions: number;
}

/** A question, and what its answers took. */
export interface Asked {
  name: string;
  /** Of Footfall's, the first one and the median of the others; null where it has no such endpoint. */
  first: Look | null;
  again: Look | null;
  /** Of the plain table's, the median. */
  plain: Look;
}

/** A site whose dashboard is looked at. */
export interface Grown {
  /** In a year. */
  pageviews: number;
  /** The median of its answers. */
  look: Look;
}

export interface Reports extends Filled {
  asked: Asked[];
  grown: Grown[];
}

const YEAR = 365;
/** The plain table is asked three times, as long as that takes no longer than this. */
const PLAIN_REPETITIONS = 3;
const PLAIN_MS = 6_000;

/**
 * Asks Footfall and a plain table with the same hits, in the same D1, the same questions, and holds the answers
 * together.
 * @throws Error where they differ
 */
export async function measureReports(
  directory: string,
  plan: ReportsPlan,
  say: (text: string) => void,
): Promise<Reports> {
  const runtime = await footfall(directory, ADMIN_KEY, { worker: "reports" });
  try {
    const noon = noonZone(Date.now());
    const filled = await fill(runtime, plan, noon, say);
    // Not to measure what the first report of all takes: code that is compiled, a tally that is made.
    for (const site of Object.keys(SITES) as SiteName[]) await look(runtime, dashboard(site, "day"));

    const asked: Asked[] = [];
    for (const question of questions(domainOf("medium"), noon.today)) {
      asked.push(await askBoth(runtime, question, plan.repetitions));
      say(`reports: ${question.name}`);
    }
    return { ...filled, asked, grown: await dashboardsOf(runtime, plan) };
  } finally {
    await runtime.stop();
  }
}

/** The sites take turns, so that whatever else the machine does slows all of them. */
async function dashboardsOf(runtime: Runtime, { viewsPerDay, repetitions }: ReportsPlan): Promise<Grown[]> {
  const sites = Object.entries(SITES).map(([site, factor]) => ({
    pageviews: viewsPerDay * YEAR * factor,
    ask: () => look(runtime, dashboard(site as SiteName, "30d")),
    looks: [] as Look[],
  }));
  for (let time = 0; time < repetitions; time++) for (const { ask, looks } of sites) looks.push(await ask());
  return sites.map(({ pageviews, looks }) => ({ pageviews, look: median(looks) }));
}

const dashboard = (site: SiteName, period: string) => `/api/stats/${domainOf(site)}?period=${period}`;

async function askBoth(runtime: Runtime, question: Question, repetitions: number): Promise<Asked> {
  const { name, path, body, read, isOfPairs } = question;
  const ask = () => look(runtime, path, body);
  const first = await ask();
  const again = first.answer === null ? null : await repeated(repetitions, ask);

  const plains: (Look & { panels: Panels })[] = [];
  const began = performance.now();
  do plains.push(await askPlain(runtime, question.plain));
  while (plains.length < PLAIN_REPETITIONS && performance.now() - began < PLAIN_MS);

  if (first.answer !== null) {
    const isCapped = isOfPairs && JSON.stringify(first.answer).includes('"capped"');
    const differs = difference(read(first.answer as never), plains[0]?.panels ?? {}, isCapped);
    if (differs) throw new Error(`"${name}" is answered differently: ${differs}`);
  }
  return { name, first: first.answer === null ? null : first, again, plain: median(plains) };
}

async function askPlain(runtime: Runtime, plain: Question["plain"]): Promise<Look & { panels: Panels }> {
  const { answer, ...took } = await look(runtime, "/bench", { command: "ask", questions: Object.values(plain) });
  const tables = answer as (Counted & { value: string | null })[][];
  const panels = Object.keys(plain).map((panel, index) => [
    panel,
    (tables[index] ?? []).map((row) => ({ ...row, value: row.value ?? "" })),
  ]);
  return { ...took, panels: Object.fromEntries(panels) as Panels };
}
