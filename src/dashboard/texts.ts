/**
 * The language of the page: that of the reader's browser, unless he chose another. English comes with the page; the
 * others are loaded when they are needed.
 */

import { computed, signal } from "@preact/signals";
import { en, type Texts } from "./texts/en.ts";

/** Languages, by what they call themselves. */
export const LANGUAGES = { en: "English", de: "Deutsch", es: "Español", fr: "Français", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;

const LOADERS: Record<Exclude<Language, "en">, () => Promise<{ texts: Texts }>> = {
  de: () => import("./texts/de.ts"),
  es: () => import("./texts/es.ts"),
  fr: () => import("./texts/fr.ts"),
  ru: () => import("./texts/ru.ts"),
};

const CHOSEN = "footfall.language";

export const language = signal<Language>("en");
const loaded = signal<Texts>(en);
/** All words of the page. */
export const t = computed(() => loaded.value);
/** How numbers and dates are written: the reader's own variant of the language, where he has one (`de-CH`). */
export const locale = computed(
  () => navigator.languages.find((tag) => languageOf(tag) === language.value) ?? language.value,
);

/** Chooses a language for good. */
export async function chooseLanguage(chosen: Language): Promise<void> {
  localStorage.setItem(CHOSEN, chosen);
  await load(chosen);
}

/** The language to begin with. Resolves when its words are there. */
export async function loadLanguage(): Promise<void> {
  const chosen = languageOf(localStorage.getItem(CHOSEN) ?? "");
  await load(chosen ?? navigator.languages.map(languageOf).find((known) => known !== null) ?? "en");
}

async function load(to: Language): Promise<void> {
  try {
    loaded.value = to === "en" ? en : (await LOADERS[to]()).texts;
    language.value = to;
  } catch {
    // Offline, or this page is older than what the Worker serves: better English than nothing.
  }
}

function languageOf(tag: string): Language | null {
  const base = tag.slice(0, 2).toLowerCase();
  return base in LANGUAGES && !/^[a-z]/i.test(tag[2] ?? "") ? (base as Language) : null;
}
