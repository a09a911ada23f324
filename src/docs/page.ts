/** The OpenAPI document as a page to read: no script, nothing from elsewhere. Pure. */

import { escaped } from "../escaped.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { OpenApi, OpenApiOperation, OpenApiResponse, Parameter } from "./openapi.ts";
import { typeText } from "./type-text.ts";

/** The page's only style; its hash stands in the page's Content-Security-Policy. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2024; --soft: #5a6269; --line: #d9dde1; --ground: #fff; --code: #f4f6f7; --link: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e6e8; --soft: #9aa3ab; --line: #33393f; --ground: #15181b; --code: #1e2327; --link: #7db8f0; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 52rem; font: 1rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--ground); overflow-wrap: break-word; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { font-size: 1.6rem; margin: 3.5rem 0 1rem; }
h3 { font-size: 1.3rem; line-height: 1.35; margin: 0; overflow-wrap: anywhere; }
h4 { font-size: .85rem; margin: 1.1rem 0 .2rem; color: var(--soft); font-weight: 600; }
p { margin: .4rem 0; }
a { color: var(--link); text-underline-offset: .15em; }
h3 a { color: inherit; text-decoration: none; }
h3 a:hover { text-decoration: underline; }
code, pre { font: .875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
dt > code { font-weight: 600; }
code { padding: .1em .3em; background: var(--code); border-radius: 4px; }
pre { margin: .3rem 0; padding: .6rem .8rem; background: var(--code); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
a code { padding: 0; background: none; }
h3 code { font-size: inherit; font-weight: 700; }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
section { margin-top: 1rem; padding: 1rem 0; border-top: 1px solid var(--line); }
.head { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 1.5rem; }
.head > a { font-size: .85rem; }
nav { columns: 20rem; column-gap: 2rem; margin-top: 1.5rem; }
nav div { break-inside: avoid; padding-bottom: 1rem; }
nav ul { list-style: none; margin: 0; padding: 0 0 0 .8rem; border-left: 2px solid var(--line); }
nav li { padding: .1rem 0; overflow-wrap: anywhere; }
nav h2 { font-size: 1rem; margin: 0 0 .2rem; }
dl { margin: .2rem 0; }
dt { margin-top: .4rem; overflow-wrap: anywhere; }
dd { margin: 0 0 0 1rem; }
.soft { color: var(--soft); }
`;

/** @param document where all that the page says comes from */
export function pageOf(document: OpenApi): string {
  const { info, tags } = document;
  const entries = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, operation]): Entry => ({ line: `${method.toUpperCase()} ${path}`, operation }),
    ),
  );
  const chapters = tags.map(({ name }) => ({
    name,
    entries: entries.filter(({ operation }) => operation.tags[0] === name),
  }));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${h(info.title)}: the API</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${h(info.title)}: the API</h1>
<p>${h(info.description)}</p>
<p>In the commands <code>$URL</code> is this Worker and <code>$KEY</code> a key. For programs:
<a href="/api/openapi.json">OpenAPI 3.1</a>, <a href="/api/docs/query/schema.json">JSON schema of queries</a>.</p>
</header>
<nav id="index" aria-label="Operations">
${chapters.map(contents).join("\n")}
</nav>
<main>
${chapters.map(chapter).join("\n")}
${errorsText(document)}
</main>
</body>
</html>
`;
}

interface Entry {
  /** `GET /api/v1/sites` */
  line: string;
  operation: OpenApiOperation;
}

interface Chapter {
  name: string;
  entries: Entry[];
}

function contents({ name, entries }: Chapter): string {
  const items = entries.map(
    ({ line, operation }) => `<li><a href="#${h(operation.operationId)}"><code>${h(line)}</code></a></li>`,
  );
  return `<div>\n<h2>${h(name)}</h2>\n<ul>\n${items.join("\n")}\n</ul>\n</div>`;
}

function chapter({ name, entries }: Chapter): string {
  return `<h2>${h(name)}</h2>\n${entries.map(section).join("\n")}`;
}

function section({ line, operation }: Entry): string {
  const { operationId, summary, description, parameters = [], requestBody } = operation;
  const id = h(operationId);
  const samples = operation["x-codeSamples"].map(({ source }) => pre(source));
  return `<section id="${id}" aria-labelledby="${id}-line">
