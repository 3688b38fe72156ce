import module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ensureInstalled } from "./install.mjs";

/** Commands for people who work on the product: they need the development packages too. */
const developerCommands = new Set(["bench", "sounds", "train"]);

/** Installs what is missing, then becomes the command line: `apps/server/src/cli.ts`, in this same process. */
export async function main(args) {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const scope = developerCommands.has(args[0]) ? "all" : "runtime";
  if (!(await ensureInstalled({ root, scope }))) {
    process.exitCode = 1;
    return;
  }
  if (args[0] === "start") {
    const { ensureWebApp } = await import("./web-app.mjs");
    await ensureWebApp({ root });
  }
  module.enableCompileCache?.();
  deliverSignalsOnce();
  const { register } = await import("tsx/esm/api");
  register({ tsconfig: join(root, "tsconfig.json") });
  const cli = join(root, "apps", "server", "src", "cli.ts");
  process.argv = [process.execPath, cli, ...args];
  await import(pathToFileURL(cli).href);
}

/** Two of the same signal within this time are one wish. */
const sameWishMs = 300;

/**
 * Ctrl-C under `npm start` arrives twice: from the terminal, and again from npm, which passes on what it got.
 * The application would take the second for an impatient "now!"; so the echo is dropped, and a later one is not.
 */
function deliverSignalsOnce() {
  const lastAtMs = new Map();
  const emit = process.emit;
  process.emit = function (event, ...rest) {
    if (event === "SIGINT" || event === "SIGTERM") {
      const atMs = performance.now();
      const previousMs = lastAtMs.get(event);
      lastAtMs.set(event, atMs);
      if (previousMs !== undefined && atMs - previousMs < sameWishMs) return true;
    }
    return emit.call(this, event, ...rest);
  };
}
