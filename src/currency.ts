let currencies: Set<string> | undefined;

/** Whether a text is the code of a currency (ISO 4217, three capitals). */
export function isCurrency(code: string): boolean {
  // Asked for at the first conversion only: few sites have any.
  currencies ??= new Set(Intl.supportedValuesOf("currency"));
  return currencies.has(code);
}
