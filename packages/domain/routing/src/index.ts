export { clashingNumbers, departmentFor, type Numbered } from "./departments.ts";
export {
  aroundTheClock,
  isTimeZone,
  localDate,
  type MinuteRange,
  type Opening,
  type OpeningHours,
  officeHours,
  openingAt,
  parseTimeOfDay,
  type Weekday,
  weekdays,
} from "./hours.ts";
export { formatPhoneNumber, nationalDigits, type ParsedNumber, type PhoneNumber, parsePhoneNumber } from "./numbers.ts";
export { type Candidate, newSearch, nextStep, type Pick, pickAgent, type RouteStep, type Search } from "./pick.ts";
export {
  type AgentEvent,
  type AgentState,
  type AgentStep,
  type AwayReason,
  nextPresenceChangeMs,
  type Presence,
  presenceAt,
  reduceAgent,
  signedOutAgent,
} from "./presence.ts";
