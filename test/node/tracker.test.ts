/** The scripts as they are built and served. */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildAssets } from "../../scripts/assets.ts";
import { buildScript, pinnedDir, SCRIPTS, type ScriptName } from "../../scripts/tracker/assets.ts";
import { integrityOf, sizesOf } from "../../scripts/tracker/bundle.ts";
import { PINNED } from "../../src/tracker/pinned/index.ts";
import { endAll, freePort, start, temporaryDirectory } from "./footfall.ts";

describe("the script", () => {
  it("takes at most 1,000 bytes on the way to a visitor, the full one at most 1,600", async () => {
    const [script, full] = await Promise.all([buildScript("script"), buildScript("script.full")]);
    const sizes = { "script.js": sizesOf(script), "script.full.js": sizesOf(full) };
    console.table(sizes);
    expect(sizes["script.js"].brotli).toBeLessThanOrEqual(1_000);
    expect(sizes["script.full.js"].brotli).toBeLessThanOrEqual(1_600);
  });

  it.each(Object.keys(SCRIPTS) as ScriptName[])(
    "is pinned as it is built now: %s (else: npm run pin)",
    async (name) => {
      const code = await buildScript(name);
      const { path, integrity } = PINNED[name];
      expect(readFileSync(join(pinnedDir, path.replace("/pinned/", "")), "utf8")).toBe(code);
      expect(integrity).toBe(integrityOf(code));
    },
  );

  it("is kept in every pinned version as it was: each file is what its name says", () => {
    const files = readdirSync(pinnedDir).filter((name) => name.endsWith(".js"));
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const file of files) {
      const hash = createHash("sha256")
        .update(readFileSync(join(pinnedDir, file)))
        .digest("hex");
      expect(file).toMatch(new RegExp(`^script(\\.full)?\\.${hash.slice(0, 16)}\\.js$`));
    }
  });
});

describe("the assets' folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "footfall-assets-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is brought up to date, and what is right in it is not touched", async () => {
    await buildAssets(folder);
    const script = join(folder, "script.js");
    const before = statSync(script);
    writeFileSync(join(folder, "old.js"), "old");
    writeFileSync(join(folder, "js/script.js"), "wrong");
    await buildAssets(folder);
    expect(statSync(script)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    expect(readdirSync(folder)).not.toContain("old.js");
    expect(readFileSync(join(folder, "js/script.js"), "utf8")).toBe(
      readFileSync(join(folder, "script.full.js"), "utf8"),
    );
  });
});

describe("a started Footfall", () => {
  const directory = temporaryDirectory();
  let url = "";
  beforeAll(async () => {
    const places = ["--persist-to", join(directory, "state"), "--dev-vars", join(directory, "vars")];
    url = await start(["--port", String(await freePort()), ...places]).ready;
  }, 60_000);
  afterAll(() => {
    endAll();
    rmSync(directory, { recursive: true, force: true });
  });

  const aDay = "public, max-age=86400";
  it.each([
    ["/script.js", "script", aDay],
    ["/script.full.js", "script.full", aDay],
    ["/js/script.js", "script.full", aDay],
    ["/js/plausible.js", "script.full", aDay],
    ["/js/script.hash.js", "script.full", aDay],
    ["/js/script.outbound-links.js?v=2", "script.full", aDay],
    [
      "/js/script.tagged-events.revenue.pageview-props.manual.local.hash.file-downloads.exclusions.compat.pageleave.outbound-links.js",
      "script.full",
      aDay,
    ],
    ["/js/plausible.outbound-links.js", "script.full", aDay],
    [PINNED.script.path, "script", "public, max-age=31536000, immutable"],
    [PINNED["script.full"].path, "script.full", "public, max-age=31536000, immutable"],
  ] as const)("serves %s", async (path, name, caching) => {
    const response = await fetch(url + path, { redirect: "error" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(await buildScript(name));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": caching,
      "cross-origin-resource-policy": "cross-origin",
      "access-control-allow-origin": "*",
      "timing-allow-origin": "*",
      "x-content-type-options": "nosniff",
      etag: expect.stringMatching(/^(W\/)?"/),
    });
    expect(response.headers.get("set-cookie")).toBe(null);
  });

  it("answers 304 to whom has the script already, and HEAD without it", async () => {
    const etag = (await fetch(`${url}/script.js`)).headers.get("etag") ?? "";
    expect((await fetch(`${url}/script.js`, { headers: { "If-None-Match": etag } })).status).toBe(304);
    const head = await fetch(`${url}/script.js`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  it("answers a site's page with the dashboard's shell, and serves every file that it names", async () => {
    const page = await fetch(`${url}/example.com`);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'; /);
    const html = await page.text();
    // The policy allows neither, and so nothing of it would be seen.
    expect(html).not.toMatch(/<style|style=|<script(?![^>]* src=)|\son\w+=/);
    const files = [...html.matchAll(/(?:src|href)="(\/dashboard\/[^"]+)"/g)].map(([, path]) => path ?? "");
    expect(files.map((path) => path.replace(/^.*\./, "")).sort()).toEqual(expect.arrayContaining(["css", "js", "svg"]));
    for (const path of files) {
      const { status, headers } = await fetch(url + path);
      expect([status, headers.get("cache-control")], path).toEqual([200, "public, max-age=31536000, immutable"]);
      expect(headers.get("access-control-allow-origin"), path).toBe(null);
      expect(headers.get("x-content-type-options"), path).toBe("nosniff");
    }
    const known = { "If-None-Match": page.headers.get("etag") ?? "" };
    expect((await fetch(`${url}/other.example.com`, { headers: known })).status).toBe(304);
  });

  it("asks search engines to list no page", async () => {
    expect(await (await fetch(`${url}/robots.txt`)).text()).toBe("User-agent: *\nDisallow: /\n");
  });

  it.each([
    "/_headers",
    "/_redirects",
    "/pinned/script.0000000000000000.js",
    "/pinned/index.ts",
    "/js/other.js",
    "/scripts.js",
    "/dashboard/",
    "/dashboard/index.html",
    "/dashboard/assets/index.js",
    "/favicon.ico",
  ])("has nothing at %s", async (path) => {
    expect((await fetch(url + path)).status).toBe(404);
  });
});
