/**
 * Starts Footfall once for all tests of the dashboard (test/browser/dashboard), with a site of a year and others to look at.
 * Here, and not beside them, as it makes what it fills in by code of the Worker, whose types are not those of a page.
 */
import type { TestProject } from "vitest/node";
import { fillDemo } from "../../scripts/demo/fill.ts";
import type { Sites } from "../browser/dashboard/filled.ts";
import { startFor } from "../browser/setup.ts";

/** Longer than what could be guessed: tries to log in with it are not counted. */
const KEY = "admin-key-of-the-tests-of-the-dashboard";
/** Enough for pages of lists and for numbers that are shortened, and soon made. */
const SHARE = 0.25;

export default async function setup(project: Pick<TestProject, "provide">): Promise<() => void> {
  const { url, end } = await startFor(project, KEY);
  try {
    project.provide("dashboard", await fill(url));
  } catch (error) {
    end();
    throw error;
  }
  return end;
}

async function fill(url: string): Promise<Sites> {
  const call = async <T>(method: string, path: string, body: object): Promise<T> => {
    const headers = { Authorization: `Bearer ${KEY}` };
    const response = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const timezone = noonZone(new Date().getUTCHours());
  const [demo, publicSite, empty] = ["demo.example", "public.example", "empty.example"];
  const plan = { url, key: KEY, timezone, share: SHARE };
  // A month more than a year: last week can be compared to that of a year before.
  await fillDemo({ ...plan, domain: demo, months: 13 });
  await fillDemo({ ...plan, domain: publicSite, months: 1, seed: 2, visitsNow: 5 });
  // Its reports may be framed by pages of this machine.
  await call("PUT", `/api/v1/sites/${publicSite}`, { public: true, allowed_hosts: ["localhost"] });
  await call("POST", "/api/v1/sites", { domain: empty, timezone });

  const password = "open it please";
  const link = (name: string, more: object = {}) =>
    call<{ url: string }>("PUT", "/api/v1/sites/shared-links", { site_id: demo, name, ...more });
  const reading = await call<{ key: string }>("POST", "/api/v1/keys", {
    name: "Reader",
    scopes: ["stats"],
    site_id: demo,
  });
  return {
    demo,
    public: publicSite,
    empty,
    timezone,
    link: (await link("For the team")).url,
    lockedLink: (await link("For the board", { password })).url,
    password,
    readingKey: reading.key,
  };
}

/** A timezone in which it is between 12 and 13 o'clock now. */
function noonZone(utcHour: number): string {
  const ahead = 12 - utcHour;
  // By POSIX, whose signs are the other way round.
  return ahead === 0 ? "Etc/UTC" : `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
}
