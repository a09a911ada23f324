/** What senders write, made fit to be stored. Pure. */

import { Buffer } from "node:buffer";

/**
 * The rule of well-formed text that a string breaks, or null. NUL and lone surrogates cannot be stored in SQLite or
 * sent as UTF-8 without being changed, so that a stored name would not be the name that was sent.
 */
export function textFault(text: string): string | null {
  if (text.includes("\0")) return "must not contain NUL characters";
  return text.isWellFormed() ? null : "must not contain lone surrogates";
}

/** Without control characters (a tab separates the parts of a joint value), trimmed, at most `maxChars` UTF-16 units. */
export function clean(text: string, maxChars = Number.POSITIVE_INFINITY): string {
  const trimmed = (/\p{Cc}/u.test(text) ? text.replace(/\p{Cc}/gu, "") : text).trim();
  return cut(trimmed, maxChars);
}

/** The first `maxChars` UTF-16 units; a character of two units is not cut apart. */
export function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const last = text.charCodeAt(maxChars - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? maxChars - 1 : maxChars);
}

/** Length in UTF-8 exceeds `max` bytes. */
export function isLongerThan(text: string, max: number): boolean {
  // A UTF-16 unit takes one to three bytes.
  if (text.length * 3 <= max) return false;
  return text.length > max || Buffer.byteLength(text) > max;
}

/** Percent-decoded where that gives valid UTF-8, else as it is. */
export function percentDecoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
