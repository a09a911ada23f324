/** The Chromium that comes with npm: unpacked once, with the libraries and fonts that a bare system lacks. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { inflate } from "@sparticuz/chromium";

const packed = join(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "../bin");

export interface Chromium {
  executable: string;
  /** What it needs in its environment. */
  environment: Record<string, string>;
}

/**
 * Unpacks it into `node_modules/.cache`, or finds it there; null on systems for which npm has none.
 * To be called before any test: several at once would be handed each other's unfinished files.
 */
export async function unpackChromium(): Promise<Chromium | null> {
  if (process.platform !== "linux" || process.arch !== "x64") return null;
  const { version } = JSON.parse(readFileSync(join(packed, "../package.json"), "utf8"));
  const folder = join(import.meta.dirname, "../../node_modules/.cache", `chromium-${version}`);
  if (!existsSync(folder)) {
    const beside = `${folder}.${process.pid}.tmp`;
    mkdirSync(beside, { recursive: true });
    const { TMPDIR } = process.env;
    // Where the package unpacks to.
    process.env.TMPDIR = beside;
    try {
      for (const file of ["chromium.br", "fonts.tar.br", "swiftshader.tar.br", "al2023.tar.br"])
        await inflate(join(packed, file));
      renameSync(beside, folder);
    } catch (error) {
      // Another run may have been first.
      if (!existsSync(folder)) throw error;
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
      rmSync(beside, { recursive: true, force: true });
    }
  }
  // The package's own names /tmp. Without a font no text has a size, and nothing can be clicked.
  const fonts = join(folder, "fonts.conf");
  const dirs = `<dir>${join(folder, "fonts")}</dir><cachedir>${join(folder, "fonts-cache")}</cachedir>`;
  writeFileSync(fonts, `<?xml version="1.0"?><fontconfig>${dirs}</fontconfig>`);
  return {
    executable: join(folder, "chromium"),
    environment: { LD_LIBRARY_PATH: join(folder, "al2023/lib"), FONTCONFIG_FILE: fonts },
  };
}
