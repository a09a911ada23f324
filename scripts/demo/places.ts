/** Where the demo's visitors live. Pure. */

import { drawer, drawerOf } from "./draw.ts";

interface Country {
  /** ISO 3166-1 */
  code: string;
  /** Of all visitors, in percent, roughly. */
  weight: number;
  /** Hours of the clock there ahead of UTC. */
  aheadOfUtc: number;
  /** ISO 639-1 → weight */
  languages: Record<string, number>;
  /** ISO 3166-2 without the country → weight */
  regions: Record<string, number>;
}

const country = (
  code: string,
  weight: number,
  aheadOfUtc: number,
  languages: Country["languages"],
  regions: Country["regions"],
): Country => ({ code, weight, aheadOfUtc, languages, regions });

export const COUNTRIES: readonly Country[] = [
  country("DE", 21, 1, { de: 86, en: 14 }, { BE: 8, BY: 7, NW: 7, HH: 5, BW: 5, HE: 4, SN: 3, NI: 2, BB: 1 }),
  country("US", 17, -6, { en: 93, es: 7 }, { CA: 9, NY: 6, TX: 5, WA: 4, MA: 3, IL: 3, FL: 3, CO: 2, OR: 1, VA: 1 }),
  country("GB", 8, 0, { en: 100 }, { ENG: 8, SCT: 2, WLS: 1 }),
  country("FR", 7, 1, { fr: 92, en: 8 }, { IDF: 8, ARA: 3, PAC: 2, OCC: 2, BRE: 1 }),
  country("NL", 5, 1, { nl: 70, en: 30 }, { NH: 6, ZH: 4, UT: 3, NB: 2 }),
  country("AT", 4, 1, { de: 92, en: 8 }, { 9: 8, 6: 2, 5: 1, 4: 1 }),
  country("CH", 4, 1, { de: 62, fr: 24, en: 14 }, { ZH: 6, BE: 3, GE: 2, BS: 1, VD: 1 }),
  country("ES", 3.4, 1, { es: 84, ca: 8, en: 8 }, { MD: 5, CT: 4, AN: 1, VC: 1 }),
  country("IN", 3.2, 5.5, { en: 96, hi: 4 }, { KA: 5, MH: 4, DL: 2, TN: 2 }),
  country("CA", 3, -5, { en: 82, fr: 18 }, { ON: 5, QC: 3, BC: 3 }),
  country("PL", 2.6, 1, { pl: 86, en: 14 }, { 14: 4, 12: 3, "02": 2 }),
  country("IT", 2.5, 1, { it: 92, en: 8 }, { 25: 4, 62: 3, 21: 1 }),
  country("SE", 2.2, 1, { sv: 66, en: 34 }, { AB: 5, O: 2, M: 2 }),
  country("BR", 2, -3, { pt: 96, en: 4 }, { SP: 5, RJ: 2, MG: 1 }),
  country("AU", 1.9, 10, { en: 100 }, { NSW: 4, VIC: 4, QLD: 2 }),
  country("BE", 1.6, 1, { nl: 48, fr: 34, en: 18 }, { BRU: 3, VLG: 4, WAL: 2 }),
  country("CZ", 1.4, 1, { cs: 84, en: 16 }, { 10: 5, 64: 2 }),
  country("DK", 1.3, 1, { da: 70, en: 30 }, { 84: 5, 82: 2 }),
  country("JP", 1.3, 9, { ja: 94, en: 6 }, { 13: 6, 27: 2, 14: 1 }),
  country("FI", 1.1, 2, { fi: 64, en: 36 }, { 18: 5, 11: 1 }),
  country("NO", 1, 1, { nb: 66, en: 34 }, { "03": 5, 46: 1 }),
  country("PT", 1, 0, { pt: 80, en: 20 }, { 11: 4, 13: 3 }),
  country("IE", 0.9, 0, { en: 100 }, { L: 4, M: 1 }),
  country("UA", 0.8, 2, { uk: 72, ru: 18, en: 10 }, { 30: 4, 46: 1 }),
  country("LV", 0.6, 2, { lv: 64, ru: 20, en: 16 }, { RIX: 1 }),
  country("MX", 0.6, -6, { es: 94, en: 6 }, { CMX: 3, JAL: 1 }),
  country("SG", 0.5, 8, { en: 90, zh: 10 }, { "01": 1 }),
  country("KR", 0.4, 9, { ko: 94, en: 6 }, { 11: 3, 41: 1 }),
  country("ZA", 0.4, 2, { en: 100 }, { GP: 2, WC: 2 }),
  country("NZ", 0.3, 12, { en: 100 }, { AUK: 2, WGN: 1 }),
];

export interface Place {
  country: string;
  /** ISO 3166-2 without the country, as Cloudflare says it. */
  regionCode: string;
  language: string;
  aheadOfUtc: number;
}

const drawCountry = drawer(
  COUNTRIES.map(({ code, aheadOfUtc, languages, regions }) => ({
    code,
    aheadOfUtc,
    language: drawerOf(languages),
    region: drawerOf(regions),
  })),
  ({ code }) => COUNTRIES.find((country) => country.code === code)?.weight ?? 0,
);

export function drawPlace(random: () => number): Place {
  const { code, aheadOfUtc, language, region } = drawCountry(random);
  return { country: code, aheadOfUtc, regionCode: region(random), language: language(random) };
}
