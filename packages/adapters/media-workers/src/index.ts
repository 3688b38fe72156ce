export type { MediaWorkersErrorCode } from "./errors.ts";
export { MediaWorkers, type MediaWorkersOptions } from "./media-workers.ts";
