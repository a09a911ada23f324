import { resolve } from "node:path";
import { parseArgs } from "node:util";

/** What `npm start` was asked for. */
export interface StartOptions {
  /** 1–65535 */
  port: number;
  /** Absolute path of the directory that keeps D1, KV and Durable Objects. */
  stateDir: string;
  /** Absolute path of the file with the admin key. */
  varsFile: string;
}

/** An error that its message explains in full: shown without a stack. */
export class StartError extends Error {}

export const HELP = `Starts Footfall on this machine: http://127.0.0.1:8787, with its database in .wrangler/state.

Usage: npm start -- [options]

  --port <number>      Port to listen on, 1 to 65535 (default 8787)
  --persist-to <dir>   Directory that keeps the state (default .wrangler/state)
  --dev-vars <file>    File that keeps the admin key (default .dev.vars)
  --help               Show this text

Environment:
  ADMIN_KEY            The admin key to use; then none is read from or written to the file
`;

const RULES = {
  port: "a whole number from 1 to 65535",
  "persist-to": "the path of a directory",
  "dev-vars": "the path of a file",
  help: "given without a value",
} as const;

type OptionName = keyof typeof RULES;

/**
 * Reads the command line of `npm start`. Relative paths are resolved against `cwd`, defaults against `projectDir`.
 * @returns the options, or `"help"`
 * @throws StartError naming the option and the rule it broke
 */
export function parseOptions(args: string[], cwd: string, projectDir: string): StartOptions | "help" {
  const { tokens } = parseArgs({
    args,
    options: {
      port: { type: "string" },
      "persist-to": { type: "string" },
      "dev-vars": { type: "string" },
      help: { type: "boolean" },
    },
    strict: false,
    tokens: true,
  });

  const values = new Map<OptionName, string>();
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional")
      throw new StartError(`Unexpected argument "${token.value}": see npm start -- --help.`);
    if (!isOptionName(token.name)) throw new StartError(`Unknown option ${token.rawName}: see npm start -- --help.`);
    const name = token.name;
    // `--port --persist-to x` would otherwise take the next option for the value.
    const missing = token.value === undefined || token.value === "" || (!token.inlineValue && token.value[0] === "-");
    if (missing !== (name === "help")) throw new StartError(`Option ${token.rawName} must be ${RULES[name]}.`);
    if (values.has(name)) throw new StartError(`Option ${token.rawName} may be given once only.`);
    values.set(name, token.value ?? "");
  }
  if (values.has("help")) return "help";

  const path = (name: OptionName, fallback: string) => {
    const given = values.get(name);
    return given === undefined ? resolve(projectDir, fallback) : resolve(cwd, given);
  };
  return {
    port: parsePort(values.get("port") ?? "8787"),
    stateDir: path("persist-to", ".wrangler/state"),
    varsFile: path("dev-vars", ".dev.vars"),
  };
}

function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(RULES, name);
}

function parsePort(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new StartError(`Option --port must be ${RULES.port}, not "${text}".`);
  return port;
}
