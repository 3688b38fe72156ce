export type { MediaWorkersErrorCode } from "./errors.ts";
export { MediaWorkers, type MediaWorkersOptions } from "./media-workers.ts";
export type { WorkerHealth } from "./worker-pool.ts";
export type { WorkerEntry } from "./worker-process.ts";
