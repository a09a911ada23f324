import { describe, expect, it, vi } from "vitest";
import { HOUR_MS, localDayAt } from "../../src/calendar.ts";
import { LocalDays } from "../../src/collect/local-day.ts";
import { NOON, RIGA, site } from "./fakes.ts";

describe("the local days of a site", () => {
  it("are today, tomorrow and yesterday in its timezone", () => {
    const { today, tomorrow, yesterday } = new LocalDays().at(site(), NOON);
    expect([yesterday().day, today.day, tomorrow.day]).toEqual(["2026-11-21", "2026-11-22", "2026-11-23"]);
    expect(today.startsAt).toBe(Date.parse("2026-11-21T22:00:00Z"));
    expect(yesterday().endsAt).toBe(today.startsAt);
    expect(tomorrow.startsAt).toBe(today.endsAt);
  });

  it("are computed once a day, without any call of Intl in between", () => {
    const days = new LocalDays();
    const one = site();
    const first = days.at(one, NOON);
    const format = vi.spyOn(Object.getPrototypeOf(new Intl.DateTimeFormat()), "format", "get");
    const construct = vi.spyOn(Intl, "DateTimeFormat");
    try {
      for (let at = first.today.startsAt; at < first.today.endsAt; at += HOUR_MS) {
        // Settings read anew every minute are equal, but another object.
        expect(days.at({ ...one, zones: structuredClone(RIGA) }, at)).toBe(first);
      }
      expect(format).not.toHaveBeenCalled();
      expect(construct).not.toHaveBeenCalled();
    } finally {
      format.mockRestore();
      construct.mockRestore();
    }
    expect(days.at(one, first.today.endsAt).today).toEqual(first.tomorrow);
    expect(days.at(one, first.today.startsAt - 1).today).toEqual(first.yesterday());
  });

  it("follow the owner who moves the timezone", () => {
    const days = new LocalDays();
    const one = site();
    days.at(one, NOON);
    const fromAt = Date.parse("2026-11-22T22:00:00Z");
    const zones = [...RIGA, { timezone: "America/New_York", fromDay: "2026-11-23", fromAt }];
    expect(days.at({ ...one, zones }, NOON).tomorrow).toEqual(localDayAt(zones, fromAt));
  });

  it("are each site's own", () => {
    const days = new LocalDays();
    const elsewhere = site({ zones: [{ timezone: "Pacific/Auckland", fromDay: "2026-01-01", fromAt: 0 }] });
    expect(days.at(site(), NOON + HOUR_MS).today.day).toBe("2026-11-22");
    expect(days.at(elsewhere, NOON + 2 * HOUR_MS).today.day).toBe("2026-11-23");
  });
});
