import type { Import } from "../store/imports.ts";

/** An import as its owner sees it. */
export function shownImport({ id, source, fromDay, toDay, summary, createdAt }: Import) {
  const { days, visitors, pageviews, tables, ignored, skipped } = summary;
  return {
    id,
    source,
    from: fromDay,
    to: toDay,
    days,
    visitors,
    pageviews,
    tables,
    ...(ignored.length > 0 && { ignored }),
    skipped,
    created_at: new Date(createdAt).toISOString(),
  };
}
