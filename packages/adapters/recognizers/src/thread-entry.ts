/** A thread's program and Node's options for it. */
export type ThreadEntry = { readonly url: URL; readonly execArgv: readonly string[] };

/** The thread beside this file, from its source. A bundle hands in its own entry instead. */
export function sourceThreadEntry(): ThreadEntry {
  return { url: new URL("./recognizer-thread.boot.mjs", import.meta.url), execArgv: [] };
}