<div class="head"><h3 id="${id}-line"><a href="#${id}"><code>${h(line)}</code></a></h3> <a href="#index">Index</a></div>
<p>${h(summary)}${description === undefined ? "" : ` ${h(description)}`}</p>
<p class="soft">${h(accessText(operation))}</p>
${parameters.length > 0 ? `<h4>Parameters</h4>\n${fields(parameters.map(parameterField))}` : ""}
${requestBody ? `<h4>Body</h4>\n${bodyText(requestBody.content)}` : ""}
<h4>Command</h4>
${samples.join("\n")}
<h4>Answers</h4>
${answersText(operation)}
</section>`;
}

function accessText({ security }: OpenApiOperation): string {
  if (security.length === 0) return "For everyone.";
  const scope = security.flatMap(({ key = [] }) => key)[0];
  if (scope === undefined) return "With any key or shared link.";
  if (scope === "admin") return "With the admin key.";
  const isOpen = security.some((way) => Object.keys(way).length === 0);
  return isOpen
    ? `With a key of the scope ${scope} or a shared link; without either where the site is public.`
    : `With a key of the scope ${scope}.`;
}

interface Field {
  name: string;
  required: boolean;
  /** Where it stands, if not in the body. */
  place?: string;
  description?: string;
  schema: JsonSchema;
}

function parameterField({ in: place, ...parameter }: Parameter): Field {
  return { ...parameter, place };
}

function bodyText(content: Record<string, { schema: JsonSchema }>): string {
  const types = Object.keys(content).filter((type) => type !== "application/json");
  const { schema = {} } = Object.values(content)[0] ?? {};
  const shapes = Array.isArray(schema.oneOf) ? (schema.oneOf as JsonSchema[]) : [schema];
  const said = types.length > 0 ? [`<p class="soft">${h(types.join(", "))}</p>`] : [];
  return [...said, shapes.map(shapeText).join("\n<p>or</p>\n")].join("\n");
}

function shapeText({ description, properties = {}, required = [], ...rest }: JsonSchema): string {
  const all = Object.entries(properties);
  if (all.length === 0) return `<p>${h(description ?? typeText(rest))}</p>`;
  return fields(
    all.map(([name, { description, ...schema }]): Field => {
      return { name, required: required.includes(name), ...(description !== undefined && { description }), schema };
    }),
  );
}

function fields(all: readonly Field[]): string {
  const items = all.map(({ name, required, place, description, schema }) => {
    const { default: otherwise } = schema;
    const facts = [
      ...(place === undefined || place === "query" ? [] : [`in the ${place}`]),
      required ? "required" : "optional",
      typeText(schema),
      ...(otherwise === undefined || otherwise === "" ? [] : [`default ${JSON.stringify(otherwise)}`]),
    ];
    return `<dt><code>${h(name)}</code> <span class="soft">${h(facts.join("; "))}</span></dt>${
      description === undefined ? "" : `\n<dd>${h(description)}</dd>`
    }`;
  });
  return `<dl>\n${items.join("\n")}\n</dl>`;
}

function answersText({ responses }: OpenApiOperation): string {
  const own = Object.entries(responses).flatMap(([status, answer]) =>
    "$ref" in answer ? [] : [answerText(status, answer)],
  );
  const common = Object.keys(responses).filter((status) => "$ref" in (responses[status] ?? {}));
  const links = common.map((status) => `<a href="#error-${h(status)}">${h(status)}</a>`).join(", ");
  return `<dl>\n${own.join("\n")}\n</dl>${links && `\n<p class="soft">Errors: ${links}</p>`}`;
}

function answerText(status: string, { description, content = {} }: OpenApiResponse): string {
  const examples = Object.entries(content).map(([type, { example }]) => {
    const said = type === "application/json" ? "" : `<p class="soft">${h(type)}</p>`;
    return example === undefined ? said : said + pre(typeof example === "string" ? example : jsonText(example));
  });
  return `<dt><code>${h(status)}</code> ${h(description)}</dt>${examples.length > 0 ? `\n<dd>${examples.join("")}</dd>` : ""}`;
}

const LINE_CHARS = 76;

/** JSON with line breaks where a value is too long for one line. */
function jsonText(value: unknown, indent = ""): string {
  const line = JSON.stringify(value);
  if (indent.length + line.length <= LINE_CHARS || typeof value !== "object" || value === null) return line;
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = Object.entries(value).map(
    ([name, one]) => `${inner}${isList ? "" : `${JSON.stringify(name)}: `}${jsonText(one, inner)}`,
  );
  const [open, close] = isList ? "[]" : "{}";
  return `${open}\n${parts.join(",\n")}\n${indent}${close}`;
}

function errorsText({ components }: OpenApi): string {
  const errors = Object.entries(components.responses).map(([name, answer]) => {
    const status = name.replace("Error", "");
    return `<div id="error-${h(status)}">${answerText(status, answer)}</div>`;
  });
  return `<h2>Errors</h2>\n<dl>\n${errors.join("\n")}\n</dl>`;
}

function pre(text: string): string {
  return `<pre>${h(text, false)}</pre>`;
}

/** A text as HTML, within elements and quoted attributes; words in `backticks` as code, if not told otherwise. */
function h(text: string, withCode = true): string {
  const safe = escaped(text);
  return withCode ? safe.replace(/`([^`]+)`/g, "<code>$1</code>") : safe;
}
