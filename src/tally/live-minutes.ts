import { MINUTE_MS } from "../calendar.ts";
import type { PackReader, PackWriter } from "./pack.ts";

const KEPT_MINUTES = 30;

/** Visitors and page views of the last 30 minutes, by minute. */
export class LiveMinutes {
  readonly #minutes = new Map<number, { visitors: number; pageviews: number }>();

  add(minute: number, visitors: number, pageviews: number): void {
    const found = this.#minutes.get(minute);
    if (found) {
      found.visitors += visitors;
      found.pageviews += pageviews;
      return;
    }
    this.#minutes.set(minute, { visitors, pageviews });
    for (const old of this.#minutes.keys()) if (old < minute - 2 * KEPT_MINUTES) this.#minutes.delete(old);
  }

  /** The 30 minutes that end with the one of `now`, oldest first; `at` in ms since 1970. */
  last(now: number): { at: number; visitors: number; pageviews: number }[] {
    const current = Math.floor(now / MINUTE_MS);
    return Array.from({ length: KEPT_MINUTES }, (_, i) => {
      const minute = current - KEPT_MINUTES + 1 + i;
      return { at: minute * MINUTE_MS, ...(this.#minutes.get(minute) ?? { visitors: 0, pageviews: 0 }) };
    });
  }

  write(writer: PackWriter): void {
    writer.list([...this.#minutes], ([minute, { visitors, pageviews }]) =>
      writer.float(minute).integer(visitors).integer(pageviews),
    );
  }

  read(reader: PackReader): void {
    reader.list(() => this.#minutes.set(reader.float(), { visitors: reader.integer(), pageviews: reader.integer() }));
  }
}
