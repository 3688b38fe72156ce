export { type Clock, holdProcess, ManualClock, SystemClock, type Timer } from "./clock.ts";
export type {
  AgentId,
  Brand,
  CallDirection,
  CallId,
  Cancellable,
  DepartmentId,
  EpochMs,
  IncidentId,
  LegId,
  PolicyId,
  Speaker,
  TrunkId,
  UtteranceId,
} from "./ids.ts";
export { Listeners } from "./listeners.ts";
export { type Log, type LogFields, silentLog } from "./log.ts";
export { DropOldestQueue, WaitingQueue } from "./queues.ts";
export { makeId, type Random, SeededRandom, SystemRandom } from "./random.ts";
export { ResourceScope } from "./scope.ts";
