import type { AgentId, CallDirection, CallId, DepartmentId, EpochMs, IncidentId, PolicyId } from "@jikimi/kernel";

/** Anything JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * One thing that happened on a call; `atMs` counts from the first INVITE. Every other field must survive
 * `JSON.stringify` (an `undefined` field is left out). `services/calls` gives its `CallEvent` here unchanged.
 */
export type JournalEvent = { readonly kind: string; readonly atMs: number };

/** A journal event as it is kept: the fields split into lasting and personal ones, chained to the one before. */
export type JournalEntry = {
  readonly callId: CallId;
  /** From 1, without holes. */
  readonly seq: number;
  readonly atMs: number;
  /** When it was written down, wall clock. */
  readonly recordedAtMs: EpochMs;
  readonly kind: string;
  /** Fields that may be kept for good. */
  readonly body: { readonly [key: string]: Json };
  /** Telephone numbers and what was said; null when there was none or when it was erased. */
  readonly personal: PersonalPart | null;
  /** SHA-256 over salt and personal fields, hexadecimal; the chain holds this, so erasing leaves it whole. */
  readonly personalHash: string | null;
  readonly previousHash: string;
  /** SHA-256 over all of the above except `personal`, hexadecimal. */
  readonly hash: string;
};

export type PersonalPart = { readonly salt: string; readonly fields: { readonly [key: string]: Json } };

export type CallState = "ringing" | "talking" | "ended";

/** The first thing known of a call. */
export type CallOpening = {
  readonly callId: CallId;
  readonly direction: CallDirection;
  /** E.164 or as the carrier sent it; null when withheld. Personal data: never in a log line. */
  readonly callerNumber: string | null;
  /** Our number: the one dialled (inbound) or shown (outbound). */
  readonly lineNumber: string | null;
  readonly startedAtMs: EpochMs;
  /** One of ours placed it for practice or demonstration; it says so wherever it shows. */
  readonly simulated: boolean;
  /** What kind of practice: the simulated caller, or one of ours who spoke. Null: a real call. */
  readonly trialKind: "simulated" | "self" | null;
};

/** What became known later; a field that is present replaces, one that is absent stays. */
export type CallChange = {
  readonly departmentId?: DepartmentId;
  readonly agentId?: AgentId | null;
  readonly state?: CallState;
  readonly noticeCompletedAtMs?: EpochMs;
  readonly bridgedAtMs?: EpochMs;
  readonly endedAtMs?: EpochMs;
  readonly endReason?: string;
  readonly recordingPath?: string;
  readonly recordingSha256?: string;
  readonly recordingSummary?: Json;
  readonly recognizer?: string;
  readonly policyId?: PolicyId;
  readonly policyVersion?: number;
};

/** A call as it stands. */
export type CallRow = CallOpening & {
  readonly departmentId: DepartmentId | null;
  readonly agentId: AgentId | null;
  readonly state: CallState;
  readonly noticeCompletedAtMs: EpochMs | null;
  readonly bridgedAtMs: EpochMs | null;
  readonly endedAtMs: EpochMs | null;
  readonly endReason: string | null;
  readonly recordingPath: string | null;
  readonly recordingSha256: string | null;
  readonly recordingSummary: Json;
  readonly recognizer: string | null;
  readonly policyId: PolicyId | null;
  readonly policyVersion: number | null;
  /** The chain's end: what `verifyCall` holds the events against. */
  readonly lastSeq: number;
  readonly lastHash: string;
};

export type IncidentOpening = {
  readonly incidentId: IncidentId;
  readonly callId: CallId;
  readonly openedAtMs: EpochMs;
  readonly openedSeq: number;
  /** Why it was opened, as the protection rules said it (labels, counts, the clock). No words of the caller. */
  readonly cause: Json;
  readonly policyId: PolicyId;
  readonly policyVersion: number;
};

export type IncidentClosing = {
  readonly incidentId: IncidentId;
  readonly closedAtMs: EpochMs;
  readonly closedSeq: number;
  /** What really happened. */
  readonly outcome: Json;
};

export type IncidentRow = IncidentOpening & {
  readonly state: "open" | "closed";
  readonly closedAtMs: EpochMs | null;
  readonly closedSeq: number | null;
  readonly outcome: Json;
};

/** An announcement of a call: what played, when it left on the wire, and how it ended. */
export type PlayedAnnouncement = {
  readonly announcement: string;
  readonly startedAtMs: number;
  readonly completedAtMs: number | null;
  readonly playedMs: number | null;
  readonly outcome: string | null;
  readonly text: string | null;
  readonly soundSha256: string | null;
  readonly synthetic: boolean | null;
};
