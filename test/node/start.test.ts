import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { endAll, freePort, type Started, start, temporaryDirectory } from "./footfall.ts";

const directory = temporaryDirectory();
const state = join(directory, "state");
const vars = join(directory, ".dev.vars");
let port: number;
let places: string[];

beforeAll(async () => {
  port = await freePort();
  places = ["--port", String(port), "--persist-to", state, "--dev-vars", vars];
});
afterAll(() => {
  endAll();
  rmSync(directory, { recursive: true, force: true });
});

const keyIn = (output: string) => output.match(/Admin key\s+(\S+)/)?.[1] ?? "";

async function sites(url: string, key: string): Promise<string[]> {
  const response = await fetch(`${url}/api/v1/sites`, { headers: { authorization: `Bearer ${key}` } });
  expect(response.status).toBe(200);
  const body = (await response.json()) as { sites: { domain: string }[] };
  return body.sites.map((site) => site.domain);
}

/** Whether anything accepts a connection on the port. */
function listening(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** The file in which the local KV keeps its keys. */
function keyFile(): DatabaseSync {
  const folder = join(state, "v3/kv/miniflare-KVNamespaceObject");
  const [name = ""] = readdirSync(folder).filter((file) => /^[0-9a-f]{64}\.sqlite$/.test(file));
  return new DatabaseSync(join(folder, name));
}

/** The file of the local D1. */
function database(): DatabaseSync {
  const folder = join(state, "v3/d1/miniflare-D1DatabaseObject");
  const [name = ""] = readdirSync(folder).filter((file) => /^[0-9a-f]{64}\.sqlite$/.test(file));
  return new DatabaseSync(join(folder, name));
}

function monthsListed(): unknown[] {
  const db = database();
  const months = db.prepare("SELECT month FROM months").all();
  db.close();
  return months.map((row) => row.month);
}

function keysAtRest(): unknown[] {
  const kv = keyFile();
  const keys = kv.prepare("SELECT key FROM _mf_entries").all();
  kv.close();
  return keys.map((row) => row.key);
}

// One life of one state directory; each test goes on where the one before stopped.
describe("npm start", { timeout: 60_000 }, () => {
  let running: Started;
  let url: string;
  let key: string;

  it("prints its URL, the admin key, a snippet, how to read the counts and where the rest is told", async () => {
    running = start(places);
    url = await running.ready;
    key = keyIn(running.output());
    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(running.output()).toContain(
      `<script defer data-local data-domain="localhost" src="${url}/script.js"></script>`,
    );
    expect(running.output()).toContain(`<noscript><img src="${url}/pixel.gif?d=localhost"`);
    expect(running.output()).toContain(`curl -H "Authorization: Bearer ${key}" "${url}/api/v1/stats/aggregate?`);
    expect(running.output()).toContain(`Dashboard   ${url}/\n`);
    expect(running.output()).toContain(`  npm run demo -- --url ${url} --key ${key}\n`);
    const [, docs = ""] = running.output().match(/(\S+\/api\/docs)\n/) ?? [];
    expect(await (await fetch(docs)).text()).toContain("<h1>Footfall: the API</h1>");
  });

  it("keeps the admin key in a file that its owner alone can read", () => {
    expect(readFileSync(vars, "utf8")).toBe(`ADMIN_KEY=${key}\n`);
    expect(statSync(vars).mode & 0o777).toBe(0o600);
  });

  it("serves a healthy Worker with the site localhost", async () => {
    const health = await fetch(`${url}/health`);
    expect(health.status, await health.clone().text()).toBe(200);
    expect(await sites(url, key)).toEqual(["localhost"]);
  });

  it("counts what the printed snippet fetches without JavaScript, and shows it as printed", async () => {
    const [, image = ""] = running.output().match(/<img src="([^"]+)"/) ?? [];
    const browser = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0" };
    const answer = await fetch(image, { headers: { ...browser, referer: "http://localhost:3000/hello" } });
    expect([answer.status, answer.headers.get("x-footfall-dropped")]).toEqual([200, null]);

    const [, bearer = "", read = ""] = running.output().match(/curl -H "Authorization: ([^"]+)" "([^"]+)"/) ?? [];
    const stats = async () => {
      const response = await fetch(read, { headers: { authorization: bearer } });
      expect(response.status).toBe(200);
      return response.json();
    };
    // The image comes at once, its count a moment later.
    await expect
      .poll(stats, { timeout: 5_000 })
      .toEqual({ results: { visitors: { value: 1 }, pageviews: { value: 1 } } });
  });

  it("refuses a taken port and touches nothing", async () => {
    const other = join(directory, "other");
    const second = start(["--port", String(port), "--persist-to", other, "--dev-vars", join(other, "vars")]);
    const { code, output } = await second.ended;
    expect(output).toContain(`Port ${port} is taken`);
    expect(code).toBe(1);
    expect(existsSync(other)).toBe(false);
  });

  it("refuses a state directory that another start is using", async () => {
    const [, , ...sameState] = places;
    const { code, output } = await start(["--port", String(await freePort()), ...sameState]).ended;
    expect(output).toContain(`${state} is in use by another start`);
    expect(code).toBe(1);
  });

  it("ends with code 0 and no runtime left behind at SIGINT, though it comes twice", async () => {
    const request = { method: "POST", headers: { authorization: `Bearer ${key}` } };
    const body = JSON.stringify({ domain: "example.com", timezone: "Europe/Riga" });
    expect((await fetch(`${url}/api/v1/sites`, { ...request, body })).status).toBeLessThan(300);
    expect((await fetch(`${url}/api/v1/sites/localhost`, { ...request, method: "DELETE" })).status).toBe(200);

    process.kill(running.pid, "SIGINT");
    process.kill(running.pid, "SIGINT");
    const { code, output } = await running.ended;
    expect(output).toContain("Footfall has stopped.");
    expect(code).toBe(0);
    expect(await listening()).toBe(false);

    const kv = keyFile();
    kv.exec("INSERT INTO _mf_entries (key, blob_id, expiration) VALUES ('expired', 'none', 1)");
    kv.close();
    expect(keysAtRest()).toContain("expired");

    const db = database();
    db.exec("INSERT INTO counts SELECT max(id), 'site', '2026-01-31', 0, 1, jsonb('{\"\":[1]}') FROM sites");
    db.close();
    expect(monthsListed()).toEqual([]);
  });

  it("finds everything as it was left at the next start", async () => {
    running = start(places);
    url = await running.ready;
    expect(keyIn(running.output())).toBe(key);
    expect(await sites(url, key)).toEqual(["example.com"]);
  });

  it("deletes keys that expired meanwhile from its files", () => {
    expect(keysAtRest()).not.toContain("expired");
  });

  it("does at once what Cloudflare does on the Worker's schedule", async () => {
    await expect.poll(monthsListed, { timeout: 5_000 }).toEqual(["2026-01"]);
  });

  it("takes the runtime with it when it is killed", async () => {
    process.kill(running.pid, "SIGKILL");
    expect((await running.ended).code).toBe(null);
    await vi.waitUntil(async () => !(await listening()), { timeout: 5_000 });
  });

  it("takes the admin key from the environment, writes it nowhere, and ends with code 0 at SIGTERM", async () => {
    running = start(places, { ADMIN_KEY: "from-outside" });
    url = await running.ready;
    expect(await sites(url, "from-outside")).toEqual(["example.com"]);
    expect(readFileSync(vars, "utf8")).toBe(`ADMIN_KEY=${key}\n`);
    process.kill(running.pid, "SIGTERM");
    expect((await running.ended).code).toBe(0);
  });

  it("keeps its database where wrangler looks, with wrangler's own record of migrations", () => {
    const wrangler = join(import.meta.dirname, "../../node_modules/wrangler/bin/wrangler.js");
    const list = spawnSync(
      process.execPath,
      [wrangler, "d1", "migrations", "list", "DB", "--local", "--persist-to", state],
      { encoding: "utf8", env: { ...process.env, WRANGLER_SEND_METRICS: "false" } },
    );
    expect(list.stdout + list.stderr).toContain("No migrations to apply");
  });

  it("names a bad option and its rule", async () => {
    const { code, output } = await start(["--port", "many"]).ended;
    expect(output).toBe('Option --port must be a whole number from 1 to 65535, not "many".\n');
    expect(code).toBe(1);
  });
});
