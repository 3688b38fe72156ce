import type { PolicyId, UtteranceId } from "@jikimi/kernel";
import type { Actor, EndedBy, HumanAction } from "./events.ts";
import type { AbuseLabel, DeclaredTopic } from "./policy.ts";

/** A command to the service, to be carried out in the order given. */
export type Decision = {
  /** Unique within the call: `d1`, `d2`, … Announcements and offers are referred to by it. */
  readonly id: string;
  /** When it fell due on the call's clock; the service records when it was carried out. */
  readonly atMs: number;
  readonly cause: Cause;
} & DecisionBody;

export type DecisionBody =
  /** To the agent's desk. `risk` is the sum over `warnAt`, at most 1. */
  | { readonly kind: "hint"; readonly risk: number; readonly labels: readonly AbuseLabel[] }
  | { readonly kind: "clear-hint" }
  /** To the agent's desk: the recommended time is near (`remainingMs`) or over (0 or less). */
  | { readonly kind: "long-call-hint"; readonly remainingMs: number }
  /** `expiresAtMs` on the call's clock. */
  | { readonly kind: "offer-to-warn"; readonly warningNumber: number; readonly expiresAtMs: number }
  /** `expiresAtMs` null: the button stays until pressed, or the call ends (Seoul's long calls). */
  | { readonly kind: "offer-to-end"; readonly reason: EndReason; readonly expiresAtMs: number | null }
  | {
      readonly kind: "withdraw-offer";
      readonly offerId: string;
      readonly why: "expired" | "superseded" | "accepted" | "continued" | "call-over";
    }
  /** To the caller (the agent hears that it plays). Report back with this decision's `id`. */
  | { readonly kind: "play-announcement"; readonly announcement: Announcement; readonly attempt: 1 | 2 }
  | { readonly kind: "stop-announcement"; readonly announcementId: string }
  /** Whether the agent hears the caller; the recording always does. */
  | { readonly kind: "mute-caller"; readonly muted: boolean }
  /** Always before the ending it records. `incidentNumber` counts from 1 within the call. */
  | { readonly kind: "open-incident"; readonly incidentNumber: number; readonly reason: EndReason }
  | {
      readonly kind: "end-call";
      readonly reason: EndReason;
      readonly announcement: AnnouncementOutcome;
      /** 2: the first was never followed by `call-ended`. */
      readonly attempt: 1 | 2;
    }
  | { readonly kind: "close-incident"; readonly incidentNumber: number; readonly outcome: IncidentOutcome }
  /** For the agent who was on the call, from the moment they are free of it. Routing cannot shorten it. */
  | { readonly kind: "start-rest"; readonly durationMs: number }
  /** The person's action had no effect, and why: shown at once. */
  | { readonly kind: "refuse-action"; readonly by: Actor; readonly action: HumanAction; readonly why: RefusalReason };

export type Announcement =
  | { readonly kind: "warning"; readonly warningNumber: number }
  | { readonly kind: "ending" }
  | { readonly kind: "long-call"; readonly noticeNumber: number }
  | { readonly kind: "long-call-ending" };

/** `abuse` and `long-call` by rule; `agent` and `supervisor` by their own button, with no rule behind it. */
export type EndReason = "abuse" | "long-call" | "agent" | "supervisor";

/** `skipped` because the policy says at once; `failed` twice; `cut-short` because the call was gone before. */
export type AnnouncementOutcome = "completed" | "skipped" | "failed" | "cut-short";

export type IncidentOutcome =
  | { readonly kind: "ended"; readonly by: EndedBy; readonly announcement: AnnouncementOutcome }
  | { readonly kind: "continued"; readonly by: Actor; readonly reason: string | null }
  | { readonly kind: "transferred" }
  /** `end-call` was given twice and the end never reported. */
  | { readonly kind: "unconfirmed"; readonly announcement: AnnouncementOutcome };

export type RefusalReason =
  | "not-connected"
  | "nothing-offered"
  | "already-ending"
  | "already-warning"
  | "no-time-limit"
  | "no-extension"
  | "no-more-extensions"
  | "minutes-out-of-range"
  | "reason-required"
  | "topic-not-in-policy";

/**
 * Why: all that an evidence card shows. `values` and `thresholds` share their keys where they were compared
 * (`sum` against `sum`, `profanity` against `profanity`); times are in ms.
 */
export type Cause = {
  readonly rule: Rule;
  readonly policyId: PolicyId;
  readonly policyVersion: number;
  readonly utteranceIds: readonly UtteranceId[];
  readonly values: Readonly<Record<string, number>>;
  readonly thresholds: Readonly<Record<string, number>>;
  /** The person whose action this follows. */
  readonly by: Actor | null;
};

export type Rule =
  /** Counting utterances reached `warnAt`. */
  | "abuse-sum"
  /** An utterance counts, or would if it had been heard surely. */
  | "utterance-counts"
  | "utterance-unsure"
  /** It began before the caller had heard the warning and had time to answer it. */
  | "utterance-too-soon"
  | "hint-faded"
  | "long-call-notice"
  | "long-call-limit"
  /** The limit of what the agent declared. */
  | DeclaredTopic
  | "human-action"
  | "offer-expired"
  | "announcement-completed"
  | "announcement-failed"
  /** Neither completed nor failed was reported within the limit. */
  | "announcement-unreported"
  | "end-unreported"
  | "caller-left"
  | "agent-left"
  | "transferred"
  | "call-over";
