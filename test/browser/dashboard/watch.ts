/** Watches over all that a page does, for what must not happen. */
import type { BrowserContext, Request } from "playwright-core";

export interface Watch {
  /** Requests to the API in the order in which they began: `GET /api/stats/demo.example`, without their queries. */
  readonly asked: readonly string[];
  /** How many requests have not been answered yet. */
  readonly waiting: number;
  /**
   * What must not happen and did: a word in the console, an error that nobody caught, a broken policy, a request to
   * elsewhere, one that failed or was refused.
   */
  readonly problems: readonly string[];
}

/** To be called before a context's first page opens an address of `origin`. */
export async function watch(context: BrowserContext, origin: string): Promise<Watch> {
  const asked: string[] = [];
  const problems: string[] = [];
  const waiting = new Set<Request>();
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
      console.error(`policy: ${effectiveDirective} forbids ${blockedURI}`);
    });
  });
  context.on("console", (message) => {
    const text = message.text();
    // The browser's own words for what `response` tells below.
    if (!text.startsWith("Failed to load resource")) problems.push(`${message.type()}: ${text}`);
  });
  context.on("weberror", (error) => problems.push(`error: ${error.error()}`));
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (/^(blob|data):/.test(url.protocol)) return;
    waiting.add(request);
    if (url.origin !== origin) problems.push(`elsewhere: ${url}`);
    else if (url.pathname.startsWith("/api/")) asked.push(`${request.method()} ${url.pathname}`);
  });
  context.on("response", (response) => {
    const { pathname } = new URL(response.url());
    // What it says is read by nobody, and so never finishes.
    if (pathname === "/api/session") waiting.delete(response.request());
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.request().method()} ${pathname}`);
  });
  context.on("requestfinished", (request) => waiting.delete(request));
  context.on("requestfailed", (request) => {
    waiting.delete(request);
    const reason = request.failure()?.errorText ?? "";
    // What the page itself asks for no more, as somebody left or asked for something else.
    if (reason !== "net::ERR_ABORTED") problems.push(`failed: ${reason} ${new URL(request.url()).pathname}`);
  });
  return {
    asked,
    problems,
    get waiting() {
      return waiting.size;
    },
  };
}
