/** Amounts of money of a row: sums by currency, and how the Stats API shows them. */

import type { Row } from "./read.ts";

/** Amounts in one currency. */
export interface Amount {
  /** ISO 4217. */
  currency: string;
  /** Events that brought an amount. */
  events: number;
  /** Refunds taken off, in thousandths of the currency's unit. */
  thousandths: number;
}

/** As Plausible shows an amount. `others` are ours: the same row's amounts in further currencies. */
export interface Money {
  currency: string;
  value: number;
  short: string;
  long: string;
  others?: Omit<Money, "others">[];
}

/** The amounts of rows whose last label is the currency, by the other labels and the bucket. */
export function amountsBy(rows: readonly Row[], keyOf: (bucket: string, labels: readonly string[]) => string) {
  const amounts = new Map<string, Amount[]>();
  for (const { bucket, labels, fields } of rows) {
    const key = keyOf(bucket, labels.slice(0, -1));
    const currency = labels.at(-1) ?? "";
    // Beyond the bound of values, currencies are mixed; and an import may say anything.
    if (!/^[A-Z]{3}$/.test(currency)) continue;
    const amount = {
      currency,
      events: fields.customEvents,
      thousandths: fields.revenueThousandths - fields.refundThousandths,
    };
    amounts.set(key, [...(amounts.get(key) ?? []), amount]);
  }
  return amounts;
}

/** Amounts of several rows together. */
export function addAmounts(amounts: readonly Amount[]): Amount[] {
  const sums = new Map<string, Amount>();
  for (const amount of amounts) {
    const sum = sums.get(amount.currency);
    if (sum) {
      sum.events += amount.events;
      sum.thousandths += amount.thousandths;
    } else sums.set(amount.currency, { ...amount });
  }
  return [...sums.values()];
}

/**
 * A metric of money: in the first of the currencies preferred that there are amounts in, else in that of the most events.
 * null: no amounts.
 */
export function moneyOf(
  metric: "total_revenue" | "average_revenue",
  amounts: readonly Amount[],
  preferred: readonly string[] = [],
): Money | null {
  const isPreferred = ({ currency }: Amount) => Number(preferred.includes(currency));
  const [first, ...others] = [...amounts]
    .sort((a, b) => isPreferred(b) - isPreferred(a) || b.events - a.events || (a.currency < b.currency ? -1 : 1))
    .map(({ currency, events, thousandths }) =>
      shown(currency, metric === "total_revenue" ? thousandths : thousandths / Math.max(events, 1)),
    );
  if (!first) return null;
  return others.length > 0 ? { ...first, others } : first;
}

function shown(currency: string, thousandths: number): Omit<Money, "others"> {
  const digits = new Intl.NumberFormat("en-US", { style: "currency", currency }).resolvedOptions()
    .maximumFractionDigits;
  const factor = 10 ** (digits ?? 2);
  const value = Math.round((thousandths / 1000) * factor) / factor;
  const format = (options: Intl.NumberFormatOptions) =>
    new Intl.NumberFormat("en-US", { style: "currency", currency, ...options }).format(value);
  return { currency, value, short: format({ notation: "compact", maximumFractionDigits: 1 }), long: format({}) };
}
