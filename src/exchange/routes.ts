/**
 * Moving in and out: `GET /api/v1/sites/:domain/export.zip`, `POST /api/v1/sites/:domain/import`,
 * `GET /api/v1/sites/:domain/imports`, `DELETE /api/v1/sites/:domain/imports/:id`. ZIP takes more CPU than a Worker has:
 * the site's clerk does the work, and what it answers is passed on as it comes.
 */

import { z } from "zod";
import { isDate } from "../calendar.ts";
import { clerkStub } from "../clerk/stub.ts";
import type { Env } from "../env.ts";
import { check, json, refusal } from "../http.ts";
import { LIMITS } from "../limits.ts";
import { managedSite, siteForCredential } from "../manage/site-access.ts";
import type { Context } from "../route.ts";
import { doneImports, pendingImport, removeImport, writtenTo } from "../store/imports.ts";
import { from } from "../store/unavailable.ts";
import { shownImport } from "./shown.ts";
import type { DayRange } from "./stored-days.ts";

const dayField = z.string().refine(isDate, "must be a date such as 2026-11-22").optional();
export const rangeFields = z.object({ from: dayField, to: dayField });
const idField = z.string().regex(/^[1-9]\d{0,14}$/);

/**
 * `GET /api/v1/sites/:domain/export.zip?from&to` → a ZIP of CSV files, made while it is sent. Shows all counts of a
 * site at once, so that a key is needed: no link that was shared.
 */
export async function exportSite(_request: Request, context: Context): Promise<Response> {
  const site = await siteForCredential(context, context.params.domain ?? "");
  if (site instanceof Response) return site;
  const kind = context.credential?.kind;
  if (kind !== "admin" && kind !== "key") return refusal(403, "An export needs a key.");
  const range = rangeOf(context);
  if (range instanceof Response) return range;
  return passedOn(await clerkStub(context.env, site.id).exportCounts({ site, range, now: context.now }));
}

function rangeOf({ url }: Context): Partial<DayRange> | Response {
  const given = check(Object.fromEntries(url.searchParams), rangeFields);
  if (given instanceof Response) return given;
  const { from, to } = given;
  if (from && to && from > to) return refusal(400, "from: must not be after to");
  return { ...(from && { from }), ...(to && { to }) };
}

/**
 * `POST /api/v1/sites/:domain/import` with a ZIP, a form with files, or a CSV (`?filename=`) → the import. The same
 * content again → the import there is, `unchanged: true`.
 */
export async function importIntoSite(request: Request, context: Context): Promise<Response> {
  const site = await managedSite(context);
  if (site instanceof Response) return site;
  if (Number(request.headers.get("Content-Length")) > LIMITS.importBytes) {
    return refusal(413, `body: must be at most ${LIMITS.importBytes} bytes long`);
  }
  return passedOn(
    await clerkStub(context.env, site.id).importCounts(request.body, {
      site,
      contentType: request.headers.get("Content-Type") ?? "",
      fileName: context.url.searchParams.get("filename"),
      now: context.now,
    }),
  );
}

/**
 * `GET /api/v1/sites/:domain/imports` → `{imports: […], pending: {source, from, to, days, written_to, created_at}}`: those
 * that count, and the one whose days are being written. `pending` is null where there is none, and while an upload is
 * still read; `written_to` is null before the first days are in D1.
 */
export async function getImports(_request: Request, context: Context): Promise<Response> {
  const site = await managedSite(context);
  if (site instanceof Response) return site;
  const { env } = context;
  // The pending one first: one that gets done meanwhile is rather in both than in neither.
  const pending = await importUnderWay(env, site.id);
  return json({ imports: (await doneImports(env.DB, site.id)).map(shownImport), pending });
}

/** What a list says of an import that is being written. One that was cut short is none. */
async function importUnderWay(env: Env, siteId: number) {
  const row = await pendingImport(env.DB, siteId);
  if (!row || !(await from("clerk", () => clerkStub(env, siteId).isImporting()))) return null;
  const { source, fromDay, toDay, summary, createdAt } = row;
  return {
    source,
    from: fromDay,
    to: toDay,
    days: summary.days,
    written_to: await writtenTo(env.DB, row),
    created_at: new Date(createdAt).toISOString(),
  };
}

/** `DELETE /api/v1/sites/:domain/imports/:id` → `{"deleted": true}`. It stops counting at once. */
export async function deleteImport(_request: Request, context: Context): Promise<Response> {
  const site = await managedSite(context);
  if (site instanceof Response) return site;
  const id = idField.safeParse(context.params.id);
  const removed = id.success && (await removeImport(context.env.DB, site.id, Number(id.data)));
  return removed ? json({ deleted: true }) : refusal(404, "id: this site has no such import");
}

/** An answer of another object, with headers that can be added to. */
function passedOn(response: Response): Response {
  return new Response(response.body, response);
}
