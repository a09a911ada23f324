/** What may be away while the Worker runs. */
export type Part = "D1" | "KV" | "tally" | "clerk";

/**
 * Something the Worker needs did not answer; the request may be repeated later. The router answers it with 503.
 * The reason is kept as `cause` for tests and debuggers, and is neither logged nor shown: messages of the
 * platform and of Drizzle quote statements and their parameters.
 */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
  readonly part: Part;

  constructor(part: Part, cause: unknown, message = `${part} does not answer`) {
    super(message, { cause });
    this.part = part;
  }
}

/** Runs `call` on a part of the platform; whatever it throws becomes `Unavailable`. D1's errors have no class of their own. */
export async function from<T>(part: Part, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof Unavailable ? error : new Unavailable(part, error);
  }
}
