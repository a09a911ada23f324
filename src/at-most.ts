/**
 * Calls of which so many are under way at once: the others wait for their turn.
 * @returns what they resolve to, in the order of the things; rejects with the first that rejects
 */
export async function atMost<T, U>(most: number, things: readonly T[], call: (thing: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  let next = 0;
  const worker = async () => {
    while (next < things.length) {
      const place = next++;
      results[place] = await call(things[place] as T);
    }
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}
