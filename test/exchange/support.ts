import { env } from "cloudflare:workers";
import { strToU8, unzipSync, zipSync } from "fflate";
import { handle } from "../../src/router.ts";
import { call, NOON } from "../manage/support.ts";

export type Cells = Record<string, number[]>;
/** Day → dimension → value → columns. */
export type Counted = Record<string, Record<string, Cells>>;

/** Makes a site; its id. */
export async function makeSite(domain: string): Promise<number> {
  await call("POST /api/v1/sites", { body: { domain, timezone: "Etc/UTC" } });
  const row = await env.DB.prepare("SELECT id FROM sites WHERE domain = ?").bind(domain).first<{ id: number }>();
  return row?.id ?? 0;
}

/** Stores counts as a tally's flush would, or as an import does (negative writer). */
export async function store(siteId: number, counted: Counted, writer = 0): Promise<void> {
  for (const [day, dimensions] of Object.entries(counted)) {
    const insert = env.DB.prepare("INSERT INTO counts VALUES (?, ?, ?, ?, 1, jsonb(?))");
    await env.DB.batch(
      Object.entries(dimensions).map(([dimension, cells]) =>
        insert.bind(siteId, dimension, day, writer, JSON.stringify(cells)),
      ),
    );
  }
}

/** What D1 has of a site, all writers summed up; without values that count nothing. */
export async function counted(siteId: number): Promise<Counted> {
  const { results } = await env.DB.prepare(
    "SELECT period, dimension, json(data) AS data FROM counts WHERE site_id = ? ORDER BY period, dimension, writer",
  )
    .bind(siteId)
    .all<{ period: string; dimension: string; data: string }>();
  // Maps: values may be called `__proto__`.
  const days = new Map<string, Map<string, Map<string, number[]>>>();
  for (const { period, dimension, data } of results) {
    for (const [value, counts] of Object.entries(JSON.parse(data) as Cells)) {
      if (!counts.some((count) => count > 0)) continue;
      const day = days.get(period) ?? new Map();
      const cells = day.get(dimension) ?? new Map();
      const known = cells.get(value) ?? [];
      const longer = counts.length > known.length ? counts : known;
      cells.set(
        value,
        longer.map((_: number, column: number) => (known[column] ?? 0) + (counts[column] ?? 0)),
      );
      days.set(period, day.set(dimension, cells));
    }
  }
  return Object.fromEntries(
    [...days].map(([day, dimensions]) => [
      day,
      Object.fromEntries([...dimensions].map(([dimension, cells]) => [dimension, Object.fromEntries(cells)])),
    ]),
  );
}

/** A ZIP of texts. */
export function zipOf(files: Record<string, string | Uint8Array>): Uint8Array {
  return zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, typeof text === "string" ? strToU8(text) : text]),
    ),
  );
}

/** The export of a site: its files' texts by name. */
export async function exportOf(domain: string, { query = "", now = NOON } = {}): Promise<Record<string, string>> {
  const zip = await exportZip(domain, { query, now });
  return Object.fromEntries(
    Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]),
  );
}

export async function exportZip(domain: string, { query = "", now = NOON } = {}): Promise<Uint8Array> {
  const request = new Request(`https://stats.test/api/v1/sites/${domain}/export.zip${query}`, {
    headers: { Authorization: "Bearer test-admin-key" },
  });
  const response = await handle(request, env, { waitUntil: () => undefined }, now);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Sends files to be imported, as a ZIP. */
export function importInto(domain: string, files: Record<string, string | Uint8Array> | Uint8Array) {
  const body = files instanceof Uint8Array ? files : zipOf(files);
  return call(`POST /api/v1/sites/${domain}/import`, { body, headers: { "Content-Type": "application/zip" } });
}

/** A line for each row, as a spreadsheet would write it. */
export function csv(...rows: (string | number)[][]): string {
  return rows
    .map((cells) => cells.map((cell) => (typeof cell === "number" ? cell : `"${cell}"`)).join())
    .map((line) => `${line}\n`)
    .join("");
}
