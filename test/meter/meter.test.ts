import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";

const T = Date.UTC(2026, 10, 22, 12);
const HOUR = 3_600_000;

let number = 0;
const newMeter = () => env.METER.getByName(`k:${++number}`);
type Stub = ReturnType<typeof newMeter>;

async function take(meter: Stub, times: number, limit = 600): Promise<number | null> {
  let answer: number | null = null;
  for (let n = 0; n < times; n++) answer = await meter.take(limit, T);
  return answer;
}

/** The rows written by a run, as the platform bills them. */
async function rowsWritten(meter: Stub, run: () => Promise<unknown>): Promise<number> {
  const writes = () =>
    runInDurableObject(meter, (_, { storage }) => Number(storage.sql.exec("SELECT total_changes() AS n").one().n));
  const before = await writes();
  await run();
  return (await writes()) - before;
}

it("lets 600 requests an hour through, for 30 rows written, and refuses the rest for none", async () => {
  const meter = newMeter();
  expect(await rowsWritten(meter, async () => expect(await take(meter, 600)).toBeNull())).toBe(30);
  expect(await rowsWritten(meter, async () => expect(await take(meter, 5)).toBe(T + HOUR))).toBe(0);
  expect(await meter.take(600, T + HOUR)).toBeNull();
});

it("forgets at most 19 requests of 600 when it is evicted", async () => {
  const meter = newMeter();
  await take(meter, 599);
  await evictDurableObject(meter);
  expect(await take(meter, 20)).toBeNull();
  expect(await take(meter, 1)).toBe(T + HOUR);
  await evictDurableObject(meter);
  expect(await take(meter, 1)).toBe(T + HOUR);
});

it("remembers that it refused, where the limit is no multiple of what it is stored after", async () => {
  const meter = newMeter();
  await take(meter, 32, 31);
  await evictDurableObject(meter);
  expect(await take(meter, 1, 31)).toBe(T + HOUR);
});

it("counts what a request costs more, and remembers it", async () => {
  const meter = newMeter();
  await meter.take(600, T, 580);
  await evictDurableObject(meter);
  expect(await take(meter, 20)).toBeNull();
  expect(await take(meter, 1)).toBe(T + HOUR);
});

it("forgets its caller for good, and counts anew if asked again", async () => {
  const meter = newMeter();
  await take(meter, 601);
  await meter.erase();
  const tables = await runInDurableObject(meter, (_, { storage }) =>
    storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'window'").toArray(),
  );
  expect(tables).toEqual([]);
  expect(await take(meter, 600)).toBeNull();
  expect(await take(meter, 1)).toBe(T + HOUR);
});
