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

/** Where `npm start` listens unless told otherwise. */
export const DEFAULT_URL = "http://127.0.0.1:8787";

/** An error that its message explains in full: shown without a stack. */
export class StartError extends Error {}

export const HELP = `Starts Footfall on this machine: ${DEFAULT_URL}, with its database in .wrangler/state.

Usage: npm start -- [options]

  --port <number>      Port to listen on, 1 to 65535 (default 8787)
  --persist-to <dir>   Directory that keeps the state (default .wrangler/state)
  --dev-vars <file>    File that keeps the admin key (default .dev.vars)
  --help               Show this text

Environment:
  ADMIN_KEY            The admin key to use; then none is read from or written to the file
`;

/** The rule of an option that is named and no more: it is on or off. */
export const FLAG = "given without a value";

const RULES = {
  port: "a whole number from 1 to 65535",
  "persist-to": "the path of a directory",
  "dev-vars": "the path of a file",
  help: FLAG,
} as const;

/**
 * Reads the command line of `npm start`. Relative paths are resolved against `cwd`, defaults against `projectDir`.
 * @returns the options, or `"help"`
 * @throws StartError naming the option and the rule it broke
 */
export function parseOptions(args: string[], cwd: string, projectDir: string): StartOptions | "help" {
  const values = optionValues(args, RULES, "npm start");
  if (values.has("help")) return "help";

  const path = (name: keyof typeof RULES, fallback: string) => {
    const given = values.get(name);
    return given === undefined ? resolve(projectDir, fallback) : resolve(cwd, given);
  };
  return {
    port: parsePort(values.get("port") ?? new URL(DEFAULT_URL).port),
    stateDir: path("persist-to", ".wrangler/state"),
    varsFile: path("dev-vars", ".dev.vars"),
  };
}

/**
 * The options of a command line as they were given, each at most once. `rules`: of each option what its value must be.
 * @throws StartError naming the option and the rule it broke
 */
export function optionValues<Name extends string>(
  args: string[],
  rules: Readonly<Record<Name, string>>,
  command: string,
): Map<Name, string> {
  const isFlag = (name: Name) => rules[name] === FLAG;
  const isOption = (name: string): name is Name => Object.hasOwn(rules, name);
  const names = Object.keys(rules).filter(isOption);
  const { tokens } = parseArgs({
    args,
    options: Object.fromEntries(names.map((name) => [name, { type: isFlag(name) ? "boolean" : "string" } as const])),
    strict: false,
    tokens: true,
  });

  const values = new Map<Name, string>();
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional")
      throw new StartError(`Unexpected argument "${token.value}": see ${command} -- --help.`);
    if (!isOption(token.name)) throw new StartError(`Unknown option ${token.rawName}: see ${command} -- --help.`);
    const name = token.name;
    // `--port --persist-to x` would otherwise take the next option for the value.
    const missing = token.value === undefined || token.value === "" || (!token.inlineValue && token.value[0] === "-");
    if (missing !== isFlag(name)) throw new StartError(`Option ${token.rawName} must be ${rules[name]}.`);
    if (values.has(name)) throw new StartError(`Option ${token.rawName} may be given once only.`);
    values.set(name, token.value ?? "");
  }
  return values;
}

function parsePort(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new StartError(`Option --port must be ${RULES.port}, not "${text}".`);
  return port;
}
