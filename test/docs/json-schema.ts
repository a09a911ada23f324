/** Holds values against JSON schemas (draft 2020-12), as far as ours use it: an unknown keyword is an error. */

interface Schema {
  [keyword: string]: unknown;
}

/** Say what something is, or how it is written, and forbid nothing. */
const SILENT = ["$schema", "$defs", "title", "description", "default", "examples"];

/** What is wrong with a value, as JSON pointers with a keyword; empty where it fits. */
export function faultsOf(value: unknown, schema: unknown, root: unknown = schema, at = "#"): string[] {
  if (schema === true) return [];
  if (schema === false) return [`${at}: false`];
  const { $ref, ...rest } = schema as Schema;
  const faults = $ref === undefined ? [] : faultsOf(value, resolve(root, String($ref)), root, at);
  for (const [keyword, rule] of Object.entries(rest)) {
    if (SILENT.includes(keyword)) continue;
    const check = CHECKS[keyword];
    if (!check) throw new Error(`this validator does not know "${keyword}"`);
    faults.push(...check(rule, value, { schema: rest, root, at }));
  }
  return faults;
}

/** What a reference of the same document leads to. */
export function resolve(root: unknown, ref: string): unknown {
  if (!ref.startsWith("#/")) throw new Error(`${ref} leads out of the document`);
  let place: unknown = root;
  for (const part of ref.slice(2).split("/")) {
    place = Object(place)[part.replaceAll("~1", "/").replaceAll("~0", "~")];
    if (place === undefined) throw new Error(`${ref} leads nowhere`);
  }
  return place;
}

type Check = (rule: unknown, value: unknown, where: { schema: Schema; root: unknown; at: string }) => string[];

/** A check of a value's own, for the values it is about. */
function of<T>(is: (value: unknown) => value is T, holds: (rule: never, value: T) => boolean): Check {
  return (rule, value, { at }) => (!is(value) || holds(rule as never, value) ? [] : [`${at}: ${JSON.stringify(rule)}`]);
}

const isString = (value: unknown) => typeof value === "string";
const isNumber = (value: unknown) => typeof value === "number";
const isList = (value: unknown): value is unknown[] => Array.isArray(value);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !isList(value);
const isAny = (_value: unknown): _value is unknown => true;

function typeOf(value: unknown): string[] {
  if (value === null) return ["null"];
  if (isList(value)) return ["array"];
  if (isNumber(value)) return Number.isInteger(value) ? ["number", "integer"] : ["number"];
  return [typeof value];
}

const isDate = (text: string) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);

const FORMATS: Record<string, (text: string) => boolean> = {
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && isDate(text),
  "date-time": (text) => isDate(text.slice(0, 10)) && /^.{10}T[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text),
};

const CHECKS: Record<string, Check> = {
  format: of(isString, (rule: string, text) => {
    const check = FORMATS[rule];
    if (!check) throw new Error(`this validator does not know the format "${rule}"`);
    return check(text);
  }),
  type: of(isAny, (rule: string | string[], value) => typeOf(value).some((type) => [rule].flat().includes(type))),
  enum: of(isAny, (rule: unknown[], value) => rule.includes(value)),
  const: of(isAny, (rule: unknown, value) => rule === value),
  pattern: of(isString, (rule: string, text) => new RegExp(rule, "u").test(text)),
  minLength: of(isString, (rule: number, text) => [...text].length >= rule),
  maxLength: of(isString, (rule: number, text) => [...text].length <= rule),
  minimum: of(isNumber, (rule: number, number) => number >= rule),
  maximum: of(isNumber, (rule: number, number) => number <= rule),
  minItems: of(isList, (rule: number, list) => list.length >= rule),
  maxItems: of(isList, (rule: number, list) => list.length <= rule),
  required: of(isObject, (rule: string[], object) => rule.every((name) => Object.hasOwn(object, name))),
  prefixItems: (rule, value, { root, at }) =>
    isList(value)
      ? (rule as unknown[])
          .slice(0, value.length)
          .flatMap((schema, i) => faultsOf(value[i], schema, root, `${at}/${i}`))
      : [],
  items: (rule, value, { schema, root, at }) => {
    const before = isList(schema.prefixItems) ? schema.prefixItems.length : 0;
    return isList(value)
      ? value.slice(before).flatMap((one, i) => faultsOf(one, rule, root, `${at}/${before + i}`))
      : [];
  },
  properties: (rule, value, { root, at }) =>
    isObject(value)
      ? Object.entries(rule as Schema).flatMap(([name, schema]) =>
          Object.hasOwn(value, name) ? faultsOf(value[name], schema, root, `${at}/${name}`) : [],
        )
      : [],
  additionalProperties: (rule, value, { schema, root, at }) =>
    isObject(value)
      ? Object.keys(value)
          .filter((name) => !Object.hasOwn(Object(schema.properties), name))
          .flatMap((name) => faultsOf(value[name], rule, root, `${at}/${name}`))
      : [],
  propertyNames: (rule, value, { root, at }) =>
    isObject(value) ? Object.keys(value).flatMap((name) => faultsOf(name, rule, root, `${at}/${name}`)) : [],
  allOf: (rule, value, { root, at }) => (rule as unknown[]).flatMap((schema) => faultsOf(value, schema, root, at)),
  anyOf: (rule, value, { root, at }) => {
    const faults = (rule as unknown[]).map((schema) => faultsOf(value, schema, root, at));
    return faults.some((found) => found.length === 0) ? [] : [`${at}: anyOf`, ...(faults.at(-1) ?? [])];
  },
  oneOf: (rule, value, { root, at }) => {
    const fitting = (rule as unknown[]).filter((schema) => faultsOf(value, schema, root, at).length === 0);
    return fitting.length === 1 ? [] : [`${at}: oneOf`];
  },
};
