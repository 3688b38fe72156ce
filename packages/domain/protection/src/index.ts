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
export type { Decide, InitialState, NextDeadlineMs, ProtectionState } from "./state.ts";
