import { HOUR_MS, MINUTE_MS } from "./calendar.ts";

/** Bounds of what a site may count and of what a beacon may say. Each stands here once. */
export const LIMITS = {
  /** A visit ends when its visitor is silent for this long (the field's convention). */
  visitGapMs: 30 * MINUTE_MS,
  /** Yesterday's visits go on at most this long into a new day; then yesterday's pseudonyms are not made any more. */
  overMidnightMs: 30 * MINUTE_MS,
  /** A local day is closed, and its identity key expires, this long after it ended. */
  closeDelayMs: 45 * MINUTE_MS,
  /** A hit may reach its tally this much later than it happened (retries last 25 s) and still find its visit open. */
  latenessMs: MINUTE_MS,
  /** A hit dated further than this from the tally's clock is dated by the tally's. */
  clockTrustMs: 24 * HOUR_MS,

  /** Different values of one dimension on one day in one shard; the rest is `(other)`. */
  valuesPerDimension: 10_000,
  /** Of those, places kept for the values that were most frequent the day before. */
  reservedValues: 1_000,
  /** Different cells of one pair on one day in one shard. */
  cellsPerPair: 5_000,
  /** Bytes of the values of one dimension on one day in one shard, so that a row stays below D1's 2 MB. */
  valueBytesPerDimension: 700_000,
  /** Bytes of the values of one pair on one day in one shard, for the same reason. */
  cellBytesPerPair: 1_500_000,
  /** Different (event, property name) on one day in one shard. */
  propertiesPerSite: 300,
  /** Different values of one property, and of all, on one day in one shard. */
  valuesPerProperty: 2_000,
  valuesOfProperties: 20_000,
  /** Marks, and visitors with their visits, remembered for one day in one shard. Past them the day is approximate. */
  marksPerDay: 1_200_000,
  visitorsPerDay: 600_000,
  /** Different attributions of visits, and different setups of visitors, on one day in one shard. */
  visitTuplesPerDay: 50_000,
  visitorTuplesPerDay: 20_000,
  /** Visits open at once in one shard; past that the longest silent one is closed early. */
  openVisits: 60_000,
  /** Pages that all open visits of a shard remember together. */
  rememberedPages: 200_000,
  /** Ids remembered in each ten minutes. */
  rememberedIds: 400_000,
  /** Memory of a shard's state from which on the site gets more shards (an object has 128 MB)… */
  growShardsBytes: 32 * 1024 * 1024,
  /** …and from which on nothing new is remembered: it counts as `(other)`, and the day is approximate. */
  fullBytes: 64 * 1024 * 1024,
  /** Pages that an open visit remembers; further ones add page views but no visits of the page. */
  pagesPerVisit: 200,

  /** Hits of one visitor in one window before further ones are dropped. */
  rateHits: 300,
  rateWindowMs: 5 * MINUTE_MS,

  /** Shards of one site: the pseudonym's unkeyed bits are one byte. */
  shards: 256,

  /** Ids of hits are known for at least this long. */
  idsKnownMs: 10 * MINUTE_MS,

  /** A beacon's body. */
  beaconBytes: 65_536,
  /** An API request's body. */
  apiBytes: 65_536,
  eventNameChars: 120,
  /** What one event may bring, in thousandths of its currency; an amount beyond that is ignored. */
  revenueThousandths: 10 ** 15,
  urlBytes: 2_000,
  /** A link's token: its longest URL and name, though JSON write each character with a backslash, fit in 6,500. */
  linkTokenChars: 8_192,
  referrerChars: 2_000,
  /** Domains in one beacon. */
  domainsPerBeacon: 10,
  props: 30,
  propKeyBytes: 300,
  propValueBytes: 2_000,
  /** What is kept of a page's path, and of each part of the link that led to it (source, referrer, utm_*). */
  pathChars: 500,
  acquisitionChars: 300,
  /** Goals of a site, and wildcards in one: each page view is held against all of them. */
  goals: 100,
  goalWildcards: 10,
  /** What is looked at of a User-Agent. */
  userAgentChars: 1_000,

  /** Requests of one key; ten times as many of one shared link, or of the public of one site. API_REQUESTS_PER_HOUR says another number. */
  apiRequestsPerHour: 600,
  /** Wrong passwords for one shared link in one window; then no guess is looked at until the window ends. */
  wrongPasswords: 10,
  wrongPasswordsMs: 15 * MINUTE_MS,
  /** A shared link's password is asked for again after this long. */
  unlockedMs: 24 * HOUR_MS,
  /** A browser is signed in for this long. */
  sessionMs: 30 * 24 * HOUR_MS,
  /** An admin key shorter than this may be one that can be guessed: tries to sign in with it are counted. */
  guessableKeyChars: 32,
  /** Tries an hour, all strangers' together; then none is looked at until the hour ends. */
  adminKeyTries: 100,
  /** An upload to be imported: what the platform lets through on its smaller plans. */
  importBytes: 100 * 1024 * 1024,
  /** Its files unpacked, together; and how much longer than packed one may become. CSV packs 5 to 50 times. */
  importUnpackedBytes: 500 * 1024 * 1024,
  importUnpackedRatio: 200,
  importFiles: 200,
  /** Files whose rows are not in order of their days are sorted in memory, up to this size together. */
  importUnsortedBytes: 8 * 1024 * 1024,
  csvCellChars: 16_384,
  /** Different values of a day that an import or export holds at once; the rest is `(other)`. */
  exchangedValues: 200_000,
  /** Bytes of the values of a day's pairs that an import holds at once (an object has 128 MB), for the same reason. */
  exchangedPairBytes: 32 * 1024 * 1024,

  /** An isolate knows a site's settings, or that there is no such site, for this long. */
  siteKnownMs: MINUTE_MS,
  /** A beacon's sender waits this long for the acknowledgement. */
  acknowledgeMs: 2_000,
  /** A rejected call to a tally is repeated for this long: the platform ends `waitUntil` after 30 s. */
  retryMs: 25_000,
  /** Drops of a site ride along with its hits, or go alone at most this often. */
  dropsAloneMs: 10_000,
  /** Without an identity key, or with the tally failing to say whether there is one, it is asked again this often. */
  keyRetryMs: 10_000,
} as const;

export type Limits = { readonly [Name in keyof typeof LIMITS]: number };
