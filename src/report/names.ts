/** Names of countries and regions, which are stored by their codes. */

import type { Display } from "./properties.ts";

const countries = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });
/** Filled when a name is first asked for: the list is long. */
let regions: Map<string, string> | null = null;

/** What shows a code's name; codes without one stay as they are. */
export async function namesOf(display: Display): Promise<(code: string) => string> {
  if (display === "country") return countryName;
  if (!regions) {
    const { iso31662 } = await import("iso-3166/2.js");
    regions = new Map(iso31662.map(({ code, name }) => [code, name]));
  }
  const known = regions;
  return (code) => known.get(code) ?? code;
}

function countryName(code: string): string {
  if (code === "T1") return "Tor";
  // What is no code, such as "(not set)", is no name either.
  return /^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : code;
}
