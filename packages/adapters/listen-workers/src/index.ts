export { ListenWorkers, type ListenWorkersOptions } from "./listen-workers.ts";
