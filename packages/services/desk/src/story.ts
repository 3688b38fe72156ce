import type { CallEvent, VoiceSignal } from "@jikimi/calls";
import type { Bilingual, RecordingMode } from "@jikimi/directory";
import type { AgentId, CallDirection, CallId, EpochMs, IncidentId, Speaker } from "@jikimi/kernel";
import type { AbuseLabel, Announcement, EndReason, Policy } from "@jikimi/protection";

/** What a desk learns of a call beside the call's own account, or that `services/incidents` adds to it. */
export type StoryFact = { readonly atMs: number } & (
  | { readonly kind: "routed-to"; readonly department: StoryOpening["department"]; readonly policy: Policy | null }
  /** The version that the call began to be talked on with, and keeps. */
  | { readonly kind: "under-policy"; readonly policy: Policy }
  | { readonly kind: "listened-to-by"; readonly recognizer: string }
  | { readonly kind: "known-caller"; readonly callsBefore: number; readonly incidentsBefore: number }
  | { readonly kind: "lagging"; readonly lagMs: number }
  /** A transfer rings at a colleague's telephone, and has come to them; null: outside. */
  | { readonly kind: "rings-at" | "passed-to"; readonly agentId: AgentId | null }
  | { readonly kind: "incident-opened"; readonly incidentId: IncidentId; readonly cause: unknown }
  | { readonly kind: "incident-closed"; readonly incidentId: IncidentId; readonly outcome: unknown }
  | HelpFact
  | AgentLineFact
);

export type HelpFact =
  | { readonly kind: "help-requested"; readonly requestId: string; readonly agentId: AgentId; readonly note: string }
  | { readonly kind: "help-taken"; readonly requestId: string; readonly by: AgentId };

/** The agent's own line while they ask somebody, or while their browser is gone. */
export type AgentLineFact =
  | { readonly kind: "consultation-started"; readonly to: string; readonly agentId: AgentId | null }
  | { readonly kind: "consultation-answered" }
  | { readonly kind: "consultation-failed" }
  | { readonly kind: "consultation-ended" }
  | { readonly kind: "agent-lost" }
  | { readonly kind: "agent-returned" };

export type StoryEvent = CallEvent | StoryFact;

/** What is known of a call at its first event. */
export type StoryOpening = {
  readonly callId: CallId;
  readonly direction: CallDirection;
  readonly trial: "simulated" | "self" | null;
  readonly startedAtMs: EpochMs;
  /** Masked; null: withheld. */
  readonly otherNumber: string | null;
  readonly lineNumber: string | null;
  readonly department: { readonly names: Bilingual; readonly recordingMode: RecordingMode };
  /** Outbound: who dials. */
  readonly agentId: AgentId | null;
  readonly policy: Policy | null;
};

export type HelpRequested = {
  readonly requestId: string;
  readonly agentId: AgentId;
  readonly note: string;
  readonly requestedAtMs: EpochMs;
  readonly takenBy: AgentId | null;
};

/**
 * One call as a desk tells it, put together from its events alone: plain data, the same for everybody who may see it.
 * Times named `…AtMs` are wall clock here; the events count from the first INVITE.
 */
export type CallStory = StoryOpening & {
  readonly stage: "arriving" | "dialling" | "notice" | "talking" | "reconnecting" | "ended";
  /** Whose telephone rings for it now. */
  readonly ringing: AgentId | null;
  /** The telephone that stopped ringing last, and whether it rang out unanswered. */
  readonly lastRing: { readonly agentId: AgentId; readonly missed: boolean } | null;
  /** Whom the agent asks while the caller waits; `agentId` null: outside, or nobody of ours is known. */
  readonly consultation: {
    readonly to: string;
    readonly agentId: AgentId | null;
    readonly state: "ringing" | "talking" | "failed";
  } | null;
  readonly held: { readonly agent: boolean; readonly caller: boolean };
  /** Who was on the call and passed it on. */
  readonly left: readonly { readonly agentId: AgentId; readonly atMs: EpochMs }[];
  readonly bridgedAtMs: EpochMs | null;
  readonly ended: {
    readonly atMs: EpochMs;
    readonly by: "caller" | "agent" | "jikimi";
    readonly reason: string;
  } | null;
  readonly known: { readonly callsBefore: number; readonly incidentsBefore: number };
  readonly recording: { readonly on: boolean; readonly failed: boolean };
  readonly hearing: {
    readonly state: "listening" | "set-aside" | "lost" | "not-yet";
    readonly callerOnly: boolean;
    readonly recognizer: string | null;
    readonly lag: { readonly lagMs: number; readonly atMs: EpochMs } | null;
  };
  readonly clock: {
    readonly limitAtMs: EpochMs | null;
    readonly extensions: number;
    readonly topic: string | null;
    readonly exempt: boolean;
  };
  readonly protection: StoryProtection;
  /** The record of an ending, from the moment it was decided; null again when the agent went on. */
  readonly incident: { readonly incidentId: IncidentId; readonly reason: EndReason | null } | null;
  readonly help: HelpRequested | null;
  /** The newest `maxLines`, in the order they were heard. */
  readonly lines: readonly StoryLine[];
};

