export { countingLabels } from "./abuse.ts";
export { decide, nextDeadlineMs } from "./decide.ts";
export type {
  Announcement,
  AnnouncementOutcome,
  Cause,
  Decision,
  DecisionBody,
  EndReason,
  IncidentOutcome,
  RefusalReason,
  Rule,
} from "./decisions.ts";
export type { Actor, AssessedUtterance, EndedBy, HumanAction, ProtectionEvent } from "./events.ts";
export { exemptLineFor } from "./exempt-lines.ts";
export { policyInForce } from "./in-force.ts";
export { type ParsedPolicy, parsePolicy } from "./parse-policy.ts";
export {
  type AbuseLabel,
  abuseLabels,
  type Bilingual,
  type Decider,
  type DeclaredTopic,
  type ExemptLine,
  type LabelRule,
  type LongCallRule,
  type Policy,
  type PolicySource,
  type SourceTag,
} from "./policy.ts";
export { defaultPolicy, presets } from "./presets.ts";
export type { PolicyProblem } from "./reading.ts";
export { initialState, isAtRisk, type ProtectionState } from "./state.ts";
