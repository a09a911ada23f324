import { resolve } from "node:path";
import { DOMAIN_RULE, domainOf } from "../../src/manage/domain.ts";
import { DEFAULT_URL, FLAG, optionValues, StartError, type StartOptions } from "../local/options.ts";

/** What `npm run demo` was asked for. */
export interface DemoOptions extends StartOptions {
  /** Without a slash at its end. */
  url: string;
  domain: string;
  /** null: to be found as `npm start` finds it. */
  key: string | null;
  months: number;
  seed: number;
  /** Ends when the site is filled. */
  once: boolean;
}

export const DEMO_DOMAIN = "demo.example";
const MOST_MONTHS = 24;

export const DEMO_HELP = `Fills a site of Footfall with a believable year, and goes on sending it a few visitors a minute.
Where no Footfall listens at the URL, and it is one of this machine, it is started as by npm start.

Usage: npm run demo -- [options]

  --url <url>          Where Footfall listens (default ${DEFAULT_URL})
  --domain <domain>    The site to make (default ${DEMO_DOMAIN})
  --key <key>          The admin key (default: ADMIN_KEY, else as npm start keeps it)
  --months <number>    How far back the days go, 1 to ${MOST_MONTHS} (default 12)
  --seed <number>      Another number, another year (default 1)
  --once               End when the site is filled
  --persist-to <dir>   As of npm start, where that is what it does (default .wrangler/state)
  --dev-vars <file>    File that keeps the admin key (default .dev.vars)
  --help               Show this text
`;

const RULES = {
  url: "the URL of a Footfall, such as http://127.0.0.1:8787",
  domain: DOMAIN_RULE.replace(/^must be /, ""),
  key: "a key, printable ASCII without spaces",
  months: `a whole number from 1 to ${MOST_MONTHS}`,
  seed: "a whole number from 0 to 999999999",
  once: FLAG,
  "persist-to": "the path of a directory",
  "dev-vars": "the path of a file",
  help: FLAG,
} as const;

/**
 * Reads the command line of `npm run demo`. Relative paths are resolved against `cwd`, defaults against `projectDir`.
 * @returns the options, or `"help"`
 * @throws StartError naming the option and the rule it broke
 */
export function parseDemoOptions(args: string[], cwd: string, projectDir: string): DemoOptions | "help" {
  const values = optionValues(args, RULES, "npm run demo");
  if (values.has("help")) return "help";
  const read = <T>(name: keyof typeof RULES, fallback: T, parse: (text: string) => T | null): T => {
    const given = values.get(name);
    if (given === undefined) return fallback;
    const parsed = parse(given);
    if (parsed === null) throw new StartError(`Option --${name} must be ${RULES[name]}.`);
    return parsed;
  };
  const path = (name: "persist-to" | "dev-vars", fallback: string) =>
    read(name, resolve(projectDir, fallback), (given) => resolve(cwd, given));
  const url = read("url", DEFAULT_URL, urlOf);
  return {
    url,
    domain: read("domain", DEMO_DOMAIN, domainOf),
    key: read<string | null>("key", null, (text) => (/^[\x21-\x7e]+$/.test(text) ? text : null)),
    months: read("months", 12, (text) => whole(text, 1, MOST_MONTHS)),
    seed: read("seed", 1, (text) => whole(text, 0, 999_999_999)),
    once: values.has("once"),
    port: portOf(url),
    stateDir: path("persist-to", ".wrangler/state"),
    varsFile: path("dev-vars", ".dev.vars"),
  };
}

function urlOf(text: string): string | null {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) return null;
  return url.href.replace(/\/+$/, "");
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}

function whole(text: string, least: number, most: number): number | null {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  return number >= least && number <= most ? number : null;
}
