// Node 20 starts no TypeScript in a worker thread, and `--import tsx` does not reach one: this plain file does both.
import { register } from "tsx/esm/api";

register();
await import("./recognizer-thread.ts");
