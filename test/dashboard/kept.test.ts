import { afterEach, describe, expect, it, vi } from "vitest";
import { keep, keptUnder } from "../../src/dashboard/kept.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A storage that works, until it is full. */
function storage(kept: Map<string, string>, isFull = false) {
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => {
      if (isFull) throw new DOMException("full", "QuotaExceededError");
      kept.set(name, text);
    },
    removeItem: (name: string) => kept.delete(name),
  };
}

describe("what the browser keeps", () => {
  it("is where it was put", () => {
    const kept = new Map<string, string>();
    vi.stubGlobal("localStorage", storage(kept));
    keep("a", "1", "localStorage");
    expect([...kept]).toEqual([["a", "1"]]);
    expect(keptUnder("a", "localStorage")).toBe("1");
    keep("a", null, "localStorage");
    expect(kept.size).toBe(0);
    expect(keptUnder("a", "localStorage")).toBe(null);
  });

  it("is known to the page where the storage is full", () => {
    vi.stubGlobal("localStorage", storage(new Map([["b", "old"]]), true));
    keep("b", "new", "localStorage");
    expect(keptUnder("b", "localStorage")).toBe("new");
    keep("b", null, "localStorage");
    expect(keptUnder("b", "localStorage")).toBe(null);
  });

  it("is known to the page where the browser throws at the mere sight of a storage", () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, "sessionStorage");
    Object.defineProperty(globalThis, "sessionStorage", {
      configurable: true,
      get: () => {
        throw new DOMException("denied", "SecurityError");
      },
    });
    try {
      expect(keptUnder("c", "sessionStorage")).toBe(null);
      keep("c", "token", "sessionStorage");
      expect(keptUnder("c", "sessionStorage")).toBe("token");
      keep("c", null, "sessionStorage");
      expect(keptUnder("c", "sessionStorage")).toBe(null);
    } finally {
      if (before) Object.defineProperty(globalThis, "sessionStorage", before);
      else Reflect.deleteProperty(globalThis, "sessionStorage");
    }
  });
});
