import { describe, expect, it } from "vitest";
import { Agents } from "../../src/collect/agent.ts";
import { languageOf, mailReader, placeOf, senderOf, withoutPlace } from "../../src/collect/sender.ts";
import { CHROME } from "./fakes.ts";

function sender(headers: Record<string, string>, cf?: Record<string, unknown>) {
  const init: RequestInit = { headers: { "User-Agent": CHROME, ...headers }, ...(cf && { cf }) };
  return senderOf(new Request("https://f.example/pixel.gif", init), new Agents());
}

describe("a sender", () => {
  it.each([
    [{ "Sec-GPC": "1" }, true],
    [{ DNT: "1" }, true],
    [{ "Sec-GPC": "0", DNT: "0" }, false],
    [{ DNT: "null" }, false],
    [{}, false],
  ])("opts out by %j: %s", (headers, expected) => {
    expect(sender(headers).optsOut).toBe(expected);
  });

  it.each<[Record<string, string>, boolean]>([
    [{ "Sec-Purpose": "prefetch" }, true],
    [{ "Sec-Purpose": "prefetch;prerender" }, true],
    [{ "Sec-Purpose": "prefetch;anonymous-client-ip" }, true],
    [{ Purpose: "prefetch" }, true],
    [{ Purpose: "Preview" }, true],
    [{ "X-Purpose": "preview" }, true],
    [{ "X-Moz": "prefetch" }, true],
    [{ Purpose: "something" }, false],
    [{}, false],
  ])("fetches ahead by %j: %s", (headers, expected) => {
    expect(sender(headers).prefetches).toBe(expected);
  });

  it.each<[string, Record<string, unknown> | undefined, boolean]>([
    ["a verified bot", { botManagement: { verifiedBot: true } }, true],
    ["a visitor", { botManagement: { verifiedBot: false } }, false],
    ["one of whom that is not known", {}, false],
    ["one of whom nothing is known", undefined, false],
  ])("is a bot or not: %s", (_, cf, bot) => {
    expect(sender({}, cf).agent.bot).toBe(bot);
  });

  it("without a User-Agent is a bot", () => {
    expect(sender({ "User-Agent": "" }).agent.bot).toBe(true);
  });

  it.each([
    [
      { country: "LV", regionCode: "RIX", city: "Riga" },
      { country: "LV", region: "LV-RIX" },
    ],
    [
      { country: "lv", regionCode: "rix" },
      { country: "LV", region: "LV-RIX" },
    ],
    [{ country: "T1" }, { country: "T1", region: "" }],
    [
      { country: "XX", regionCode: "X" },
      { country: "", region: "" },
    ],
    [
      { country: "LV", regionCode: "Riga region" },
      { country: "LV", region: "" },
    ],
    [{ regionCode: "RIX" }, { country: "", region: "" }],
    [{ country: 7 }, { country: "", region: "" }],
    [null, { country: "", region: "" }],
    [undefined, { country: "", region: "" }],
  ])("is in a place, by %j: %j", (cf, place) => {
    expect(placeOf(cf)).toEqual(place);
  });

  it("is never in a city", () => {
    const cf = { country: "LV", regionCode: "RIX", city: "MARKED", latitude: "56.9", postalCode: "MARKED" };
    expect(JSON.stringify(sender({}, cf))).not.toMatch(/MARKED|56\.9/);
  });

  it.each([
    ["en-GB,en;q=0.9", "en"],
    ["lv", "lv"],
    ["LV-lv", "lv"],
    ["haw;q=0.8", "haw"],
    ["zh-Hant-TW", "zh"],
    [" de , en", "de"],
    ["*", ""],
    ["", ""],
    ["english", ""],
    ["x-klingon", ""],
    ["e", ""],
  ])("speaks, by %j: %j", (header, language) => {
    expect(languageOf(header)).toBe(language);
  });

  it("behind a backend is nowhere, and behind a mail service nobody", () => {
    const one = sender({ "Accept-Language": "lv" }, { country: "LV", regionCode: "RIX" });
    expect(withoutPlace(one)).toMatchObject({ country: "", region: "", language: "lv", agent: { browser: "Chrome" } });
    expect(mailReader(one)).toMatchObject({ country: "", region: "", language: "", agent: { browser: "", os: "" } });
  });
});
