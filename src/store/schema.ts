/**
 * The tables of D1 for Drizzle. The truth is `migrations/`; `test/store/schema.test.ts` holds the two together.
 */

import { blob, index, integer, primaryKey, sqliteTable, text, unique } from "drizzle-orm/sqlite-core";
import type { ZoneRule } from "../calendar.ts";
import type { Goal } from "../goals.ts";
import { FOR_EVER } from "../retention.ts";
import type { Scope } from "../route.ts";
import { MIN_VISITORS, type ShardRule } from "../site.ts";
import type { ImportSource, ImportState, ImportSummary } from "./imports.ts";

export const sites = sqliteTable("sites", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  domain: text("domain").notNull().unique(),
  zones: text("zones", { mode: "json" }).$type<ZoneRule[]>().notNull(),
  shardRules: text("shard_rules", { mode: "json" }).$type<ShardRule[]>().notNull(),
  allowedHosts: text("allowed_hosts", { mode: "json" }).$type<string[]>().notNull().default([]),
  excludedPaths: text("excluded_paths", { mode: "json" }).$type<string[]>().notNull().default([]),
  excludedCountries: text("excluded_countries", { mode: "json" }).$type<string[]>().notNull().default([]),
  /** ms since 1970 */
  createdAt: integer("created_at").notNull(),
  /** Signs the site's links, and must be readable for that: no hash. null before the first link. */
  linkKey: text("link_key"),
  goals: text("goals", { mode: "json" }).$type<Goal[]>().notNull().default([]),
  /** The id of the goal that will be made next. */
  nextGoalId: integer("next_goal_id").notNull().default(1),
  isPublic: integer("is_public", { mode: "boolean" }).notNull().default(false),
  badge: integer("badge", { mode: "boolean" }).notNull().default(false),
  minVisitors: integer("min_visitors").notNull().default(MIN_VISITORS),
  /** 0, which sites from before had: for ever. */
  detailDays: integer("detail_days").notNull().default(FOR_EVER),
  retentionMonths: integer("retention_months").notNull().default(FOR_EVER),
});

/** The scopes a key may have; `admin` is the admin key's alone. */
export type KeyScope = Exclude<Scope, "admin">;

export const apiKeys = sqliteTable("api_keys", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  /** SHA-256 of the key, 64 hex digits. */
  hash: text("hash").notNull().unique(),
  name: text("name").notNull(),
  /** null: every site. */
  siteId: integer("site_id").references(() => sites.id, { onDelete: "cascade" }),
  scopes: text("scopes", { mode: "json" }).$type<KeyScope[]>().notNull(),
  /** ms since 1970 */
  createdAt: integer("created_at").notNull(),
});

export const sharedLinks = sqliteTable(
  "shared_links",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    siteId: integer("site_id")
      .notNull()
      .references(() => sites.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** `ffl_…`, readable: see `store/shared-links.ts`. */
    slug: text("slug").notNull().unique(),
    /** null: the slug suffices. */
    passwordHash: text("password_hash"),
    /** ms since 1970 */
    createdAt: integer("created_at").notNull(),
  },
  (table) => [unique().on(table.siteId, table.name)],
);

export const counts = sqliteTable(
  "counts",
  {
    siteId: integer("site_id").notNull(),
    dimension: text("dimension").notNull(),
    period: text("period").notNull(),
    writer: integer("writer").notNull(),
    revision: integer("revision").notNull(),
    data: blob("data", { mode: "buffer" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.siteId, table.dimension, table.period, table.writer] })],
);

/** Months that were summed. */
export const months = sqliteTable(
  "months",
  {
    siteId: integer("site_id").notNull(),
    /** `2026-10` */
    month: text("month").notNull(),
    valid: integer("valid", { mode: "boolean" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.siteId, table.month] })],
);

/** Answers of reports about days that are over. */
export const answers = sqliteTable(
  "answers",
  {
    siteId: integer("site_id").notNull(),
    key: text("key").notNull(),
    fromDay: text("from_day").notNull(),
    toDay: text("to_day").notNull(),
    /** ms since 1970 */
    madeAt: integer("made_at").notNull(),
    /** Asked by an owner, not by the public or a shared link. */
    owner: integer("owner", { mode: "boolean" }).notNull(),
    data: text("data").notNull(),
  },
  (table) => [primaryKey({ columns: [table.siteId, table.key] })],
);

export const imports = sqliteTable(
  "imports",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    siteId: integer("site_id")
      .notNull()
      .references(() => sites.id, { onDelete: "cascade" }),
    source: text("source").$type<ImportSource>().notNull(),
    /** SHA-256, 64 hex digits. */
    contentHash: text("content_hash").notNull(),
    fromDay: text("from_day").notNull(),
    toDay: text("to_day").notNull(),
    state: text("state").$type<ImportState>().notNull(),
    summary: text("summary", { mode: "json" }).$type<ImportSummary>().notNull(),
    /** ms since 1970 */
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("imports_of_site").on(table.siteId)],
);

/** Every table, for the health check. */
export const TABLES = [sites, apiKeys, sharedLinks, counts, months, imports, answers] as const;
