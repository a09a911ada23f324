import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { StartError } from "./options.ts";

export interface AdminKey {
  key: string;
  /** Every variable of the file, the admin key included. */
  vars: Record<string, string>;
  from: "environment" | "file" | "made";
}

/**
 * The admin key: `fromEnvironment` if it is not empty, else the file's, else a new one (32 random bytes, base64url),
 * which is added to the file. The file's other lines stay; it becomes readable by its owner alone.
 * @throws StartError if the key could not be sent in a header
 */
export function adminKey(varsFile: string, fromEnvironment: string | undefined): AdminKey {
  const text = readIfThere(varsFile);
  const vars = varsIn(text);
  const given = givenKey(varsFile, vars, fromEnvironment);
  if (given) return { key: given, vars: { ...vars, ADMIN_KEY: given }, from: fromEnvironment ? "environment" : "file" };

  const key = randomBytes(32).toString("base64url");
  // An ADMIN_KEY without a value (as in .dev.vars.example) makes room for the new one.
  const others = text.split(/\r?\n/).filter((line) => !/^\s*(export\s+)?ADMIN_KEY\s*=/.test(line));
  while (others.at(-1) === "") others.pop();
  // Written beside and renamed, so that no crash leaves half a file.
  const beside = `${varsFile}.${process.pid}.tmp`;
  writeFileSync(beside, [...others, `ADMIN_KEY=${key}`, ""].join("\n"), { mode: 0o600 });
  renameSync(beside, varsFile);
  return { key, vars: { ...vars, ADMIN_KEY: key }, from: "made" };
}

/**
 * The admin key, as `adminKey` finds it; null where there is none yet. Nothing is written.
 * @throws StartError if the key could not be sent in a header
 */
export function knownAdminKey(varsFile: string, fromEnvironment: string | undefined): string | null {
  return givenKey(varsFile, varsIn(readIfThere(varsFile)), fromEnvironment);
}

function givenKey(varsFile: string, vars: Record<string, string>, fromEnvironment: string | undefined): string | null {
  const given = fromEnvironment || vars.ADMIN_KEY;
  if (!given) return null;
  const where = fromEnvironment ? "The environment variable ADMIN_KEY" : `ADMIN_KEY in ${varsFile}`;
  if (!/^[\x21-\x7e]+$/.test(given)) throw new StartError(`${where} must be printable ASCII without spaces.`);
  return given;
}

function varsIn(text: string): Record<string, string> {
  return Object.fromEntries(Object.entries(parseEnv(text)).map(([name, value]) => [name, value ?? ""]));
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new StartError(`Cannot read ${file}: ${(error as Error).message}`);
  }
}
