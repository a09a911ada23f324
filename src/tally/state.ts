import type { LocalDay } from "../calendar.ts";
import type { Limits } from "../limits.ts";
import { Day } from "./day.ts";
import { LiveMinutes } from "./live-minutes.ts";
import { MarkMap } from "./mark-map.ts";
import { PackReader, type PackWriter } from "./pack.ts";
import { SLOTS, VISIT_SLOTS, VISITOR_SLOTS } from "./slots.ts";
import { readVisit, type Visit, writeVisit } from "./visit.ts";

/**
 * Cautious estimates: Node 24 measures 415 bytes for an open visit with its text and its place in the map, and 86 for
 * each page it remembers, so 630 for a visit of the usual two or three pages, where these make 790.
 */
const BYTES_PER_VISIT = 650;
const BYTES_PER_PAGE = 56;

/** What a shard knows. Changed by src/tally/machine.ts alone, and always in the same way by the same input. */
export class TallyState {
  readonly limits: Limits;
  /** The latest instant the state has been told of, in ms since 1970. */
  clock = 0;
  /** Open days by date. */
  readonly days = new Map<string, Day>();
  /** Open visits by pseudonym, the longest silent first. */
  readonly visits = new Map<string, Visit>();
  /** Pages that the open visits remember. */
  rememberedPages = 0;
  /** Ids of hits of the current ten minutes and of those before. */
  ids: MarkMap;
  earlierIds: MarkMap;
  idsSince = 0;
  /** Shards of the site as the latest batch told it; 0 before the first. */
  shards = 0;
  readonly live = new LiveMinutes();

  /** Finds the counts of a day that was closed, for a hit that comes after its day's end. */
  readonly #reopen: (date: string) => Day | undefined;

  constructor(limits: Limits, reopen: (date: string) => Day | undefined = () => undefined) {
    this.limits = limits;
    this.#reopen = reopen;
    this.ids = this.newIds();
    this.earlierIds = this.newIds();
  }

  newIds(): MarkMap {
    return new MarkMap({ values: false, most: this.limits.rememberedIds });
  }

  /** The open day of a date, opened if it is not; its values' places are reserved by the day before. */
  openDay(local: LocalDay): Day {
    let day = this.days.get(local.day);
    if (!day) {
      day = this.#reopen(local.day);
      // Who was seen on a closed day is forgotten, so visitors of a reopened one may be counted twice.
      day?.flag("approximate");
      if (day) this.days.set(local.day, day);
    }
    if (!day) {
      const before = [...this.days.values()].filter((other) => other.local.day < local.day);
      before.sort((a, b) => (a.local.day < b.local.day ? 1 : -1));
      day = new Day(local, this.limits, before[0]);
      this.days.set(local.day, day);
    }
    // A day only ever becomes longer, when its owner moves the timezone westward.
    if (local.endsAt > day.local.endsAt) day.local = { ...day.local, endsAt: local.endsAt };
    return day;
  }

  /** About how much memory the state takes. The same after a checkpoint was read, so that bounds act the same. */
  get memoryBytes(): number {
    let bytes = this.ids.memoryBytes + this.earlierIds.memoryBytes;
    bytes += this.visits.size * BYTES_PER_VISIT + this.rememberedPages * BYTES_PER_PAGE;
    for (const day of this.days.values()) bytes += day.memoryBytes;
    return bytes;
  }

  /** Stops or lets the state remember what is new, by its memory. */
  mindMemory(): void {
    const mayGrow = this.memoryBytes < this.limits.fullBytes;
    for (const day of this.days.values()) {
      day.mayGrow = mayGrow;
      if (!mayGrow) day.flag("approximate");
    }
  }

  /** The counts, which may rest in the clear. */
  writeCounts(writer: PackWriter): void {
    writer.float(this.clock);
    writer.list([...this.days.values()], (day) => day.writeCounts(writer));
  }

  /** Everything else, which rests only sealed. */
  writeSecrets(writer: PackWriter): void {
    writer.text(TUPLE_COLUMNS);
    writer.list([...this.days.values()], (day) => {
      writer.text(day.local.day);
      day.writeSecrets(writer);
    });
    writer.list([...this.visits.values()], (visit) => writeVisit(writer, visit));
    this.ids.write(writer);
    this.earlierIds.write(writer);
    writer.float(this.idsSince).integer(this.shards);
    this.live.write(writer);
  }

  /**
   * The state that wrote these parts. Without its secrets (their key has expired), or with those of a version that
   * described visits differently, the counts go on and the open days are flagged approximate.
   */
  static read(
    counts: Iterable<Uint8Array>,
    secrets: Iterable<Uint8Array> | null,
    limits: Limits,
    reopen?: (date: string) => Day | undefined,
  ): TallyState {
    const state = new TallyState(limits, reopen);
    const reader = new PackReader(counts);
    state.clock = reader.float();
    reader.list(() => {
      const day = Day.readCounts(reader, limits);
      state.days.set(day.local.day, day);
    });
    if (!secrets || !state.#readSecrets(new PackReader(secrets))) {
      for (const day of state.days.values()) day.flag("approximate");
    }
    return state;
  }

  #readSecrets(reader: PackReader): boolean {
    if (reader.text() !== TUPLE_COLUMNS) return false;
    const openDay = (date: string) => {
      const day = this.days.get(date);
      if (!day) throw new Error(`the checkpoint has no counts of ${date}`);
      return day;
    };
    reader.list(() => openDay(reader.text()).readSecrets(reader));
    reader.list(() => {
      const visit = readVisit(reader, (date) => openDay(date).local);
      this.visits.set(visit.visitor, visit);
      this.rememberedPages += visit.pages.length;
    });
    this.ids = this.newIds().read(reader);
    this.earlierIds = this.newIds().read(reader);
    this.idsSince = reader.float();
    this.shards = reader.integer();
    this.live.read(reader);
    return true;
  }
}

/** The columns of both kinds of tuples; a checkpoint of other columns cannot be understood. */
const TUPLE_COLUMNS = [...VISITOR_SLOTS, -1, ...VISIT_SLOTS].map((slot) => SLOTS[slot]?.name ?? "|").join();
