/** Why a question to the Worker has no answer. Knows no page. */

export type Failure =
  /** `login`: not who may see this. `locked`: a shared link that needs its password. `offline`: no connection. */
  | { kind: "login" | "locked" | "offline" }
  /** The Worker's own words: which field, and the rule. */
  | { kind: "refused"; status: number; message: string }
  /** A part of it is away (503), or too many requests (429): the same again may work after a while. */
  | { kind: "busy"; message: string; retryAfterSeconds: number | null };

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly failure: Failure;

  constructor(failure: Failure) {
    super("message" in failure ? failure.message : failure.kind);
    this.failure = failure;
  }
}

/** What an answer says that is none. */
export async function failureOf(response: Response): Promise<Failure> {
  const message = await messageOf(response);
  if (response.status === 401) return { kind: message.startsWith("auth: this link needs") ? "locked" : "login" };
  if (response.status === 429 || response.status >= 500) {
    return { kind: "busy", message, retryAfterSeconds: Number(response.headers.get("Retry-After")) || null };
  }
  return { kind: "refused", status: response.status, message };
}

async function messageOf(response: Response): Promise<string> {
  try {
    const { error } = Object(await response.json());
    return typeof error === "string" ? error : (JSON.stringify(error) ?? response.statusText);
  } catch {
    return response.statusText;
  }
}

/**
 * What comes of a request or of reading its answer, none of which may arrive: the connection ends in the middle, or
 * something in between answers other than the Worker.
 * @throws ApiError; an AbortError where the question was taken back
 */
export async function arrived<T>(coming: Promise<T>): Promise<T> {
  try {
    return await coming;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError({ kind: "offline" });
  }
}
