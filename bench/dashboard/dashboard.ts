/**
 * The dashboard in a real browser, on the site with ten million page views: what its first view loads, and how long it
 * takes until it is drawn, beside an empty page that the same Worker answers.
 */
import type { Browser } from "playwright-core";
import { dashboardBundle } from "../../scripts/dashboard/assets.ts";
import { firstView } from "../../scripts/dashboard/first-view.ts";
import { unpackChromium } from "../../test/browser/chromium.ts";
import { launchProgram, programOf } from "../../test/browser/program.ts";
import { ADMIN_KEY, command } from "../reports/client.ts";
import { domainOf, type Filled, type FillPlan, fill, noonZone } from "../reports/fill.ts";
import { footfall, type Runtime } from "../runtime.ts";
import { filesAt, type LoadedFile } from "./files.ts";
import { freshContext, type Seen, type Session, signIn, type View, view } from "./views.ts";

export interface DashboardPlan {
  /** Each kind of view is had so often. */
  repetitions: number;
}

/** Of each kind of view the medians. */
export interface Looks {
  /** With nothing in the browser's cache: an empty page, the dashboard where no answer is kept, and where one is. */
  emptyCold: Seen;
  firstAsk: Seen;
  cold: Seen;
  /** With what an earlier view left in the browser's cache. */
  emptyWarm: Seen;
  warm: Seen;
}

export interface Dashboard extends Pick<Filled, "days" | "pageviews"> {
  plan: DashboardPlan;
  looks: Looks;
  /** What a view with nothing cached loads, and how many requests one with a cache makes. */
  files: LoadedFile[];
  requestsWarm: number;
  /** The most that any view asked the API. */
  apiRequests: number;
  /** Scripts and styles that were loaded, but which first-view.ts does not count, and the other way round. */
  unforeseen: string[];
}

/**
 * @param filled what `measureReports` left in the same directory; null: nothing yet, so that the site is filled first
 * @throws Error where a page is not drawn
 */
export async function measureDashboard(
  directory: string,
  plan: DashboardPlan & FillPlan,
  filled: Pick<Filled, "days" | "pageviews"> | null,
  say: (text: string) => void,
): Promise<Dashboard> {
  const runtime = await footfall(directory, ADMIN_KEY, { worker: "reports", withAssets: true });
  try {
    const { days, pageviews } = filled ?? (await fill(runtime, plan, noonZone(Date.now()), say, "medium"));
    say("dashboard: starting a browser");
    const browser = await launchProgram(programOf(await unpackChromium()));
    try {
      return { days, pageviews, plan, ...(await lookAt(browser, runtime, plan, say)) };
    } finally {
      await browser.close();
    }
  } finally {
    await runtime.stop();
  }
}

async function lookAt(
  browser: Browser,
  runtime: Runtime,
  { repetitions }: DashboardPlan,
  say: (text: string) => void,
): Promise<Omit<Dashboard, "days" | "pageviews" | "plan">> {
  const origin = `http://127.0.0.1:${runtime.port}`;
  const session = await signIn(browser, origin, ADMIN_KEY);
  const pages = { empty: `${origin}/bench/empty`, dashboard: `${origin}/${domainOf("medium")}` };

  // Not to measure what the first view of all takes: code that is compiled, a tally that is made.
  const files = await filesOfFirstView(browser, session, pages.dashboard);
  await coldAndWarm(browser, session, pages.empty);

  const views: { [Kind in keyof Looks]: View[] } = { emptyCold: [], firstAsk: [], cold: [], emptyWarm: [], warm: [] };
  // Turns, so that whatever else the machine does slows all of them.
  for (let time = 0; time < repetitions; time++) {
    const [emptyCold, emptyWarm] = await coldAndWarm(browser, session, pages.empty);
    await command(runtime, { command: "forget" });
    const [firstAsk] = await coldAndWarm(browser, session, pages.dashboard, 1);
    const [cold, warm] = await coldAndWarm(browser, session, pages.dashboard);
    for (const [kind, had] of Object.entries({ emptyCold, firstAsk, cold, emptyWarm, warm })) {
      if (had) views[kind as keyof Looks].push(had);
    }
  }
  say(`dashboard: ${repetitions} views of each kind`);

  const dashboards = [...views.firstAsk, ...views.cold, ...views.warm];
  const toApi = ({ requests }: View) => requests.filter((url) => new URL(url).pathname.startsWith("/api/")).length;
  return {
    looks: {
      emptyCold: median(views.emptyCold),
      firstAsk: median(views.firstAsk),
      cold: median(views.cold),
      emptyWarm: median(views.emptyWarm),
      warm: median(views.warm),
    },
    files,
    requestsWarm: Math.max(...views.warm.map(({ requests }) => requests.length)),
    apiRequests: Math.max(...dashboards.map(toApi)),
    unforeseen: await unforeseen(files),
  };
}

/** Views of an address by somebody who was never there: the first, and those after it. */
async function coldAndWarm(browser: Browser, session: Session, url: string, times = 2): Promise<View[]> {
  const context = await freshContext(browser, session);
  try {
    const views: View[] = [];
    for (let time = 0; time < times; time++) views.push(await view(context, url));
    return views;
  } finally {
    await context.close();
  }
}

async function filesOfFirstView(browser: Browser, session: Session, url: string): Promise<LoadedFile[]> {
  const context = await freshContext(browser, session);
  try {
    const { requests } = await view(context, url);
    return await filesAt(context, requests);
  } finally {
    await context.close();
  }
}

async function unforeseen(files: readonly LoadedFile[]): Promise<string[]> {
  const loaded = new Set(files.filter(({ kind }) => kind === "scripts" || kind === "styles").map(({ path }) => path));
  const foreseen = new Set(firstView(await dashboardBundle(), "en").map(({ fileName }) => `/dashboard/${fileName}`));
  return [...loaded.symmetricDifference(foreseen)];
}

/** Of each figure its own median. */
function median(views: readonly Seen[]): Seen {
  const middle = <T>(of: (view: Seen) => T) => views.map(of).sort((a, b) => Number(a) - Number(b))[views.length >> 1];
  return {
    numbersMs: middle(({ numbersMs }) => numbersMs) ?? Number.NaN,
    chartMs: middle(({ chartMs }) => chartMs) ?? Number.NaN,
    askedMs: middle(({ askedMs }) => askedMs) ?? null,
    answeredMs: middle(({ answeredMs }) => answeredMs) ?? null,
  };
}
