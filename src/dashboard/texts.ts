/**
 * The language of the page: that of the reader's browser, unless he chose another. Words are loaded by language: nobody
 * waits for those of others.
 */

import { batch, computed, signal } from "@preact/signals";
import { keep, keptUnder } from "./kept.ts";
import type { Texts } from "./texts/en.ts";
import type { OwnersTexts } from "./texts/owners/en.ts";

/** Languages, by what they call themselves. */
export const LANGUAGES = { en: "English", de: "Deutsch", es: "Español", fr: "Français", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;

const LOADERS: Record<Language, () => Promise<{ texts: Texts }>> = {
  en: () => import("./texts/en.ts").then(({ en }) => ({ texts: en })),
  de: () => import("./texts/de.ts"),
  es: () => import("./texts/es.ts"),
  fr: () => import("./texts/fr.ts"),
  ru: () => import("./texts/ru.ts"),
};

const OWNERS_LOADERS: Record<Language, () => Promise<{ owners: OwnersTexts }>> = {
  en: () => import("./texts/owners/en.ts"),
  de: () => import("./texts/owners/de.ts"),
  es: () => import("./texts/owners/es.ts"),
  fr: () => import("./texts/owners/fr.ts"),
  ru: () => import("./texts/owners/ru.ts"),
};

const CHOSEN = "footfall.language";

export const language = signal<Language>("en");
const loaded = signal<Texts | null>(null);
/** All words of the page. There are none before `loadLanguage` or `speak` has ended. */
export const t = computed((): Texts => {
  if (loaded.value === null) throw new Error("no words are loaded yet");
  return loaded.value;
});
const loadedOwners = signal<OwnersTexts | null>(null);
let speaksToOwners = false;
/** The same, and those of the pages for owners. There are none before `speakToOwners` has ended. */
export const allWords = computed((): Texts & OwnersTexts => {
  if (loadedOwners.value === null) throw new Error("no words for owners are loaded yet");
  return { ...t.value, ...loadedOwners.value };
});
/** How numbers and dates are written: the reader's own variant of the language, where he has one (`de-CH`). */
export const locale = computed(
  () => navigator.languages.find((tag) => languageOf(tag) === language.value && isLocale(tag)) ?? language.value,
);

/** Chooses a language for good. */
export async function chooseLanguage(chosen: Language): Promise<void> {
  keep(CHOSEN, chosen, "localStorage");
  await speak(chosen);
}

/** The language to begin with. Resolves when its words are there. @throws where not even the English ones can be had */
export async function loadLanguage(): Promise<void> {
  const chosen = languageOf(keptUnder(CHOSEN, "localStorage") ?? "");
  await speak(chosen ?? navigator.languages.map(languageOf).find((known) => known !== null) ?? "en");
}

/** The language that was asked for last. */
let wanted: Language | null = null;

/** Loads the words of a language. Where they cannot be had, the page stays as it is, or begins in English. */
export async function speak(to: Language): Promise<void> {
  wanted = to;
  try {
    const [{ texts }, ofOwners] = await Promise.all([LOADERS[to](), speaksToOwners ? OWNERS_LOADERS[to]() : null]);
    // Whoever goes through the choices by keys asks for the next before the last is there.
    if (wanted !== to) return;
    batch(() => {
      loaded.value = texts;
      if (ofOwners) loadedOwners.value = ofOwners.owners;
      language.value = to;
    });
  } catch (error) {
    // Offline, or this page is older than what the Worker serves.
    if (loaded.value !== null) return;
    if (to === "en") throw error;
    await speak("en");
  }
}

/** Loads the words of the pages for owners, too. @throws where they cannot be had */
export async function speakToOwners(): Promise<void> {
  loadedOwners.value ??= (await OWNERS_LOADERS[language.value]()).owners;
  speaksToOwners = true;
}

function languageOf(tag: string): Language | null {
  const base = tag.slice(0, 2).toLowerCase();
  return base in LANGUAGES && !/^[a-z]/i.test(tag[2] ?? "") ? (base as Language) : null;
}

/** Some systems name languages in ways of their own (`en-US@posix`). */
function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}
