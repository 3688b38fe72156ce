export type { ForkedWorker, WorkerEntry } from "./forked-worker.ts";
export { type WorkerHealth, WorkerPool, type WorkerTimings } from "./worker-pool.ts";
