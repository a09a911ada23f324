/** Words that depend on a number, by the plural categories of the language (Unicode CLDR). */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** Gives the form for a number; `#` in it stands for the number as the language writes it. */
export function pluralIn(language: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (count, forms) => (forms[rules.select(count)] ?? forms.other).replace("#", numbers.format(count));
}
