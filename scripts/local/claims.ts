/** What a start must have for itself before it touches anything: its port and its state directory. */
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StartError } from "./options.ts";

/** @throws StartError if something listens on the port already, or the system does not let us listen there */
export async function claimPort(host: string, port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? "is taken by another program" : `cannot be used (${error.message})`;
      reject(new StartError(`Port ${port} ${why}. Choose another: npm start -- --port ${port === 9000 ? 9001 : 9000}`));
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
  });
}

/**
 * Makes the state directory this process's own until it ends, however it ends: two runtimes on one state would count
 * into each other's tallies. The lock is SQLite's, because the system itself drops it with the process.
 * @throws StartError if another start has the directory
 */
export function claimStateDir(stateDir: string): DatabaseSync {
  try {
    mkdirSync(stateDir, { recursive: true });
    const lock = new DatabaseSync(join(stateDir, "start.lock"));
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    const locked = (error as { errcode?: number }).errcode === 5; // SQLITE_BUSY
    throw new StartError(
      locked
        ? `The state directory ${stateDir} is in use by another start. End that one, or choose another: --persist-to`
        : `Cannot use the state directory ${stateDir}: ${(error as Error).message}`,
    );
  }
}
