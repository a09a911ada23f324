import { describe, expect, it } from "vitest";
import { counted, exportOf, exportZip, importInto, makeSite, store } from "./support.ts";

describe("x", () => {
  it("round", async () => {
    const a = await makeSite("a.example.com");
    const b = await makeSite("b.example.com");
    await store(a, { "2026-11-01": { site: { "": [3, 4, 5, 1, 100, 2] }, page: { "a.example.com/": [1, 2, 3] } } });
    console.log(await exportOf("a.example.com"));
    const answer = await importInto("b.example.com", await exportZip("a.example.com"));
    console.log(answer.status, answer.body);
    expect(await counted(b)).toEqual(await counted(a));
  });
});
