import { defineConfig } from "vitest/config";

/**
 * `unit` is what `npm run check` runs: pure rules, wire formats and in-process behaviour.
 * `peers` needs programs from Debian's packages (sipp, baresip, PostgreSQL …); `npm test` installs them first.
 * `system` starts whole Jikimi instances (server, media, listen as processes).
 * `pages` looks at every screen in Chromium, without a server: no sound, and no hurry.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{packages/*/*,apps/*}/src/**/*.test.ts", "tools/**/*.test.ts", "scripts/**/*.test.mjs"],
          exclude: ["**/*.peer.test.ts", "**/*.system.test.ts", "**/node_modules/**"],
          // No module keeps state of its own (STYLE §3), so files may share a process: a third less time.
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "peers",
          include: ["{packages/*/*,apps/*,tools}/src/**/*.peer.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "system",
          include: ["apps/*/src/**/*.system.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "pages",
          include: ["apps/*/testing/**/*.pages.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
