import { brotliCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { dashboardBundle } from "../../scripts/dashboard/assets.ts";
import { FIRST_VIEW_BYTES, firstView, languagesOf, textOf } from "../../scripts/dashboard/first-view.ts";

const bundle = await dashboardBundle();
const languages = languagesOf(bundle);

/** Whether one of these built files holds a source file of the dashboard. */
function holds(files: typeof bundle, source: string): boolean {
  return files.some(
    (file) => file.type === "chunk" && file.moduleIds.some((id) => id.endsWith(`/dashboard/${source}`)),
  );
}

it("speaks English and other languages", () => {
  expect(languages).toContain("en");
  expect(languages.length).toBeGreaterThan(1);
});

describe.each(languages)("the first view in %s", (language) => {
  const files = firstView(bundle, language);

  it("is at most 60 kB of scripts and styles, by brotli", () => {
    const sizes = files.map((file) => ({ file: file.fileName, bytes: brotliCompressSync(textOf(file)).length }));
    const sum = sizes.reduce((total, { bytes }) => total + bytes, 0);
    const list = sizes.map(({ file, bytes }) => `${bytes} ${file}`).join("\n");
    expect(sum, `${sum} bytes:\n${list}\n`).toBeLessThanOrEqual(FIRST_VIEW_BYTES);
  });

  it("has the page, the chart with its styles, and the words, but not what is opened later", () => {
    for (const source of ["main.tsx", "site/site-view.tsx", "site/drawing.ts", `texts/${language}.ts`]) {
      expect([source, holds(files, source)]).toEqual([source, true]);
    }
    for (const source of ["settings/settings.tsx", "sites/sites.tsx", "site/full-list.tsx"]) {
      expect([source, holds(files, source)]).toEqual([source, false]);
    }
    const styles = files.filter(({ fileName }) => fileName.endsWith(".css")).map(textOf);
    for (const rule of [".tile-value", ".u-wrap"]) expect(styles.some((css) => css.includes(rule))).toBe(true);
  });
});

it("tells the words of one language from those of the others", () => {
  expect(holds(firstView(bundle, "en"), "texts/de.ts")).toBe(false);
});
