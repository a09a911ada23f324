/** `npm run demo`: a site with a year of data, to see what Footfall shows. `npm run demo -- --help` tells the options. */
import { isLocal } from "./demo/beacons.ts";
import { type Filled, fillDemo } from "./demo/fill.ts";
import { sendVisitors } from "./demo/live.ts";
import { DEMO_HELP, type DemoOptions, parseDemoOptions } from "./demo/options.ts";
import { knownAdminKey } from "./local/admin-key.ts";
import { StartError } from "./local/options.ts";
import { failed, projectDir, serve } from "./local/serve.ts";
import { stopSignal } from "./local/signals.ts";

async function main(): Promise<void> {
  const options = parseDemoOptions(process.argv.slice(2), process.cwd(), projectDir);
  if (options === "help") return void process.stdout.write(DEMO_HELP);
  const { url } = options;
  if (await answers(url)) {
    const key = options.key ?? knownAdminKey(options.varsFile, process.env.ADMIN_KEY);
    if (key === null) throw new StartError(`Footfall listens on ${url}; give its admin key by --key.`);
    return demonstrate(options, key, false, stopSignal());
  }
  if (!isLocal(url) || new URL(url).protocol !== "http:") throw new StartError(`Nothing answers at ${url}.`);
  say(`Nothing listens on ${url}: starting Footfall there, as npm start does …`);
  if (options.key !== null) process.env.ADMIN_KEY = options.key;
  const served = await serve(options, ({ admin, stopped }) => demonstrate(options, admin.key, true, stopped));
  if (served) say("Footfall has stopped. It starts again with npm start, and has what it had.");
}

async function demonstrate(
  options: DemoOptions,
  key: string,
  isOurs: boolean,
  stopped: Promise<"stopped">,
): Promise<void> {
  const filling = fillDemo({ ...options, key, say });
  const filled = await Promise.race([filling, stopped]);
  if (filled === "stopped") {
    filling.catch(() => undefined);
    return;
  }
  process.stdout.write(summary(filled, key));
  if (options.once) return;
  say(
    `Sending a few visitors a minute from now on, so that there is something to watch. Ctrl-C ends that${isOurs ? ", and Footfall" : ""}.`,
  );
  await sendVisitors(filled.target, stopped);
}

function summary({ target, from, to, imported, beacons, took }: Filled, key: string): string {
  const seconds = (Object.values(took).reduce((sum, ms) => sum + ms, 0) / 1_000).toFixed(0);
  const number = (count: number) => count.toLocaleString("en");
  return `
${target.domain} has ${number(imported.visitors)} visitors, ${number(imported.visits)} visits and ${number(imported.pageviews)} page views from ${from} to ${to},
and ${beacons.counted} hits of today. That took ${seconds} s.

  Dashboard   ${target.url}/${target.domain}
  Log in with ${key}

`;
}

/** Whether anything answers there as Footfall does. */
async function answers(url: string): Promise<boolean> {
  let response: Response;
  try {
    response = await fetch(`${url}/health`);
  } catch {
    return false;
  }
  if (!(await response.text()).includes('"tally"')) throw new StartError(`What answers at ${url} is no Footfall.`);
  return true;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().catch(failed);
