import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { endAll, freePort, start, temporaryDirectory } from "./footfall.ts";

/** The commands of docs/api.md, run against Footfall as its user starts it. */

const FILE = join(import.meta.dirname, "../../docs/api.md");
const KEY = "key-of-the-examples";
const SITE = "example.com";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const PHONE =
  "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";

/** A command, and what the page says that it answers; null where it says nothing. */
interface Example {
  command: string;
  answer: string | null;
}

const directory = temporaryDirectory();
let url: string;

/** Commands that make goals come before the visits, which are counted as goals. */
const isSetup = ({ command }: Example) => command.includes("PUT") && command.includes("/goals");

beforeAll(async () => {
  const places = ["--persist-to", join(directory, "state"), "--dev-vars", join(directory, ".dev.vars")];
  url = await start(["--port", String(await freePort()), ...places], { ADMIN_KEY: KEY }).ready;
  // No day may end between the visits and the questions.
  const timezone = [20, 21, 22].includes(new Date().getUTCHours()) ? "Asia/Tokyo" : "Europe/Riga";
  await post("/api/v1/sites", { domain: SITE, timezone, badge: true });
  for (const example of examples().filter(isSetup)) await run(example.command);
  await Promise.all(VISITORS.map(visit));
});
afterAll(() => {
  endAll();
  rmSync(directory, { recursive: true, force: true });
});

/** The page's commands that ask something, each with the block that follows it. */
function examples(): Example[] {
  const blocks = [...readFileSync(FILE, "utf8").matchAll(/```(\w+)\n(.*?)```\n/gs)];
  return blocks.flatMap(([, language, command = ""], index) => {
    // What is done with a file is the reader's own machine's.
    if (language !== "sh" || !command.startsWith("curl") || command.includes("&&")) return [];
    const [, kind, answer = ""] = blocks[index + 1] ?? [];
    return [{ command, answer: kind === "sh" || kind === undefined ? null : answer.trimEnd() }];
  });
}

/** From where a visitor comes, and what he does. */
const VISITORS = Array.from({ length: 12 }, (_, index) => ({
  address: `203.0.113.${index + 1}`,
  agent: index % 3 === 0 ? PHONE : FIREFOX,
  country: { country: ["LV", "LV", "EE", "DE"][index % 4], regionCode: ["RIX", "RIX", "37", "BE"][index % 4] },
  referrer: ["https://www.google.com/", "https://news.ycombinator.com/", null][index % 3],
  pages: [["/"], ["/", "/pricing"], ["/blog/hello", "/", "/pricing"]][index % 3] ?? [],
  purchase: [null, null, { amount: 29.9, currency: "EUR" }, null][index % 4] ?? null,
}));

async function visit({ pages, referrer, purchase, ...visitor }: (typeof VISITORS)[number]): Promise<void> {
  const send = async (event: object) => {
    const { status, dropped } = await post("/api/event", { d: SITE, r: referrer, ...event }, visitor);
    expect([status, dropped]).toEqual([202, null]);
  };
  for (const page of pages) await send({ n: "pageview", u: `https://${SITE}${page}` });
  if (purchase) await send({ n: "Purchase", u: `https://${SITE}/pricing`, $: purchase, p: { plan: "pro" } });
}

async function post(
  path: string,
  body: object,
  visitor?: Pick<(typeof VISITORS)[number], "address" | "agent" | "country">,
) {
  const headers: Record<string, string> = visitor
    ? {
        "User-Agent": visitor.agent,
        "CF-Connecting-IP": visitor.address,
        "MF-CF-Blob": JSON.stringify(visitor.country),
      }
    : { Authorization: `Bearer ${KEY}` };
  const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  await response.text();
  return { status: response.status, dropped: response.headers.get("X-Footfall-Dropped") };
}

