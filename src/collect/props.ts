import { isCurrency } from "../currency.ts";
import { LIMITS } from "../limits.ts";
import type { Beacon, Faults } from "./beacon.ts";
import { clean, isLongerThan, textFault } from "./text.ts";

/**
 * Properties of an event: an object, or a JSON string of one; anything else counts as none. Lists, objects, null and
 * blank values are left out, the rest becomes strings, and the first 30 are kept.
 */
export function propsOf(value: unknown, faults: Faults): Beacon["props"] {
  const object = objectOf(value);
  if (!object) return [];
  const props = new Map<string, string>();
  for (const name of Object.keys(object)) {
    if (props.size === LIMITS.props) break;
    const sent = textOf(object[name]);
    if (sent === null) continue;
    const fault = propFault(name, sent);
    if (fault) {
      faults.add("props", fault);
      break;
    }
    const key = clean(name);
    const text = clean(sent);
    if (key !== "" && text !== "") props.set(key, text);
  }
  return [...props];
}

/**
 * What a conversion brought: `{amount, currency}` with a number or a numeric string and an ISO 4217 code, or a JSON
 * string of that. Anything else is ignored.
 */
export function revenueOf(value: unknown): Beacon["revenue"] {
  if (value === undefined || value === null) return undefined;
  const object = objectOf(value);
  if (!object) return undefined;
  const { amount, currency } = object;
  const number = typeof amount === "string" && amount.trim() !== "" ? Number(amount) : amount;
  if (typeof number !== "number" || !Number.isFinite(number) || typeof currency !== "string") return undefined;
  const code = currency.trim().toUpperCase();
  return isCurrency(code) ? { amount: number, currency: code } : undefined;
}

function objectOf(value: unknown): Record<string, unknown> | null {
  let object = value;
  if (typeof value === "string") {
    try {
      object = JSON.parse(value);
    } catch {
      return null;
    }
  }
  return isRecord(object) ? object : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | null {
  if (typeof value === "string") return value.trim() === "" ? null : value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return null;
}

function propFault(name: string, value: string): string | null {
  if (isLongerThan(name, LIMITS.propKeyBytes)) return `must have names of at most ${LIMITS.propKeyBytes} bytes`;
  if (isLongerThan(value, LIMITS.propValueBytes)) return `must have values of at most ${LIMITS.propValueBytes} bytes`;
  return textFault(name) ?? textFault(value);
}
