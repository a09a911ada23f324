/**
 * A process that sends beacons as fast as they are answered: raw sockets, keep-alive, one request in flight on each
 * connection, requests prepared before. Started by drive.ts with a `LoadOrder` as its argument; tells its parent when
 * the measuring begins and ends, and at last what it saw.
 */
import { connect, type Socket } from "node:net";
import { prepareRequests } from "./requests.ts";

export interface LoadOrder {
  port: number;
  connections: number;
  domains: string[];
  /** Path and query. */
  path: string;
  /** Of the prepared requests; distinct for runs against the same state. */
  seed: number;
  /** Which addresses to begin with, 0–99: those of earlier passes are old visitors. */
  pass: number;
  warmUpMs: number;
  measureMs: number;
}

/** What came back in the time measured, but for `counted` and `pending`: from the first to the last request. */
export interface LoadReport {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Answers by status, over the whole run. */
  statuses: Record<string, number>;
  /** 2xx that neither say they are pending nor dropped. */
  counted: number;
  pending: number;
  dropped: number;
  /** Share of one core this process took. */
  ownCpu: number;
  /** The next run's first pass. */
  nextPass: number;
}

export type LoadMessage = { is: "measuring" } | { is: "measured" } | { is: "done"; report: LoadReport };

const PREPARED = 20_000;

const order = JSON.parse(process.argv[2] ?? "{}") as LoadOrder;
const requests = prepareRequests(PREPARED, order);
let next = 0;
let { pass } = order;
for (const request of requests) request.renew(pass);

const statuses: Record<string, number> = {};
let pending = 0;
let dropped = 0;
let counted = 0;
let latenciesMs: number[] = [];
let sending = true;
let measuring = false;
let idle = 0;

function send(socket: Socket): void {
  if (next === requests.length) {
    next = 0;
    pass++;
  }
  const request = requests[next++];
  if (!request) return;
  if (pass > order.pass) request.renew(pass);
  socket.write(request.bytes);
}

function open(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ port: order.port, host: "127.0.0.1", noDelay: true });
  let sentAt = 0;
  let text = "";
  const go = () => {
    sentAt = performance.now();
    send(socket);
  };
  socket.on("connect", () => {
    resolve();
    go();
  });
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    if (!isWhole(text)) return;
    note(text, performance.now() - sentAt);
    text = "";
    if (sending) go();
    else {
      idle++;
      socket.end();
    }
  });
  socket.on("error", reject);
  socket.on("close", () => {
    if (sending) fail(new Error("the server closed a connection"));
  });
  return promise;
}

/** Whether a response has arrived to its end. */
function isWhole(text: string): boolean {
  const head = text.indexOf("\r\n\r\n");
  if (head < 0) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  return length === undefined ? text.endsWith("\r\n0\r\n\r\n") : text.length >= head + 4 + Number(length);
}

function note(text: string, latencyMs: number): void {
  const status = text.slice(9, 12);
  statuses[status] = (statuses[status] ?? 0) + 1;
  if (measuring) latenciesMs.push(latencyMs);
  const isPending = text.includes("X-Footfall-Pending:");
  const isDropped = text.includes("X-Footfall-Dropped:");
  if (isPending) pending++;
  if (isDropped) dropped++;
  if (!isPending && !isDropped && status.startsWith("2")) counted++;
}

function tell(message: LoadMessage): void {
  process.send?.(message);
}

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const quantile = (sorted: number[], share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;

async function run(): Promise<void> {
  for (let opened = 0; opened < order.connections; opened += 50) {
    await Promise.all(Array.from({ length: Math.min(50, order.connections - opened) }, open));
  }
  await pause(order.warmUpMs);
  latenciesMs = [];
  const cpu = process.cpuUsage();
  const from = performance.now();
  measuring = true;
  tell({ is: "measuring" });
  await pause(order.measureMs);
  measuring = false;
  const tookMs = performance.now() - from;
  const { user, system } = process.cpuUsage(cpu);
  tell({ is: "measured" });
  sending = false;
  while (idle < order.connections) await pause(20);

  const sorted = Float64Array.from(latenciesMs).sort();
  tell({
    is: "done",
    report: {
      perSecond: latenciesMs.length / (tookMs / 1000),
      p50Ms: quantile([...sorted], 0.5),
      p99Ms: quantile([...sorted], 0.99),
      statuses,
      counted,
      pending,
      dropped,
      ownCpu: (user + system) / 1000 / tookMs,
      nextPass: pass + 1,
    },
  });
  process.disconnect?.();
}

// Without its parent it has nobody to work for.
process.on("disconnect", () => process.exit());
run().catch(fail);
