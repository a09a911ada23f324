/** Requests to the Worker that served this page. */

import { ApiError, arrived, failureOf } from "./failures.ts";
import { keep, keptUnder } from "./kept.ts";
import { place } from "./state.ts";

export { ApiError, type Failure } from "./failures.ts";

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
  const response = await arrived(
    fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(signal && { signal }),
    }),
  );
  if (response.ok) return response;
  throw new ApiError(await failureOf(response));
}

/** The same, for an answer in JSON. */
export async function askJson<T>(path: string, asked: Asked = {}): Promise<T> {
  const response = await ask(path, asked);
  return arrived<T>(response.json());
}

/** The same, for an answer in CSV. */
export async function askCsv(path: string, asked: Asked = {}): Promise<string> {
  const response = await ask(path, { ...asked, accept: "text/csv" });
  return arrived(response.text());
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
