import { DurableObject } from "cloudflare:workers";
import { DAY_MS, HOUR_MS, type LocalDay, MINUTE_MS } from "../calendar.ts";
import type { Env } from "../env.ts";
import type { Live, OpenDay, Outcome, RecordBatch, TallyApi } from "../hit.ts";
import { LIMITS } from "../limits.ts";
import { growShards } from "../manage/shards.ts";
import { Day } from "./day.ts";
import { dayCounts } from "./day-counts.ts";
import { DyingKeys, identityKeyName, journalKeyName, KeyNotReady } from "./dying-keys.ts";
import { Flusher } from "./flusher.ts";
import { advance, apply, closeDay, daysToClose } from "./machine.ts";
import { PackReader, PackWriter } from "./pack.ts";
import { seal, unseal } from "./seal.ts";
import { TallyState } from "./state.ts";
import { emptyLedger, type Ledger, TallyStorage } from "./storage.ts";

/** Hits gather at most this long for one journal row; after a silence of this length a hit does not wait. */
const GATHER_MS = 100;
/** Gathered bytes of JSON at which a row is written at once. Three bytes a character at worst must stay below 2 MB. */
const GATHER_CHARS = 400_000;
const JOURNAL_KEY_TTL_MS = 48 * HOUR_MS;
/** A checkpoint is due this long after the first journal row it would hold… */
const CHECKPOINT_AFTER_MS = 10 * MINUTE_MS;
/** …or at this many rows, if they outweigh a quarter of the last checkpoint, or at so many in any case. */
const CHECKPOINT_ROWS = 200;
const CHECKPOINT_MOST_ROWS = 2_000;
/** Tomorrow's identity key is made this long ahead, for KV to spread it. */
const KEY_AHEAD_MS = HOUR_MS;
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

  #waiting: Waiting[] = [];
  #waitingChars = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #committedAt = 0;
  /** Name of the journal key for new rows; it is in memory. */
  #keyName = "";

  #journalRows = 0;
  #journalBytes = 0;
  #checkpointBytes = 0;
  /** When the oldest row of the journal was written. */
  #journalSince = 0;
  #alarmAt: number | null = null;
  #working: Promise<void> | null = null;

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
    await this.#haveJournalKey(Date.now());
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
    const key = make
      ? await this.#makeIdentityKey(day)
      : await this.#keys.find(...this.#identityKeyRequest(siteId, day));
    return key && Buffer.from(key).toString("base64");
  }

  async open({ dimensions, pairs = [] }: { dimensions: string[] | "all"; pairs?: string[] }): Promise<OpenDay[]> {
    await this.#load();
    const wanted = { dimensions, pairs };
    const days = [...this.#state.days.values()].map((day) => ({
      day: day.local.day,
      ...dayCounts(day, this.#state.visits.values(), wanted),
    }));
    // A closed day is D1's only when D1 has acknowledged it.
    for (const date of this.#flusher.closedUnflushed()) {
      const day = this.#readClosedDay(date);
      if (day && !this.#state.days.has(date)) days.push({ day: date, ...dayCounts(day, [], wanted) });
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
    } catch (error) {
      // The platform gives up on an alarm that keeps throwing: say what kind of error it was, and come back.
      console.error(JSON.stringify({ event: "alarm_failed", error: error instanceof Error ? error.name : "" }));
    }
    if (!this.#awake) await this.#armAt(Date.now() + MINUTE_MS);
    else if (!this.#ledger.erased) await this.#arm();
  }

  /** Everything that is due: checkpoint, close, flush, heal, the next key, more shards. One run at a time. */
  #work(now: number): Promise<void> {
    this.#working ??= this.#workOnce(now).finally(() => {
      this.#working = null;
    });
    return this.#working;
  }

  async #workOnce(now: number): Promise<void> {
    if (this.#ledger.siteId === 0) return;
    await this.#haveJournalKey(now);
    if (this.#waiting.length > 0) this.#commit();
    const ended = daysToClose(this.#state, now).map((day) => day.local.day);
    if (ended.length > 0 || (this.#journalRows > 0 && now >= this.#journalSince + CHECKPOINT_AFTER_MS)) {
      this.#checkpoint(now, ended);
    }
    const { tomorrow } = this.#ledger;
    if (tomorrow && this.#isKeyDue(now)) await this.#makeIdentityKey(tomorrow).catch(() => null);
    await this.#flusher.flushWhatIsDue(now);
    this.#prune(now);
    if (this.#state.bytes > LIMITS.growShardsBytes && tomorrow && this.#ledger.shards < LIMITS.shards) {
      await growShards(this.env, this.#ledger.siteId, this.#ledger.shards * 2, tomorrow.startsAt);
    }
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
    const now = Math.max(Date.now(), this.#state.clock);
    const key = this.#keys.known(this.#keyName);
    let outcomes: Outcome[][];
    try {
      if (!key) throw new KeyNotReady("the journal key is gone from memory");
      const sealed = seal(key, Buffer.from(`[${now},[${waiting.map(({ json }) => json).join()}]]`));
      outcomes = this.#storage.atomically(() => {
        this.#storage.appendJournal({ keyName: this.#keyName, sealed });
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
      this.#forget("commit_failed", error);
      for (const { reject } of waiting) reject(new Error("the tally failed to record; try again"));
      return;
    }
    for (const [i, { resolve }] of waiting.entries()) resolve(outcomes[i] as Outcome[]);
    const outweighs = this.#journalBytes >= this.#checkpointBytes / 4;
    if (this.#journalRows >= CHECKPOINT_MOST_ROWS || (this.#journalRows >= CHECKPOINT_ROWS && outweighs)) {
      try {
        this.#checkpoint(now, []);
      } catch {
        // The hits are in the journal all the same.
        return;
      }
    }
    this.ctx.waitUntil(this.#arm());
  }

  /**
   * Memory may be ahead of what is stored, and was rolled back there: the way back is through storage, at the
   * next call. Whatever still works on the old memory can store nothing any more.
   */
  #forget(event: string, error: unknown): void {
    console.error(JSON.stringify({ event, error: error instanceof Error ? error.name : "" }));
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
    const key = this.#keys.known(this.#keyName);
    if (!key) throw new KeyNotReady("the journal key is gone from memory");
    try {
      this.#storage.atomically(() => {
        if (closing.length > 0) advance(this.#state, now);
        for (const date of closing) {
          const day = closeDay(this.#state, date);
          if (!day) continue;
          const writer = new PackWriter();
          day.writeCounts(writer);
          this.#storage.saveClosedDay(date, writer.finish());
          this.#ledger.closed[date] = { revision: 0, endsAt: day.local.endsAt };
          delete this.#ledger.flushed[date];
        }
        if (closing.length > 0) this.#storage.saveLedger(this.#ledger);
        const counts = this.#state.writeCounts();
        const secrets = seal(key, this.#state.writeSecrets());
        this.#storage.saveCheckpoint({ counts, keyName: this.#keyName, secrets });
        this.#checkpointBytes = counts.length + secrets.length;
      });
    } catch (error) {
      this.#forget("checkpoint_failed", error);
      throw error;
    }
    this.#journalRows = 0;
    this.#journalBytes = 0;
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
    const checkpoint = storage.checkpoint();
    const journal = storage.journal();
    const names = new Set(journal.map(({ keyName }) => keyName));
    if (checkpoint) names.add(checkpoint.keyName);
    const keys = new Map<string, Uint8Array | null>();
    for (const name of names) keys.set(name, await this.#keyThatSealed(name, ledger));
    this.#alarmAt = await this.ctx.storage.getAlarm();

    // From here on without a pause: what is read and what is held must be one.
    this.#storage = storage;
    this.#ledger = ledger;
    const reopen = (date: string) => this.#readClosedDay(date);
    let lost = false;
    if (checkpoint) {
      const key = keys.get(checkpoint.keyName);
      const secrets = key ? unseal(key, checkpoint.secrets) : null;
      this.#state = TallyState.read(checkpoint.counts, secrets, LIMITS, reopen);
      this.#checkpointBytes = checkpoint.counts.length + checkpoint.secrets.length;
    } else this.#state = new TallyState(LIMITS, reopen);
    this.#journalBytes = 0;
    this.#journalSince = 0;
    for (const { keyName, sealed } of journal) {
      this.#journalBytes += sealed.length;
      const key = keys.get(keyName);
      if (!key) {
        lost = true;
        continue;
      }
      const [now, batches] = JSON.parse(Buffer.from(unseal(key, sealed)).toString()) as [number, RecordBatch[]];
      if (this.#journalSince === 0) this.#journalSince = now;
      apply(this.#state, now, batches);
    }
    if (lost) console.error(JSON.stringify({ event: "journal_key_expired", rows: journal.length }));
    this.#journalRows = journal.length;
    this.#flusher = new Flusher(this.env.DB, storage, ledger, this.#state, reopen);
    this.#awake = true;
    // An alarm may have been lost on the way.
    await this.#arm();
  }

  /** The key that sealed something; null if it has expired for good. */
  async #keyThatSealed(name: string, ledger: Ledger): Promise<Uint8Array | null> {
    const madeAt = ledger.keysMade[name];
    const now = Date.now();
    const key = await this.#keys.find(name, now, madeAt);
    if (!key && madeAt !== undefined && now < madeAt + JOURNAL_KEY_TTL_MS) {
      throw new KeyNotReady("KV does not show a journal key that has not expired");
    }
    return key;
  }

  #readClosedDay(date: string): Day | undefined {
    const packed = this.#storage.closedDay(date);
    return packed ? Day.readCounts(new PackReader(packed), LIMITS) : undefined;
  }

  /** Learns from a batch whose tally this is, and what the site's next day is. */
  #introduce({ siteId, shard, shards, today, tomorrow }: RecordBatch): void {
    const ledger = this.#ledger;
    const known = ledger.siteId === siteId && ledger.shards === shards && ledger.tomorrow?.day === tomorrow.day;
    if (known && ledger.tomorrow?.startsAt === tomorrow.startsAt) return;
    Object.assign(ledger, { siteId, shard, shards, tomorrow });
    ledger.flushed[today.day] ??= { at: Date.now(), hits: 0 };
    this.#storage.saveLedger(ledger);
  }

  // ---- Keys

  async #haveJournalKey(now: number): Promise<void> {
    const { siteId, shard } = this.#ledger;
    const name = journalKeyName(siteId, shard, new Date(now).toISOString().slice(0, 10));
    if (this.#keys.known(name)) {
      this.#keyName = name;
      return;
    }
    const key = await this.#keys.findOrMake(name, now, {
      madeAt: this.#ledger.keysMade[name],
      expiresAt: now + JOURNAL_KEY_TTL_MS,
      onMade: () => this.#noteKey(name, now),
      looksFirst: false,
    });
    if (key) this.#keyName = name;
  }

  #identityKeyRequest(siteId: number, day: LocalDay): [name: string, now: number, madeAt: number | undefined] {
    const name = identityKeyName(siteId, day.day);
    return [name, Date.now(), this.#ledger.keysMade[name]];
  }

  #makeIdentityKey(day: LocalDay): Promise<Uint8Array | null> {
    const [name, now, madeAt] = this.#identityKeyRequest(this.#ledger.siteId, day);
    const expiresAt = day.endsAt + LIMITS.closeDelayMs;
    if (expiresAt <= now) this.#keys.forget((known) => known === name);
    return this.#keys.findOrMake(name, now, {
      madeAt,
      expiresAt,
      onMade: () => this.#noteKey(name, now),
      looksFirst: true,
    });
  }

  #noteKey(name: string, now: number): void {
    const { keysMade } = this.#ledger;
    keysMade[name] = now;
    for (const [old, madeAt] of Object.entries(keysMade)) {
      if (madeAt >= now - 4 * DAY_MS) continue;
      delete keysMade[old];
      this.#keys.forget((known) => known === old);
    }
    this.#storage.saveLedger(this.#ledger);
  }

  #isKeyDue(now: number): boolean {
    const { shard, tomorrow, siteId, keysMade } = this.#ledger;
    if (shard !== 0 || !tomorrow || keysMade[identityKeyName(siteId, tomorrow.day)] !== undefined) return false;
    return now >= tomorrow.startsAt - KEY_AHEAD_MS && now < tomorrow.endsAt;
  }

  // ---- Time

  #prune(now: number): void {
    const { closed } = this.#ledger;
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
    const { tomorrow, shard, siteId, keysMade } = this.#ledger;
    const due: number[] = [this.#flusher.nextDueAt()];
    if (this.#journalRows > 0) due.push(this.#journalSince + CHECKPOINT_AFTER_MS);
    for (const { local } of this.#state.days.values()) due.push(local.endsAt + LIMITS.closeDelayMs);
    if (shard === 0 && tomorrow && keysMade[identityKeyName(siteId, tomorrow.day)] === undefined) {
      if (this.#state.days.size > 0) due.push(tomorrow.startsAt - KEY_AHEAD_MS);
    }
    for (const { revision, endsAt } of Object.values(this.#ledger.closed)) {
      if (revision > 0) due.push(endsAt + CLOSED_DAYS_KEPT_MS);
    }
    const next = Math.min(...due);
    if (next !== Number.POSITIVE_INFINITY) await this.#armAt(Math.max(next, Date.now() + 1000));
  }

  /** Setting an alarm writes a row: only when it is to ring earlier than it would. */
  async #armAt(at: number): Promise<void> {
    if (this.#alarmAt !== null && this.#alarmAt <= at) return;
    this.#alarmAt = at;
    await this.ctx.storage.setAlarm(at);
  }
}
