/**
 * What every API handler needs of HTTP: JSON answers, and JSON bodies read with care. A helper that may refuse
 * returns the value to go on, or a `Response` to stop.
 */

import { z } from "zod";
import { LIMITS } from "./limits.ts";

// Workers may not compile code at run time; zod would try, and fall back.
z.config({ jitless: true });

/** A JSON answer. */
export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return Response.json(value, { status, headers });
}

/** `{"error": …}`. `message` names field and rule (`timezone: is required`), and never quotes what was sent. */
export function refusal(status: number, message: string, headers: Record<string, string> = {}): Response {
  return json({ error: message }, status, headers);
}

/** 401: who asks must say better who he is. */
export function unauthorized(message: string): Response {
  return refusal(401, message, { "WWW-Authenticate": "Bearer" });
}

/** 503: something is away for now. */
export function retryLater(message: string): Response {
  return refusal(503, message, { "Retry-After": "30" });
}

/**
 * Reads a request's body as JSON and checks it. Whatever the content type says: API clients and `curl -d` label
 * JSON as they like, and what another site's page makes a browser send is refused by `auth.ts`, not by its type.
 * @returns the checked value, or the 400 or 413 to answer
 */
export async function readBody<T extends object>(request: Request, schema: z.ZodType<T>): Promise<T | Response> {
  const sent = await readJson(request);
  return sent instanceof Response ? sent : check(sent.value, schema);
}

/** Reads a request's body as JSON, as `readBody` does. A DELETE mostly has none: it is told which field is missing. */
export async function readJson(request: Request): Promise<{ value: unknown } | Response> {
  const text = await readText(request, LIMITS.apiBytes);
  if (text instanceof Response) return text;
  try {
    return { value: text === "" && request.method === "DELETE" ? {} : JSON.parse(text) };
  } catch {
    return refusal(400, "body: must be JSON");
  }
}

/** Checks a value against a schema: the value as the schema gives it, or a 400 naming the first field that is wrong. */
export function check<T extends object>(value: unknown, schema: z.ZodType<T>): T | Response {
  return checked(value, schema, ([issue]) => {
    if (issue?.code === "unrecognized_keys") return `${fieldName(issue.keys)}: is not a known field`;
    return `${fieldName(issue?.path)}: ${issue?.message}`;
  });
}

/**
 * As `check`, for an API that names places in its own way.
 * @param textOf what the 400 says of zod's issues
 * @param ruleOf words for further rules of zod
 */
export function checked<T extends object>(
  value: unknown,
  schema: z.ZodType<T>,
  textOf: (issues: readonly z.core.$ZodIssue[]) => string,
  ruleOf: (issue: z.core.$ZodRawIssue) => string | undefined = () => undefined,
): T | Response {
  const result = schema.safeParse(value, { error: (issue) => ruleOf(issue) ?? ruleBroken(issue) });
  return result.success ? result.data : refusal(400, textOf(result.error.issues));
}

/** `allowed_hosts.2`; `body` for the whole. Names made up by the sender are cut. */
function fieldName(path: readonly PropertyKey[] = []): string {
  return path.map((part) => String(part).slice(0, 60)).join(".") || "body";
}

/** The rules zod checks, in our words. Rules of our own bring theirs. */
function ruleBroken(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) return "is required";
      return `must be ${TYPE_NAMES[issue.expected] ?? `a ${issue.expected}`}`;
    case "too_big":
      return bound("at most", issue.maximum, issue.origin);
    case "too_small":
      return bound("at least", issue.minimum, issue.origin);
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    default:
      return undefined;
  }
}

const TYPE_NAMES: Record<string, string> = { array: "a list", object: "a JSON object", int: "a whole number" };

function bound(side: string, limit: number | bigint, origin: string): string {
  switch (origin) {
    case "array":
      return `must have ${side} ${limit} ${limit === 1 ? "entry" : "entries"}`;
    case "string":
      return `must be ${side} ${limit} ${limit === 1 ? "character" : "characters"} long`;
    default:
      return `must be ${side} ${limit}`;
  }
}

/**
 * A string field of at most `max` characters, trimmed. Control characters (NUL among them) and lone surrogates are
 * refused: D1 and KV would cut or replace them, and the stored name would not be the one asked for.
 */
export function textField(max: number) {
  return z
    .string()
    .refine((text) => text.isWellFormed(), "must not contain lone surrogates")
    .refine((text) => !/\p{Cc}/u.test(text), "must not contain control characters")
    .trim()
    .min(1, "must not be empty")
    .max(max);
}

export const ID_RULE = "must be a whole number";

/** An id in a URL. */
export const idField = z
  .string()
  .regex(/^\d{1,15}$/, ID_RULE)
  .transform(Number);

/** A whole number in a URL, in digits. */
export function numberField(least: number, most: number, otherwise: number) {
  const rule = `must be a whole number from ${least} to ${most}`;
  return (
    z
      .string()
      .regex(/^\d{1,9}$/, rule)
      .transform(Number)
      .refine((number) => number >= least && number <= most, rule)
      .default(otherwise)
      // For documents, to which it is a number.
      .meta({ means: { type: "integer", minimum: least, maximum: most, default: otherwise } })
  );
}

/** A page of a list: `?limit=` 1–1000 (100) and `?after=`, the cursor of the page before. */
export function pageField<T>(after: z.ZodType<T>) {
  return z.object({
    limit: numberField(1, 1000, 100),
    after: after.optional().describe("`meta.after` of the page before."),
  });
}

/**
 * A body as text. The length is counted while it arrives, so that a sender who says nothing or lies about it
 * cannot fill the memory.
 * @returns the text, or 413 beyond `maxBytes`, or 400 where it is not UTF-8
 */
async function readText(request: Request, maxBytes: number): Promise<string | Response> {
  const tooLong = () => refusal(413, `body: must be at most ${maxBytes} bytes long`);
  if (Number(request.headers.get("Content-Length")) > maxBytes) return tooLong();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let text = "";
  let bytes = 0;
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) return tooLong();
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch {
    return refusal(400, "body: must be UTF-8");
  }
}
