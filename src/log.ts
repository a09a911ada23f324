/**
 * Logs that something failed, as one line of JSON. Messages of errors are left out: they may quote a URL or a header.
 * @param fields numbers and names of our own; never anything a visitor sent
 */
export function logFailure(what: string, fields: Record<string, number | string>, error: unknown): void {
  console.error(JSON.stringify({ what, ...fields, error: error instanceof Error ? error.name : typeof error }));
}
