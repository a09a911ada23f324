import { DurableObject } from "cloudflare:workers";
import { DAY_MS, type LocalDay, MINUTE_MS } from "../calendar.ts";
import type { Env } from "../env.ts";
import type { Live, OpenDay, OpenRequest, Outcome, Pulse, RecordBatch, TallyApi } from "../hit.ts";
import { LIMITS } from "../limits.ts";
import { logFailure } from "../log.ts";
import { growShards } from "../manage/shards.ts";
import { Day } from "./day.ts";
import { dayCounts } from "./day-counts.ts";
import { DyingKeys, KeyNotReady } from "./dying-keys.ts";
import { Flusher } from "./flusher.ts";
import { Keyring } from "./keyring.ts";
import { advance, apply, closeDay, daysToClose } from "./machine.ts";
import { PackReader, PackWriter, packed } from "./pack.ts";
import { FIRST_RETRY_MS, retryDelayMs } from "./retry.ts";
import { seal, unseal } from "./seal.ts";
import { TallyState } from "./state.ts";
import { type CheckpointKind, emptyLedger, type Ledger, TallyStorage } from "./storage.ts";

/** Hits gather at most this long for one journal row; after a silence of this length a hit does not wait. */
const GATHER_MS = 100;
/** Gathered bytes of JSON at which a row is written at once. Three bytes a character at worst must stay below 2 MB. */
const GATHER_CHARS = 400_000;
/** A checkpoint is due this long after the first journal row it would hold… */
const CHECKPOINT_AFTER_MS = 10 * MINUTE_MS;
/** …or at this many rows, if they outweigh a quarter of the last checkpoint, or at so many in any case. */
const CHECKPOINT_ROWS = 200;
const CHECKPOINT_MOST_ROWS = 2_000;
const CLOSED_DAYS_KEPT_MS = 7 * DAY_MS;
const LIVE_MS = 5 * MINUTE_MS;

interface Waiting {
  batch: RecordBatch;
  json: string;
  resolve: (outcomes: Outcome[]) => void;
  reject: (error: Error) => void;
}

/**
 * The tally of one site's shard. Holds its state in memory; what makes it survive is a journal of sealed inputs
 * since the last checkpoint. A hit is acknowledged when its journal row is durable, so an acknowledged hit is
 * counted exactly once, and one that was not acknowledged once or not at all.
 */
export class Tally extends DurableObject<Env> implements TallyApi {
  readonly #keys: DyingKeys;
  #loading: Promise<void> | null = null;
  /** Whether the fields below hold what storage holds. */
  #awake = false;
  #storage!: TallyStorage;
  #ledger!: Ledger;
  #state!: TallyState;
  #flusher!: Flusher;
  #keyring!: Keyring;

  #waiting: Waiting[] = [];
  #waitingChars = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #committedAt = 0;