/** Sends what a command of curl would, as nothing but Node is needed to test. */
async function run(command: string): Promise<string> {
  const { GET, data, ...request } = requestOf(command);
  const query = GET ? `?${data.join("&")}` : "";
  const body = GET || data.length === 0 ? {} : { body: data.join("&") };
  const response = await fetch(request.url + query, {
    method: request.method ?? (body.body ? "POST" : "GET"),
    headers: request.headers,
    ...body,
  });
  return shown((await response.text()).replaceAll("\r\n", "\n").trimEnd());
}

/** The options that the page's commands have. */
function requestOf(command: string) {
  const request = {
    url: "",
    method: undefined as string | undefined,
    headers: {} as Record<string, string>,
    GET: false,
    data: [] as string[],
  };
  const words = wordsOf(command);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "-G") request.GET = true;
    else if (!word.startsWith("-")) request.url = word;
    else {
      const value = words.shift() ?? "";
      const [name = "", text = ""] = value.split(/[:=] *(.*)/s);
      if (word === "-X") request.method = value;
      else if (word === "-H") request.headers[name] = text;
      else if (word === "-d") request.data.push(value);
      else if (word === "--data-urlencode") request.data.push(`${name}=${encodeURIComponent(text)}`);
      else throw new Error(`the test does not know ${word}`);
    }
  }
  return request;
}

/** The words of a shell's line behind `curl`: plain, in '…' or in "…", with what stands for $URL and $AUTH. */
function wordsOf(command: string): string[] {
  const variables: Record<string, string> = { $URL: url, $AUTH: `Authorization: Bearer ${KEY}` };
  const filled = (text: string) => text.replace(/\$[A-Z]+/g, (name) => variables[name] ?? name);
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|([^\s\\]+)/g)]
    .map(([, single, double, plain]) => single ?? filled(double ?? plain ?? ""))
    .slice(1);
}

/** As the page shows it: without the HTML to paste; of v2, but for its first answer, without the question. */
function shown(text: string): string {
  const answer = text.replace(/"(pinned_)?snippet":"(?:[^"\\]|\\.)*"/g, '"$1snippet":"…"');
  if (!answer.includes('"query":{') || answer.includes('"visit_duration"],"date_range"')) return answer;
  const { query: _, ...rest } = JSON.parse(answer);
  return JSON.stringify(rest);
}

it("answers the commands of docs/api.md as the page says", async () => {
  const found = [];
  // One after the other: some make what the next ones show.
  for (const example of examples()) found.push({ ...example, now: await run(example.command) });
  if (process.env.FOOTFALL_WRITE_DOCS) write(found);
  expect(found.length).toBeGreaterThan(30);
  for (const { command, answer, now } of found) expect(shapeOf(now), command).toEqual(shapeOf(answer ?? ""));
});

/** What of an answer must not change: the keys of JSON, and the kinds of its values; of other text its first line. */
function shapeOf(answer: string): unknown {
  try {
    return shapeOfValue(JSON.parse(answer));
  } catch {
    return answer.split("\n")[0]?.replaceAll(/\d+/g, "0");
  }
}

function shapeOfValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOfValue(value[0])];
  if (value === null || typeof value !== "object") return value === null ? "number" : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOfValue(inner)]));
}

/** With FOOTFALL_WRITE_DOCS=1: puts the answers of this run into the page. */
function write(found: readonly (Example & { now: string })[]): void {
  let page = readFileSync(FILE, "utf8");
  for (const { command, answer, now } of found) {
    const block = `\`\`\`sh\n${command}\`\`\`\n`;
    const before = answer === null ? block : `${block}\n\`\`\`${languageOf(answer)}\n${answer}\n\`\`\`\n`;
    page = page.replace(before, () => `${block}\n\`\`\`${languageOf(now)}\n${now}\n\`\`\`\n`);
  }
  writeFileSync(FILE, page);
}

function languageOf(answer: string): string {
  if (answer.startsWith("<svg")) return "svg";
  return /^[{\d]/.test(answer) ? "json" : "csv";
}
