import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { adminKey } from "../../scripts/local/admin-key.ts";
import { temporaryDirectory } from "./footfall.ts";

const directory = temporaryDirectory();
const file = join(directory, ".dev.vars");
beforeEach(() => rmSync(file, { force: true }));
afterAll(() => rmSync(directory, { recursive: true }));

describe("the admin key", () => {
  it("is 32 random bytes, made once and found again", () => {
    const made = adminKey(file, undefined);
    expect(made.from).toBe("made");
    expect(Buffer.from(made.key, "base64url")).toHaveLength(32);
    expect(adminKey(file, undefined)).toEqual({ ...made, from: "file" });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["OTHER=1\n", "OTHER=1\n"],
    ["# about\nADMIN_KEY=\nOTHER='a b'\n\n", "# about\nOTHER='a b'\n"],
    ["OTHER=1", "OTHER=1\n"],
    ["", ""],
  ])("leaves the other lines of %j", (before, others) => {
    writeFileSync(file, before);
    const { key } = adminKey(file, undefined);
    expect(readFileSync(file, "utf8")).toBe(`${others}ADMIN_KEY=${key}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("is the environment's, if that has one, and then is not written", () => {
    expect(adminKey(file, "mine")).toMatchObject({ key: "mine", from: "environment", vars: { ADMIN_KEY: "mine" } });
    expect(existsSync(file)).toBe(false);
  });

  it("is not the environment's where that is empty", () => {
    writeFileSync(file, "ADMIN_KEY=kept\nOTHER=1\n");
    expect(adminKey(file, "")).toEqual({ key: "kept", from: "file", vars: { ADMIN_KEY: "kept", OTHER: "1" } });
  });

  it.each(["two words", "schlüssel", "line\nbreak"])("cannot be %j", (key) => {
    expect(() => adminKey(file, key)).toThrow("must be printable ASCII without spaces");
  });
});
