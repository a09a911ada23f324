import { describe, expect, it } from "vitest";
import { texts as de } from "../../src/dashboard/texts/de.ts";
import { en as english, type Texts } from "../../src/dashboard/texts/en.ts";
import { texts as es } from "../../src/dashboard/texts/es.ts";
import { texts as fr } from "../../src/dashboard/texts/fr.ts";
import { owners as deOwners } from "../../src/dashboard/texts/owners/de.ts";
import { owners as englishOwners, type OwnersTexts } from "../../src/dashboard/texts/owners/en.ts";
import { owners as esOwners } from "../../src/dashboard/texts/owners/es.ts";
import { owners as frOwners } from "../../src/dashboard/texts/owners/fr.ts";
import { owners as ruOwners } from "../../src/dashboard/texts/owners/ru.ts";
import { texts as ru } from "../../src/dashboard/texts/ru.ts";
import type { Language } from "../../src/dashboard/texts.ts";

type AllTexts = Texts & OwnersTexts;

const en: AllTexts = { ...english, ...englishOwners };
const TRANSLATIONS: Record<Exclude<Language, "en">, AllTexts> = {
  de: { ...de, ...deOwners },
  es: { ...es, ...esOwners },
  fr: { ...fr, ...frOwners },
  ru: { ...ru, ...ruOwners },
};

/** Texts that a language has in common with English, in the order of their letters. */
const SAME: Record<Exclude<Language, "en">, string[]> = {
  de: [
    "Affiliates",
    "Audio",
    "Badge",
    "Browser",
    "Conversions",
    "Desktop",
    "Details",
    "Domain",
    "Export",
    "Filter",
    "Host",
    "Hosts",
    "Import",
    "Laptop",
    "Name",
    "Referrer",
    "Region",
    "SMS",
    "Snippet",
    "Tablet",
  ],
  es: ["Audio", "General", "Host", "Hosts", "SMS"],
  fr: [
    "Audio",
    "Badge",
    "Conversions",
    "Export",
    "Import",
    "Imports",
    "Mobile",
    "Page",
    "Pages",
    "Public",
    "Robots",
    "SMS",
    "Sites",
    "Source",
    "Sources",
    "point",
    "points",
  ],
  ru: ["SMS"],
};

/** What stands in texts and is no word: markup, names, patterns, units of the settings. It is the same in each language. */
const TOKENS =
  /<img>|\/admin\/\*\*|\*\*|shop\.example\.com|\*\.example\.com|utm_…|\b(?:ADMIN_KEY|npm start|Footfall|Plausible|JavaScript|Subresource Integrity|User-Agent|Global Privacy Control|Do Not Track|ISO 3166-1|HTML|CSV|ZIP|API|EUR|LV|T1|Tor)\b/g;

/** Numbers that plural forms are chosen by: between them they have all forms of these languages. */
const COUNTS = [0, 1, 2, 5, 21, 1_000_000];

type Said = (...values: (string | number)[]) => string;
type Tree = string | Said | readonly Tree[] | { readonly [name: string]: Tree };

/** All texts with the names that lead to them: `settings.parts.goals`. */
function leaves(tree: Tree, path: readonly string[] = []): [path: string, leaf: string | Said][] {
  if (typeof tree === "string" || typeof tree === "function") return [[path.join("."), tree]];
  return Object.entries(tree).flatMap(([name, part]) => leaves(part, [...path, name]));
}

const WORD = "⟨word⟩";

/** Which of a function's values is a number: what is given for a number as a text does not come back. */
function isCounted(said: Said, at: number): boolean {
  const values = Array.from({ length: said.length }, (_, index) => (index === at ? WORD : 1));
  return !said(...values).includes(WORD);
}

/** A text as it is shown: of a function once for each number that it may be given. */
interface Sample {
  path: string;
  text: string;
  /** What it was given. */
  values: (string | number)[];
}

/** Values for a function, as the English one takes them. */
function valuesOf(said: Said): (string | number)[][] {
  const counted = Array.from({ length: said.length }, (_, at) => isCounted(said, at));
  const counts = counted.includes(true) ? COUNTS : [0];
  return counts.map((count) => counted.map((isCount, at) => (isCount ? count : `⟨${at}⟩`)));
}

/** A language's texts as they are shown, beside the English ones. */
function samples(translation: AllTexts): { path: string; english: Sample; own: Sample }[] {
  const own = new Map(leaves(translation as Tree));
  return leaves(en as Tree).flatMap(([path, english]) => {
    const translated = own.get(path);
    if (typeof english === "string" || typeof translated !== "function") {
      const shown = (leaf: typeof translated) => ({ path, text: String(leaf), values: [] });
      return [{ path, english: shown(english), own: shown(translated) }];
    }
    return valuesOf(english).map((values) => {
      const shown = (said: Said) => ({ path, text: said(...values), values });
      return { path: `${path}(${values.join(", ")})`, english: shown(english), own: shown(translated) };
    });
  });
}

/** Numbers of a text, however its language writes a thousand. */
function numbersIn(text: string): string[] {
  return text.replace(/(?<=\d)[\s.,](?=\d{3}\b)/gu, "").match(/\d+/g) ?? [];
}

describe.each(Object.entries(TRANSLATIONS) as [Exclude<Language, "en">, AllTexts][])(
  "the words in %s",
  (language, texts) => {
    const shown = samples(texts);
    /** Paths of the texts of which something is not so. */
    const failing = (isRight: (own: Sample, english: Sample) => boolean) =>
      shown.filter(({ own, english }) => !isRight(own, english)).map(({ path, own }) => `${path}: ${own.text}`);

    it("have the names and kinds of the English ones", () => {
      const kinds = (of: Texts) => leaves(of as Tree).map(([path, leaf]) => `${path}: ${typeof leaf}`);
      expect(kinds(texts).sort()).toEqual(kinds(en).sort());
    });

    it("are there wherever there are English ones", () => {
      expect(failing((own, english) => (own.text === "") === (english.text === ""))).toEqual([]);
      expect(failing(({ text }) => !/undefined|NaN|\[object|#/.test(text))).toEqual([]);
    });

    it("are other than the English ones, but for those in common", () => {
      const words = ({ text, values }: Sample) =>
        values.reduce<string>((rest, value) => rest.replaceAll(String(value), ""), text).trim();
      const equal = shown.filter(({ own, english }) => own.text === english.text && /\p{L}/u.test(words(english)));
      expect([...new Set(equal.map(({ own }) => words(own)))].sort()).toEqual(SAME[language]);
    });

    it("say what they are given", () => {
      expect(
        failing(({ text, values }) => values.every((value) => typeof value === "number" || text.includes(value))),
      ).toEqual([]);
    });

    it("keep numbers and whatever is no word", () => {
      expect(
        failing(({ text, values }, english) => {
          // One of something may be said by a word.
          const needed = numbersIn(english.text).filter((number) => !(number === "1" && values.includes(1)));
          return needed.every((number) => numbersIn(text).includes(number));
        }),
      ).toEqual([]);
      expect(
        failing(({ text }, english) => (english.text.match(TOKENS) ?? []).every((token) => text.includes(token))),
      ).toEqual([]);
    });

    it("are set as they ought to be", () => {
      expect(failing(({ text }) => !/^\s|\s$|\s\s/u.test(text))).toEqual([]);
      expect(failing(({ text }) => !/\.\.\.|["'`]/.test(text))).toEqual([]);
      const end = (text: string) => /[.…]?$/u.exec(text)?.[0];
      expect(failing(({ text }, english) => end(text) === end(english.text))).toEqual([]);
    });
  },
);
