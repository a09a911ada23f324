import { describe, expect, it } from "vitest";
import { parseOptions } from "../../scripts/local/options.ts";

const parse = (...args: string[]) => parseOptions(args, "/here", "/project");
const defaults = { port: 8787, stateDir: "/project/.wrangler/state", varsFile: "/project/.dev.vars" };

describe("the options of npm start", () => {
  it.each([
    [[], defaults],
    [["--port", "9000"], { ...defaults, port: 9000 }],
    [["--port=65535"], { ...defaults, port: 65_535 }],
    [["--persist-to", "/some/dir"], { ...defaults, stateDir: "/some/dir" }],
    [["--persist-to", "dir", "--dev-vars=../vars"], { ...defaults, stateDir: "/here/dir", varsFile: "/vars" }],
    [["--help"], "help"],
    [["--port", "9000", "--help"], "help"],
  ])("reads %j", (args, expected) => {
    expect(parse(...args)).toEqual(expected);
  });

  it.each([
    [["--port"], "Option --port must be a whole number from 1 to 65535."],
    [["--port", "0"], 'Option --port must be a whole number from 1 to 65535, not "0".'],
    [["--port", "65536"], 'Option --port must be a whole number from 1 to 65535, not "65536".'],
    [["--port", "80.5"], 'Option --port must be a whole number from 1 to 65535, not "80.5".'],
    [["--port", "1e3"], 'Option --port must be a whole number from 1 to 65535, not "1e3".'],
    [["--port", "--persist-to"], "Option --port must be a whole number from 1 to 65535."],
    [["--port", "1", "--port", "2"], "Option --port may be given once only."],
    [["--persist-to="], "Option --persist-to must be the path of a directory."],
    [["--dev-vars"], "Option --dev-vars must be the path of a file."],
    [["--help=yes"], "Option --help must be given without a value."],
    [["--prot", "9000"], "Unknown option --prot: see npm start -- --help."],
    [["--no-port"], "Unknown option --no-port: see npm start -- --help."],
    [["--toString"], "Unknown option --toString: see npm start -- --help."],
    [["-p", "9000"], "Unknown option -p: see npm start -- --help."],
    [["9000"], 'Unexpected argument "9000": see npm start -- --help.'],
  ])("refuses %j", (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });
});