/** What somebody said, as it was heard; `startMs` and `endMs` count from the first INVITE. */
export type StoryLine = {
  readonly lineId: string;
  readonly speaker: Speaker;
  readonly startMs: number;
  readonly endMs: number;
  readonly heardAtMs: EpochMs;
  /** 0 to 1. */
  readonly confidence: number;
  readonly words: readonly StoryWord[];
  /** The speaker goes on; the line is put right when the whole is heard. */
  readonly draft: boolean;
  /** Rude words that may have been said where the text has something else. */
  readonly hints: readonly StoryHint[];
  /** How the caller said it, against the caller's own habit. */
  readonly signals: readonly VoiceSignal[];
  /** By which it counts under the call's rule; empty until it was judged. */
  readonly labels: readonly AbuseLabel[];
  /** As they were judged, 0 to 1. */
  readonly scores: Readonly<Partial<Record<AbuseLabel, number>>>;
  /** What carried each label, as it was said. */
  readonly evidence: readonly Evidence[];
};

export type StoryHint = { readonly stem: string; readonly label: AbuseLabel; readonly confidence: number };

export type StoryWord = {
  readonly text: string;
  readonly confidence: number;
  /** Personal data that was not stored. Nothing masks what is heard yet, so no word is. */
  readonly masked: boolean;
  readonly rude: boolean;
};

export type Evidence = { readonly label: string; readonly surface: string };

/** One reason for the band: a line that was heard, and a label that it carries. */
export type Heard = {
  readonly lineId: string;
  readonly label: AbuseLabel;
  readonly score: number;
  readonly confidence: number;
};

export type Offered = {
  readonly offerId: string;
  readonly offer: "warning" | "ending";
  readonly expiresAtMs: EpochMs | null;
};

export type Announcing = {
  readonly announcementId: string;
  readonly announcement: Announcement["kind"];
  readonly text: string | null;
  readonly synthetic: boolean;
  readonly startedAtMs: EpochMs | null;
  readonly endsAtMs: EpochMs | null;
};

/** What protection has done, does and will do on a call, as its events told it. */
export type StoryProtection = {
  /** Those that were heard to their end. */
  readonly warningsGiven: number;
  readonly band: {
    readonly risk: number;
    readonly heard: readonly Heard[];
    readonly rule: Bilingual;
    readonly sinceMs: EpochMs;
  } | null;
  /** Open offers, oldest first: one for what was said, one for the clock. */
  readonly offers: readonly Offered[];
  readonly announcing: Announcing | null;
  /** The call is being hung up. */
  readonly ending: boolean;
  readonly refused: { readonly why: string; readonly text: Bilingual; readonly atMs: EpochMs } | null;
};

export function beginStory(opening: StoryOpening): CallStory {
  return {
    ...opening,
    stage: opening.direction === "outbound" ? "dialling" : "arriving",
    ringing: null,
    lastRing: null,
    consultation: null,
    held: { agent: false, caller: false },
    left: [],
    bridgedAtMs: null,
    ended: null,
    known: { callsBefore: 0, incidentsBefore: 0 },
    recording: { on: false, failed: false },
    hearing: { state: "not-yet", callerOnly: false, recognizer: null, lag: null },
    clock: { limitAtMs: null, extensions: 0, topic: null, exempt: false },
    protection: quietProtection,
    incident: null,
    help: null,
    lines: [],
  };
}

const quietProtection: StoryProtection = {
  warningsGiven: 0,
  band: null,
  offers: [],
  announcing: null,
  ending: false,
  refused: null,
};
