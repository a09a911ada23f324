/** HTML that shows a site's page within another. Pure. */

const ENTITIES: Record<string, string> = { "&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;" };

/**
 * A frame to paste into a page.
 * @param url of the shared page
 * @param title what the frame is called, for who does not see it
 */
export function embedCode(url: string, title: string): string {
  const address = new URL(url);
  const source = `${address.href}${address.search === "" ? "?" : "&"}embed`;
  return (
    `<iframe src="${escaped(source)}" title="${escaped(title)}" loading="lazy" ` +
    `style="width: 100%; height: 1600px; border: 0"></iframe>`
  );
}

function escaped(text: string): string {
  return text.replace(/[&"<>]/g, (character) => ENTITIES[character] ?? character);
}
