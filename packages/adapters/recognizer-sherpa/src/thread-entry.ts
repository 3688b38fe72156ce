import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** Where a thread's program is and how Node is to start it. */
export type ThreadEntry = { readonly url: URL; readonly execArgv: readonly string[] };

/** The thread beside this file: TypeScript through tsx. A bundle hands in its own entry instead. */
export function sourceThreadEntry(): ThreadEntry {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  return { url: new URL("./recognizer-thread.ts", import.meta.url), execArgv: ["--import", tsx] };
}
