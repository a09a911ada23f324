import { env } from "cloudflare:workers";
import { getTableConfig } from "drizzle-orm/sqlite-core";
import { expect, it } from "vitest";
import { COUNTED } from "../../src/metrics.ts";
import { TABLES } from "../../src/store/schema.ts";

interface Column {
  name: string;
  type: string;
  notNull: boolean;
  primary: boolean;
  unique: boolean;
  default: string | null;
}

/** What D1 says of a table after the migrations. */
async function migrated(table: string): Promise<Column[]> {
  const rows = await env.DB.prepare(`PRAGMA table_info(${table})`).all<{
    name: string;
    type: string;
    notnull: number;
    pk: number;
    dflt_value: string | null;
  }>();
  const unique = new Set<string>();
  const indexes = await env.DB.prepare(`PRAGMA index_list(${table})`).all<{ name: string; origin: string }>();
  for (const index of indexes.results) {
    if (index.origin !== "u") continue;
    const columns = await env.DB.prepare(`PRAGMA index_info(${index.name})`).all<{ name: string }>();
    if (columns.results.length === 1) unique.add(columns.results[0]?.name ?? "");
  }
  return rows.results.map((row) => ({
    name: row.name,
    type: row.type,
    // SQLite's own row id cannot be null, and does not say so.
    notNull: row.notnull === 1 || row.pk > 0,
    primary: row.pk > 0,
    unique: unique.has(row.name),
    default: row.dflt_value,
  }));
}

/** What Drizzle believes of it. */
function mirrored(table: (typeof TABLES)[number]): Column[] {
  const { columns, primaryKeys } = getTableConfig(table);
  const joint = new Set(primaryKeys.flatMap((key) => key.columns.map((column) => column.name)));
  return columns.map((column) => ({
    name: column.name,
    type: column.getSQLType().toUpperCase(),
    notNull: column.notNull,
    primary: column.primary || joint.has(column.name),
    unique: column.isUnique,
    default: column.default === undefined ? null : written(column.default),
  }));
}

/** A default as SQL has it: lists are text, truth is 0 or 1. */
function written(value: unknown): string {
  return typeof value === "object" ? `'${JSON.stringify(value)}'` : String(Number(value));
}

it.each(TABLES.map((table) => [getTableConfig(table).name, table] as const))(
  "mirrors the columns of %s as the migrations make them",
  async (name, table) => {
    expect(mirrored(table)).toEqual(await migrated(name));
  },
);

it.each(TABLES.map((table) => [getTableConfig(table).name, table] as const))(
  "mirrors the foreign keys of %s",
  async (name, table) => {
    const { results } = await env.DB.prepare(`PRAGMA foreign_key_list(${name})`).all();
    const mirror = getTableConfig(table).foreignKeys.map((key) => {
      const { columns, foreignTable, foreignColumns } = key.reference();
      return {
        table: getTableConfig(foreignTable).name,
        from: columns[0]?.name,
        to: foreignColumns[0]?.name,
        on_delete: key.onDelete?.toUpperCase(),
      };
    });
    expect(mirror).toEqual(results.map(({ table, from, to, on_delete }) => ({ table, from, to, on_delete })));
  },
);

it("mirrors every table", async () => {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'd1_%' AND name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name",
  ).all<{ name: string }>();
  expect(TABLES.map((table) => getTableConfig(table).name).sort()).toEqual(results.map(({ name }) => name));
});

it("spreads every counted column out in the view totals, each from its place", async () => {
  const site = await env.DB.prepare(
    "INSERT INTO sites (domain, zones, shard_rules, created_at) VALUES ('a.example', '[]', '[]', 0) RETURNING id",
  ).first<{ id: number }>();
  await env.DB.prepare("INSERT INTO counts VALUES (?, 'site', '2026-11-22', 0, 1, jsonb(?))")
    .bind(site?.id, JSON.stringify({ "": COUNTED.map((_, column) => column + 1) }))
    .run();
  const { value: _, ...row } = (await env.DB.prepare("SELECT * FROM totals").first()) ?? {};
  const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  expect(row).toEqual({
    site_id: site?.id,
    domain: "a.example",
    dimension: "site",
    period: "2026-11-22",
    writer: 0,
    ...Object.fromEntries(COUNTED.map((name, column) => [snake(name), column + 1])),
  });
});

it.each([["sites"], ["api_keys"], ["shared_links"], ["imports"]])(
  "never gives an id of %s away twice",
  async (table) => {
    const row = await env.DB.prepare("SELECT sql FROM sqlite_master WHERE name = ?")
      .bind(table)
      .first<{ sql: string }>();
    expect(row?.sql).toContain("AUTOINCREMENT");
  },
);

it.each([["counts"], ["months"], ["answers"]])(
  "keeps %s without a row id or an index, so that a new row costs one write",
  async (table) => {
    const { results } = await env.DB.prepare("SELECT type, sql FROM sqlite_master WHERE tbl_name = ?")
      .bind(table)
      .all<{ type: string; sql: string }>();
    expect(results.map(({ type }) => type)).toEqual(["table"]);
    expect(results[0]?.sql).toContain("WITHOUT ROWID");
  },
);
