import type { JsonSchema } from "./json-schema.ts";

/** A JSON schema in a few words: `list of text, at most 3`. */
export function typeText(schema: JsonSchema): string {
  const limits = schema.type === "string" ? bounds(schema.maxLength, " characters") : "";
  return nameOf(schema) + limits;
}

function nameOf(schema: JsonSchema): string {
  const { $ref, anyOf, oneOf, enum: choices, const: only, type, prefixItems, items, properties } = schema;
  if (typeof $ref === "string") return $ref.slice($ref.lastIndexOf("/") + 1);
  const shapes = anyOf ?? oneOf;
  if (isSchemas(shapes)) return [...new Set(shapes.map(nameOf))].join(" or ");
  if (Array.isArray(choices)) return choices.map(String).join(" | ");
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(type)) return type.map((one) => nameOf({ type: one })).join(" or ");
  switch (type) {
    case "array":
      if (isSchemas(prefixItems)) return `[${prefixItems.map(nameOf).join(", ")}]`;
      return `list of ${isSchema(items) ? nameOf(items) : "anything"}${bounds(schema.maxItems)}`;
    case "string":
      return FORMATS[String(schema.format)] ?? "text";
    case "integer":
    case "number":
      return `${type === "integer" ? "whole number" : "number"}${range(schema.minimum, schema.maximum)}`;
    case "boolean":
      return "true or false";
    case "null":
      return "null";
    case "object":
      return properties ? `{${Object.entries(properties).map(fieldText).join(", ")}}` : "object";
    default:
      return "anything";
  }
}

const FORMATS: Record<string, string> = { date: "date", "date-time": "instant" };

function fieldText([name, schema]: [string, JsonSchema]): string {
  return `${name}: ${nameOf(schema)}`;
}

function bounds(most: unknown, unit = ""): string {
  return typeof most === "number" ? `, at most ${most}${unit}` : "";
}

function range(least: unknown, most: unknown): string {
  // Bounds of whole numbers that no one would reach are no news.
  if (typeof least !== "number" || typeof most !== "number" || most === Number.MAX_SAFE_INTEGER) return "";
  return `, ${least} to ${most}`;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSchemas(value: unknown): value is JsonSchema[] {
  return Array.isArray(value) && value.every(isSchema);
}
