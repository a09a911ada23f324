/** What D1 says of one statement. */
export interface Metered {
  rowsRead: number;
  rowsWritten: number;
  /** Of the database, after it; null where D1 does not say. */
  databaseBytes: number | null;
}

/**
 * D1 that tells of each round trip what its statements took, also through Drizzle, which prepares and binds as everyone
 * does. Of `raw` D1 says nothing: what it returned counts as what it read, which is right for look-ups by a key.
 */
export function meteredD1(db: D1Database, tell: (trip: Metered[]) => void): D1Database {
  const real = new WeakMap<object, D1PreparedStatement>();
  const told = <T>(results: D1Result<T>[]): D1Result<T>[] => {
    tell(
      results.map(({ meta }) => ({
        rowsRead: meta.rows_read,
        rowsWritten: meta.rows_written,
        databaseBytes: meta.size_after,
      })),
    );
    return results;
  };
  const metered = (statement: D1PreparedStatement): D1PreparedStatement => {
    const all = async () => told([await statement.all<Record<string, unknown>>()])[0];
    const wrapped = {
      bind: (...values: unknown[]) => metered(statement.bind(...values)),
      run: all,
      all,
      first: async (column?: string) => {
        const row = (await all())?.results[0] ?? null;
        return row === null || column === undefined ? row : row[column];
      },
      raw: async (options?: { columnNames?: false }) => {
        const rows = await statement.raw(options);
        tell([{ rowsRead: rows.length, rowsWritten: 0, databaseBytes: null }]);
        return rows;
      },
    } as unknown as D1PreparedStatement;
    real.set(wrapped, statement);
    return wrapped;
  };
  const connection = (to: Pick<D1Database, "prepare" | "batch">) => ({
    prepare: (sql: string) => metered(to.prepare(sql)),
    batch: async (statements: D1PreparedStatement[]) =>
      told(await to.batch(statements.map((statement) => real.get(statement) ?? statement))),
  });
  const wrapped = {
    ...connection(db),
    withSession: (constraint?: D1SessionConstraint) => {
      const session = db.withSession(constraint);
      return { ...connection(session), getBookmark: () => session.getBookmark() };
    },
  };
  return wrapped as unknown as D1Database;
}
