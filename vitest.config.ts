import { availableParallelism } from "node:os";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Two files at once on two cores as well, where Vitest would take one: a good part of each is waiting.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // A tally that resets itself rejects what hangs on it; the tests that provoke it look at what its callers see.
    onUnhandledError: (error) => !("durableObjectReset" in error),
    projects: [
      {
        // Inside workerd, with real D1, KV and Durable Objects.
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              // FOOTFALL_SEED repeats the random schedules of test/faults that a run printed.
              bindings: {
                ADMIN_KEY: "test-admin-key",
                TEST_MIGRATIONS: await readD1Migrations("migrations"),
                FOOTFALL_SEED: process.env.FOOTFALL_SEED ?? "",
              },
            },
          })),
        ],
        test: {
          name: "workerd",
          include: ["test/**/*.test.ts"],
          exclude: ["test/node/**", "test/browser/**"],
          // Property tests run for seconds; on a busy machine for more than the default of five.
          testTimeout: 30_000,
          setupFiles: ["./test/setup.ts"],
        },
      },
      {
        // On Node: whatever starts the product as its user does.
        test: { name: "node", include: ["test/node/**/*.test.ts"] },
      },
      {
        // On Node, with a real Chromium: what runs in visitors' browsers, against Footfall as its user starts it.
        test: {
          name: "browser",
          include: ["test/browser/*.test.ts"],
          globalSetup: ["./test/browser/setup.ts"],
          testTimeout: 30_000,
        },
      },
      {
        // The same for the dashboard: on a site of a year, in the browser of who owns it.
        test: {
          name: "dashboard",
          include: ["test/browser/dashboard/*.test.ts"],
          globalSetup: ["./test/node/dashboard-setup.ts"],
          testTimeout: 30_000,
          expect: { poll: { timeout: 5_000 } },
        },
      },
    ],
  },
});
