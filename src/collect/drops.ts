import type { DropCount, DropReason } from "../drops.ts";
import type { RecordBatch } from "../hit.ts";
import { LIMITS } from "../limits.ts";

/** What rides along with a batch. */
export type DropReport = NonNullable<RecordBatch["drops"]>;

interface SiteDrops {
  counts: Map<DropReason, number>;
  /** When drops of this site were sent last. */
  sentAt: number;
}

const SITES = 1_000;

/** Counts the drops of this isolate until they are sent to the sites' tallies. What an isolate dies with is lost. */
export class Drops {
  readonly #sites = new Map<number, SiteDrops>();

  /**
   * Counts a drop.
   * @returns whether it should be sent now, without hits: none went for 10 s, and an owner may be trying things out
   */
  add(siteId: number, reason: DropReason, now: number): boolean {
    const drops = this.#of(siteId);
    drops.counts.set(reason, (drops.counts.get(reason) ?? 0) + 1);
    return now >= drops.sentAt + LIMITS.dropsAloneMs || now < drops.sentAt;
  }

  /** Takes out what has gathered of a site; undefined if nothing. */
  take(siteId: number, now: number): DropReport | undefined {
    const drops = this.#sites.get(siteId);
    if (!drops || drops.counts.size === 0) return undefined;
    const counts: DropCount[] = [...drops.counts].map(([reason, count]) => ({ reason, count }));
    drops.counts.clear();
    drops.sentAt = now;
    return { id: newId(), counts };
  }

  /** Takes back what could not be sent. */
  putBack(siteId: number, report: DropReport): void {
    const { counts } = this.#of(siteId);
    for (const { reason, count } of report.counts) counts.set(reason, (counts.get(reason) ?? 0) + count);
  }

  #of(siteId: number): SiteDrops {
    let drops = this.#sites.get(siteId);
    if (!drops) {
      const [oldest] = this.#sites.keys();
      if (this.#sites.size >= SITES && oldest !== undefined) this.#sites.delete(oldest);
      drops = { counts: new Map(), sentAt: Number.NEGATIVE_INFINITY };
      this.#sites.set(siteId, drops);
    }
    return drops;
  }
}

/** A random id: 32 hex digits. */
export function newId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}
