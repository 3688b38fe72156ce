export { type Clock, holdProcess, ManualClock, SystemClock, type Timer } from "./clock.ts";
export {
  type AgentId,
  type Brand,
  type CallDirection,
  type CallId,
  type Cancellable,
  type DepartmentId,
  type EpochMs,
  type IncidentId,
  type LegId,
  type PolicyId,
  type RecognizerName,
  recognizerNames,
  type Speaker,
  type TrunkId,
  type UtteranceId,
} from "./ids.ts";
export { Listeners } from "./listeners.ts";
export { type Log, type LogFields, silentLog } from "./log.ts";
export { DropOldestQueue, WaitingQueue } from "./queues.ts";
export { makeId, type Random, SeededRandom, SystemRandom } from "./random.ts";
export { ResourceScope } from "./scope.ts";
