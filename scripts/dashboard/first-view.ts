/**
 * Which of the dashboard's built files a browser runs and styles a site's page with until its chart is drawn: what the
 * shell names, the chart, the words of one language, and whatever these import.
 */
import type { Bundle } from "./assets.ts";

/** What the scripts and styles of the first view may have together, each file compressed by brotli -11. */
export const FIRST_VIEW_BYTES = 60_000;

/** Imported by the page as it starts (`src/dashboard/site/plot.tsx`). `npm run bench` says where a browser loads more. */
const AT_ONCE = "/src/dashboard/site/drawing.ts";

const WORDS = /\/src\/dashboard\/texts\/(?<language>[a-z]{2})\.ts$/;

/** The languages that the page speaks, as two letters. */
export function languagesOf(bundle: Bundle): string[] {
  return bundle.flatMap((file) => modulesOf(file).flatMap((module) => WORDS.exec(module)?.groups?.language ?? []));
}

/** The scripts and styles of the first view in a language. */
export function firstView(bundle: Bundle, language: string): Bundle {
  const shell = bundle.find(({ fileName }) => fileName === "index.html");
  const html = shell?.type === "asset" ? String(shell.source) : "";
  const needed = new Set<string>();
  const need = (name: string) => {
    const file = bundle.find(({ fileName }) => fileName === name);
    if (!file || needed.has(name)) return;
    needed.add(name);
    if (file.type === "chunk") for (const other of [...file.imports, ...stylesOf(file)]) need(other);
  };
  for (const { fileName } of bundle) if (/\.(js|css)$/.test(fileName) && html.includes(`/${fileName}"`)) need(fileName);
  for (const file of bundle) {
    const isNeeded = (module: string) => module.endsWith(AT_ONCE) || WORDS.exec(module)?.groups?.language === language;
    if (modulesOf(file).some(isNeeded)) need(file.fileName);
  }
  return bundle.filter(({ fileName }) => needed.has(fileName));
}

/** A file's text. */
export function textOf(file: Bundle[number]): string {
  return file.type === "chunk" ? file.code : String(file.source);
}

/** The source files that a built one is made of. */
function modulesOf(file: Bundle[number]): string[] {
  return file.type === "chunk" ? file.moduleIds : [];
}

function stylesOf({ viteMetadata }: Extract<Bundle[number], { type: "chunk" }>): string[] {
  return [...(viteMetadata?.importedCss ?? [])];
}
