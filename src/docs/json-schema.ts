/** JSON schemas (draft 2020-12) of what the API takes and answers, from the zod schemas that check it. Pure. */

import { z } from "zod";

/** A schema as JSON. */
export interface JsonSchema {
  [keyword: string]: unknown;
  $defs?: Record<string, JsonSchema>;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  description?: string;
}

/**
 * The JSON schema of a zod schema.
 * @param io `input`: of what may be sent, before defaults and transformations; `output`: of what is answered
 */
export function jsonSchemaOf(schema: z.ZodType, io: "input" | "output" = "input"): JsonSchema {
  return z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => {
      const { means } = jsonSchema as { means?: JsonSchema };
      if (means) replace(jsonSchema, means);
      // The format says the same as the calendar in an expression of 300 characters.
      if (jsonSchema.format === "date" || jsonSchema.format === "date-time") delete jsonSchema.pattern;
      const { properties = {} } = jsonSchema;
      // A field that is known only to say why it is refused is no field to whoever reads the schema.
      for (const [name, field] of Object.entries(properties)) if (isNever(field)) delete properties[name];
    },
  }) as JsonSchema;
}

/** Of a number in a URL zod knows that it is text; the schema's `meta({means})` says what the text stands for. */
function replace(jsonSchema: Record<string, unknown>, means: JsonSchema): void {
  const { description } = jsonSchema;
  for (const keyword of Object.keys(jsonSchema)) delete jsonSchema[keyword];
  Object.assign(jsonSchema, means, description === undefined ? {} : { description });
}

function isNever(schema: unknown): boolean {
  const { not } = Object(schema);
  return not !== undefined && Object.keys(not).length === 0;
}