  #journalRows = 0;
  #journalBytes = 0;
  #checkpointBytes = 0;
  #checkpointNotBefore = 0;
  /** When the oldest row of the journal was written. */
  #journalSince = 0;
  #alarmAt: number | null = null;
  #working: Promise<void> | null = null;
  /** Alarms in a row that could not do all that was due. */
  #failures = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#keys = new DyingKeys(env.KV);
  }

  async ping(): Promise<"ok"> {
    return "ok";
  }

  async record(batch: RecordBatch): Promise<Outcome[]> {
    await this.#load();
    if (this.#ledger.erased) return batch.hits.map(() => "unknown_site");
    this.#introduce(batch);
    await this.#keyring.haveJournalKey(Date.now());
    if (this.#ledger.erased) return batch.hits.map(() => "unknown_site");
    return new Promise((resolve, reject) => {
      const json = JSON.stringify(batch);
      this.#waiting.push({ batch, json, resolve, reject });
      this.#waitingChars += json.length;
      const wait = this.#committedAt + GATHER_MS - Date.now();
      if (wait <= 0 || wait > GATHER_MS || this.#waitingChars >= GATHER_CHARS) this.#commit();
      else this.#timer ??= setTimeout(() => this.#commit(), wait);
    });
  }

  async identityKey(siteId: number, day: LocalDay, make: boolean): Promise<string | null> {
    await this.#load();
    if (this.#ledger.erased) return null;
    if (this.#ledger.siteId === 0) this.#ledger.siteId = siteId;
    const key = await this.#keyring.identityKey(siteId, day, Date.now(), make);
    return key && Buffer.from(key).toString("base64");
  }

  async open({ dimensions, pairs = [], properties = false, from = "", to = "9999" }: OpenRequest): Promise<OpenDay[]> {
    await this.#load();
    const wanted = { dimensions, pairs, properties };
    const days: OpenDay[] = [];
    for (const day of this.#state.days.values()) {
      const { day: date } = day.local;
      if (date < from || date > to) continue;
      days.push({ day: date, ...dayCounts(day, this.#state.visits.values(), wanted) });
    }
    // A closed day is D1's only when D1 has acknowledged it.
    for (const date of this.#flusher.closedUnflushed()) {
      if (date < from || date > to || this.#state.days.has(date)) continue;
      const day = this.#readClosedDay(date);
      if (day) days.push({ day: date, ...dayCounts(day, [], wanted) });
    }
    return days;
  }

  async live(): Promise<Live> {
    await this.#load();
    const now = Date.now();
    let visitors = 0;
    for (const visit of this.#state.visits.values()) if (visit.lastAt > now - LIVE_MS) visitors++;
    return { visitors, minutes: this.#state.live.last(now) };
  }

  async pulse({ from }: { from: string }): Promise<Pulse> {
    const days = await this.open({ dimensions: ["site", "dropped"], from });
    return { ...(await this.live()), days };
  }

  async erase(): Promise<void> {
    // Also while KV is away and the state cannot be read.
    const storage = new TallyStorage(this.ctx.storage);
    const ledger = { ...emptyLedger(), ...storage.ledger() };
    storage.saveLedger({ ...ledger, erased: true });
    if (this.#loading) {
      await this.#loading.catch(() => {});
      if (this.#ledger) this.#ledger.erased = true;
      await this.#working?.catch(() => {});
    }
    for (const name of Object.keys(ledger.keysMade)) await this.env.KV.delete(name);
    await this.ctx.storage.deleteAll();
    // What stays is that the site is gone: isolates may still know its settings and send hits.
    new TallyStorage(this.ctx.storage).saveLedger({ ...emptyLedger(), siteId: ledger.siteId, erased: true });
    this.#awake = false;
    this.#loading = null;
    this.#alarmAt = null;
    for (const { resolve, batch } of this.#takeWaiting()) resolve(batch.hits.map(() => "unknown_site"));
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = null;
    try {
      await this.#load();
      if (!this.#ledger.erased) await this.#work(Date.now());
      this.#failures = 0;
    } catch (error) {
      // The platform gives up on an alarm that keeps throwing: say what kind of error it was, and come back, later
      // each time: an alarm costs a row.
      this.#failures++;
      logFailure("not all that a tally owed at its alarm was done", {}, error);
    }
    await this.#arm();
  }

  /** One run at a time. */
  #work(now: number): Promise<void> {
    this.#working ??= this.#workOnce(now).finally(() => {
      this.#working = null;
    });
    return this.#working;
  }

  /** Everything that is due: checkpoint, close, the next key, flush, heal, more shards. What fails holds up nothing else. */
  async #workOnce(now: number): Promise<void> {
    if (this.#ledger.siteId === 0) return;
    const errors: unknown[] = [];
    for (const work of [this.#checkpointIfDue, this.#makeKeyIfDue, this.#handOver, this.#growIfDue]) {
      try {
        await work.call(this, now);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  async #checkpointIfDue(now: number): Promise<void> {
    await this.#keyring.haveJournalKey(now);
    if (this.#waiting.length > 0) this.#commit();
    const ended = daysToClose(this.#state, now).map((day) => day.local.day);
    const isDue = this.#journalRows > 0 && now >= this.#journalSince + CHECKPOINT_AFTER_MS;
    if (isDue || ended.length > 0) this.#checkpoint(now, ended);
  }

  async #makeKeyIfDue(now: number): Promise<void> {
    this.#keyring.sweep(now);
    const { tomorrow, siteId } = this.#ledger;
    if (tomorrow && now >= this.#keyring.nextKeyDueAt()) await this.#keyring.identityKey(siteId, tomorrow, now, true);
  }

  async #handOver(now: number): Promise<void> {
    await this.#flusher.flushWhatIsDue(now);
    this.#prune(now);
  }

  async #growIfDue(): Promise<void> {
    const { tomorrow, siteId, shards } = this.#ledger;
    if (!tomorrow || shards >= LIMITS.shards || this.#state.memoryBytes <= LIMITS.growShardsBytes) return;
    await growShards(this.env, siteId, shards * 2, tomorrow.startsAt);
  }

  // ---- The journal

  /** One synchronous block: the row is written, the hits are applied; then the callers are answered. */
  #commit(): void {
    const waiting = this.#takeWaiting();
    if (waiting.length === 0) return;
    if (!this.#awake) {
      for (const { reject } of waiting) reject(new Error("the tally lost its memory; try again"));
      return;
    }
    const now = Date.now();
    const sealing = this.#keyring.journalKey(now);
    if (!sealing) {
      for (const { reject } of waiting) reject(new Error("the tally has no key to seal with; try again"));
      return;
    }
    let outcomes: Outcome[][];
    try {
      const sealed = seal(sealing.key, Buffer.from(`[${now},[${waiting.map(({ json }) => json).join()}]]`));
      outcomes = this.#storage.atomically(() => {
        this.#storage.appendJournal({ keyName: sealing.name, sealed });
        return apply(
          this.#state,
          now,
          waiting.map(({ batch }) => batch),
        );
      });
      if (this.#journalRows === 0) this.#journalSince = now;
      this.#journalRows++;
      this.#journalBytes += sealed.length;
      this.#committedAt = Date.now();
    } catch (error) {
      this.#forget("a tally could not commit hits", error);
      for (const { reject } of waiting) reject(new Error("the tally failed to record; try again"));
      return;
    }
    for (const [i, { resolve }] of waiting.entries()) resolve(outcomes[i] as Outcome[]);
    const outweighs = this.#journalBytes >= this.#checkpointBytes / 4;
    const isDue = this.#journalRows >= CHECKPOINT_MOST_ROWS || (this.#journalRows >= CHECKPOINT_ROWS && outweighs);
    if (isDue && now >= this.#checkpointNotBefore) {
      try {
        this.#checkpoint(now, []);
      } catch {
        // The hits are in the journal all the same. Not with each of the next hits again: it cost the memory.
        this.#checkpointNotBefore = now + FIRST_RETRY_MS;
        return;
      }
    }
    this.ctx.waitUntil(this.#arm());
  }

  /**
   * Memory may be ahead of what is stored, and was rolled back there: the way back is through storage, at the
   * next call. Whatever still works on the old memory can store nothing any more.
   */
  #forget(what: string, error: unknown): void {
    if (!this.#awake) return;
    logFailure(what, {}, error);
    this.#storage.retire();
    this.#awake = false;
    this.#loading = null;
  }

  #takeWaiting(): Waiting[] {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waitingChars = 0;
    return this.#waiting.splice(0);
  }

  /** Stores the state, with these days closed, and empties the journal: all or nothing. */
  #checkpoint(now: number, closing: readonly string[]): void {
    const sealing = this.#keyring.journalKey(now);
    if (!sealing) throw new KeyNotReady("there is no key to seal with");
    try {
      this.#storage.atomically(() => {
        if (closing.length > 0) advance(this.#state, now);
        for (const date of closing) this.#closeDay(date);
        if (closing.length > 0) this.#storage.saveLedger(this.#ledger);
        this.#checkpointBytes = 0;
        this.#storage.replaceCheckpoint(sealing.name, (save) => {
          const keep = (kind: CheckpointKind, data: Uint8Array) => {
            this.#checkpointBytes += data.length;
            save(kind, data);
          };
          const counts = new PackWriter((part) => keep("counts", part));
          this.#state.writeCounts(counts);
          counts.finish();
          const secrets = new PackWriter((part) => keep("secrets", seal(sealing.key, part)));
          this.#state.writeSecrets(secrets);
          secrets.finish();
        });
      });
    } catch (error) {
      this.#forget("a tally could not store its state", error);
      throw error;
    }
    this.#journalRows = 0;
    this.#journalBytes = 0;
  }

  #closeDay(date: string): void {
    const day = closeDay(this.#state, date);
    if (!day) return;
    this.#storage.saveClosedDay(
      date,
      packed((writer) => day.writeCounts(writer)),
    );
    this.#ledger.closed[date] = { revision: 0, endsAt: day.local.endsAt };
    delete this.#ledger.flushed[date];
  }

  // ---- Waking up

  #load(): Promise<void> {
    this.#loading ??= this.#loadOnce().catch((error) => {
      this.#loading = null;
      throw error;
    });
    return this.#loading;
  }

  async #loadOnce(): Promise<void> {
    const storage = new TallyStorage(this.ctx.storage);
    const ledger = storage.ledger() ?? emptyLedger();
    const keyring = new Keyring(this.#keys, storage, ledger);
    const keys = new Map<string, Uint8Array | null>();
    for (const name of storage.keyNames()) keys.set(name, await keyring.keyThatSealed(name, Date.now()));
    this.#alarmAt = await this.ctx.storage.getAlarm();

    // From here on without a pause: what is read and what is held must be one.
    this.#storage = storage;
    this.#ledger = ledger;
    this.#keyring = keyring;
    this.#journalRows = 0;
    this.#journalBytes = 0;
    this.#journalSince = 0;
    this.#checkpointBytes = 0;
    const reopen = (date: string) => this.#readClosedDay(date);
    this.#state = this.#readCheckpoint(keys, reopen);
    let lost = 0;
    for (const { keyName, sealed } of storage.journal()) {
      this.#journalRows++;
      this.#journalBytes += sealed.length;
      const key = keys.get(keyName);
      if (!key) {
        lost++;
        continue;
      }
      const [now, batches] = JSON.parse(Buffer.from(unseal(key, sealed)).toString()) as [number, RecordBatch[]];
      if (this.#journalSince === 0) this.#journalSince = now;
      apply(this.#state, now, batches);
    }
    if (lost > 0) {
      logFailure("a journal key expired before its rows were read", { rows: lost }, null);
      for (const day of this.#state.days.values()) day.flag("approximate");
    }
    this.#flusher = new Flusher(this.env.DB, storage, ledger, this.#state, reopen);
    this.#awake = true;
    // An alarm may have been lost on the way.
    await this.#arm();
  }

  #readCheckpoint(keys: Map<string, Uint8Array | null>, reopen: (date: string) => Day | undefined): TallyState {
    const keyName = this.#storage.checkpointKeyName();
    if (keyName === null) return new TallyState(LIMITS, reopen);
    const key = keys.get(keyName);
    const counted = (part: Uint8Array) => {
      this.#checkpointBytes += part.length;
      return part;
    };
    const counts = this.#storage.checkpoint("counts").map(counted);
    const sealed = this.#storage.checkpoint("secrets").map(counted);
    return TallyState.read(counts, key ? sealed.map((part) => unseal(key, part)) : null, LIMITS, reopen);
  }

  #readClosedDay(date: string): Day | undefined {
    const parts = [...this.#storage.closedDay(date)];
    return parts.length > 0 ? Day.readCounts(new PackReader(parts), LIMITS) : undefined;
  }

  /** Learns from a batch whose tally this is, and what the site's next day is. */
  #introduce({ siteId, shard, shards, today, tomorrow }: RecordBatch): void {
    const ledger = this.#ledger;
    const isTold =
      ledger.siteId === siteId &&
      ledger.shards === shards &&
      ledger.tomorrow?.day === tomorrow.day &&
      ledger.tomorrow.startsAt === tomorrow.startsAt &&
      ledger.tomorrow.endsAt === tomorrow.endsAt;
    if (isTold) return;
    Object.assign(ledger, { siteId, shard, shards, tomorrow });
    ledger.flushed[today.day] ??= { at: Date.now(), hits: 0 };
    this.#storage.saveLedger(ledger);
  }

  // ---- Time

  /** Forgets closed days that D1 has had for a week. */
  #prune(now: number): void {
    const { closed, flushed } = this.#ledger;
    for (const [date, { at }] of Object.entries(flushed)) {
      if (!this.#state.days.has(date) && at < now - CLOSED_DAYS_KEPT_MS) delete flushed[date];
    }
    const old = Object.entries(closed).filter(
      ([, { revision, endsAt }]) => revision > 0 && now >= endsAt + CLOSED_DAYS_KEPT_MS,
    );
    if (old.length === 0) return;
    for (const [date] of old) {
      this.#storage.deleteClosedDay(date);
      delete closed[date];
    }
    this.#storage.saveLedger(this.#ledger);
  }

  /** Sets the alarm to the next thing that is due, if it is not set to something earlier. */
  async #arm(): Promise<void> {
    const soonest = Date.now() + (this.#failures > 0 ? retryDelayMs(this.#failures) : 1000);
    if (!this.#awake) return this.#armAt(soonest);
    if (this.#ledger.erased) return;
    const due: number[] = [this.#flusher.nextDueAt(Date.now())];
    if (this.#journalRows > 0) due.push(this.#journalSince + CHECKPOINT_AFTER_MS);
    for (const { local } of this.#state.days.values()) due.push(local.endsAt + LIMITS.closeDelayMs);
    if (this.#state.days.size > 0) due.push(this.#keyring.nextKeyDueAt());
    for (const { revision, endsAt } of Object.values(this.#ledger.closed)) {
      if (revision > 0) due.push(endsAt + CLOSED_DAYS_KEPT_MS);
    }
    const next = Math.min(...due);
    if (next !== Number.POSITIVE_INFINITY) await this.#armAt(Math.max(next, soonest));
  }

  /** Setting an alarm writes a row: only when it is to ring earlier than it would. */
  async #armAt(at: number): Promise<void> {
    if (this.#alarmAt !== null && this.#alarmAt <= at) return;
    this.#alarmAt = at;
    await this.ctx.storage.setAlarm(at);
  }
}
