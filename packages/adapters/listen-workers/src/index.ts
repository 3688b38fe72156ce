export { type ListenWorkerHealth, ListenWorkers, type ListenWorkersOptions } from "./listen-workers.ts";
export type { WorkerEntry } from "./worker-process.ts";
