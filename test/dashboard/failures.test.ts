import { describe, expect, it } from "vitest";
import { ApiError, arrived, failureOf } from "../../src/dashboard/failures.ts";

/** An answer that ends in the middle of what it holds. */
function cutOff(reason: unknown): Response {
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode('{"visitors": 1'));
      controller.error(reason);
    },
  });
  return new Response(body);
}

describe("why there is no answer", () => {
  const cases: [what: string, answer: () => Response, failure: object][] = [
    ["a session that ended", () => Response.json({ error: "no key" }, { status: 401 }), { kind: "login" }],
    ["a 401 without a word", () => Response.json({}, { status: 401 }), { kind: "login" }],
    ["a 401 of somebody in between", () => new Response("<h1>No</h1>", { status: 401 }), { kind: "login" }],
    [
      "a link's password",
      () => Response.json({ error: "auth: this link needs its password" }, { status: 401 }),
      { kind: "locked" },
    ],
    [
      "a refusal",
      () => Response.json({ error: "period: no" }, { status: 400 }),
      { kind: "refused", status: 400, message: "period: no" },
    ],
    [
      "too many questions",
      () => Response.json({ error: "wait" }, { status: 429, headers: { "Retry-After": "7" } }),
      { kind: "busy", message: "wait", retryAfterSeconds: 7 },
    ],
    [
      "a part that is away",
      () => new Response("<h1>503</h1>", { status: 503, statusText: "Away", headers: { "Retry-After": "Mon, 1" } }),
      { kind: "busy", message: "Away", retryAfterSeconds: null },
    ],
  ];
  it.each(cases)("%s", async (_what, answer, failure) => {
    expect(await failureOf(answer())).toEqual(failure);
  });
});

describe("what arrives", () => {
  it.each([
    ["is no JSON", () => new Response("<h1>Welcome to our WLAN</h1>")],
    ["is cut off", () => cutOff(new TypeError("network error"))],
  ])("that %s counts as no connection", async (_what, answer) => {
    await expect(arrived(answer().json())).rejects.toEqual(new ApiError({ kind: "offline" }));
  });

  it("is nobody's failure where the question was taken back meanwhile", async () => {
    const taken = new DOMException("taken back", "AbortError");
    await expect(arrived(cutOff(taken).json())).rejects.toBe(taken);
  });

  it("is given on where all of it arrives", async () => {
    expect(await arrived(Response.json({ visitors: 1 }).json())).toEqual({ visitors: 1 });
  });
});
