import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";

/**
 * Looks at all that a page shows now by all of axe's rules, the best practices too, and fails with what is against one.
 * @param isSeeThrough the page has no ground of its own, so that contrasts are not to be told
 */
export async function expectAccessible(page: Page, what: string, isSeeThrough = false): Promise<void> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
  const found = await page.evaluate(async (isSeeThrough) => {
    // By its name in the page: what is imported above is not there.
    const { axe: inPage } = globalThis as unknown as { axe: typeof axe };
    const rules = { "color-contrast": { enabled: !isSeeThrough } };
    const { violations } = await inPage.run(document, { resultTypes: ["violations"], rules });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
    );
  }, isSeeThrough);
  expect(found, what).toEqual([]);
}
