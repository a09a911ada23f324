/** Requests to the Worker that served this page. */

import { keep, keptUnder } from "./kept.ts";
import { place } from "./state.ts";

/** Why there is no answer. */
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

export interface Asked {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Sent as JSON. */
  json?: unknown;
  /** What is wanted of reports that come in several forms. */
  accept?: "application/json" | "text/csv";
  signal?: AbortSignal;
}

/** Tokens that opened shared links with a password, by the link; kept as long as the tab. */
const UNLOCKED = "footfall.unlocked.";

/** Asks, and gives the answer. @throws ApiError; an AbortError where `signal` ended it */
export async function ask(path: string, { method = "GET", json, accept, signal }: Asked = {}): Promise<Response> {
  const headers: Record<string, string> = {};
  const bearer = linkToken();
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  if (json !== undefined) headers["Content-Type"] = "application/json";
  if (accept) headers.Accept = accept;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError({ kind: "offline" });
  }
  if (response.ok) return response;
  throw new ApiError(await failureOf(response));
}

/** The same, for an answer in JSON. */
export async function askJson<T>(path: string, asked: Asked = {}): Promise<T> {
  return (await (await ask(path, asked)).json()) as T;
}

/** Keeps what opened a shared link. */
export function keepUnlocked(auth: string, token: string): void {
  keep(UNLOCKED + auth, token, "sessionStorage");
}

/** What stands for a shared link in requests: null where the page was not opened by one. */
function linkToken(): string | null {
  const { value } = place;
  if (value.kind !== "site" || !value.auth) return null;
  return keptUnder(UNLOCKED + value.auth, "sessionStorage") ?? value.auth;
}

async function failureOf(response: Response): Promise<Failure> {
  const message = await messageOf(response);
  if (response.status === 401) return { kind: message.startsWith("auth: this link needs") ? "locked" : "login" };
  if (response.status === 429 || response.status >= 500) {
    return { kind: "busy", message, retryAfterSeconds: Number(response.headers.get("Retry-After")) || null };
  }
  return { kind: "refused", status: response.status, message };
}

async function messageOf(response: Response): Promise<string> {
  try {
    const { error } = await response.json();
    return typeof error === "string" ? error : JSON.stringify(error);
  } catch {
    return response.statusText;
  }
}
