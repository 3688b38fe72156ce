import type { Department, DirectoryView } from "@jikimi/directory";
import type { CallJournal, IncidentRecorder } from "@jikimi/incidents";
import type { AgentId, CallId, Clock } from "@jikimi/kernel";
import type { CallHearing } from "./call-hearing.ts";
import type { CallRecordings } from "./call-recording.ts";
import type { Judge, MediaPlane, Sounds } from "./ports.ts";
import type { AgentRoster } from "./roster.ts";
import type { AgentPhones, Signalling } from "./signalling.ts";
import type { TrialLines } from "./trial-lines.ts";

/** What the flows of a call are built from; each function takes it whole only because it hands it on. */
export type CallDeps = {
  readonly clock: Clock;
  readonly media: MediaPlane;
  readonly signalling: Signalling;
  readonly phones: AgentPhones;
  readonly roster: AgentRoster;
  readonly journal: CallJournal;
  readonly incidents: IncidentRecorder;
  readonly sounds: Sounds;
  readonly judge: Judge;
  readonly recordings: CallRecordings;
  readonly hearing: CallHearing;
  readonly routing: Routing;
  readonly trials: TrialLines;
  /** The other party's number of one of this agent's own earlier calls; null: not theirs, or withheld. */
  numberToCallBack(callId: CallId, agentId: AgentId): Promise<string | null>;
  /** The newest view: asked for at each use, kept for the length of one decision. */
  directory(): DirectoryView;
};

/** What `domain/routing` knows of numbers and hours, with the organisation's settings filled in. */
export type Routing = {
  isOpen(department: Department, nowMs: number): boolean;
  /** What a person dialled, as E.164 or a short number; null when it is no telephone number. */
  dialledNumber(keys: string): string | null;
};
