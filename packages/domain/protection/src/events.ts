import type { Speaker, UtteranceId } from "@jikimi/kernel";
import type { AbuseLabel, DeclaredTopic } from "./policy.ts";

/**
 * All that the reducer is told. Every time is in milliseconds on the call's own clock, from the first INVITE, as
 * `Utterance.startMs` and `CallEvent.atMs` are. Times that run backwards are read as "now".
 */
export type ProtectionEvent = {
  readonly atMs: number;
} /** Caller and agent hear each other: from here the long-call clock runs and words count. Again after a transfer. */ & (
  | { readonly kind: "bridged" }
  | AssessedUtterance
  /** What became of a `play-announcement`; `announcementId` is that decision's `id`. `atMs` as seen on the wire. */
  | { readonly kind: "announcement-started"; readonly announcementId: string }
  | { readonly kind: "announcement-completed"; readonly announcementId: string }
  | { readonly kind: "announcement-failed"; readonly announcementId: string; readonly why: string }
  /** The one timer that the service sets for `nextDeadlineMs(state, policy)` has come; early or late does no harm. */
  | { readonly kind: "tick" }
  | { readonly kind: "action"; readonly by: Actor; readonly action: HumanAction }
  /** Held by the agent: the machine waits and what the caller says counts for nothing. By the caller: no change. */
  | { readonly kind: "hold"; readonly by: Speaker }
  | { readonly kind: "resumed"; readonly by: Speaker }
  /** To another agent protection goes on, warnings included; to an outside number it is over. */
  | { readonly kind: "transferred"; readonly to: "agent" | "outside" }
  /** The caller is not heard: clock and buttons alone protect. */
  | { readonly kind: "hearing-lost" }
  | { readonly kind: "hearing-restored" }
  /** No sound can be played for now: an announcement that was playing has failed. */
  | { readonly kind: "media-lost" }
  | { readonly kind: "caller-hung-up" }
  /** While an ending plays it goes on to the caller: keep the caller's leg until `end-call`. */
  | { readonly kind: "agent-hung-up" }
  /** Both legs are gone, whoever ended it. Nothing follows. */
  | { readonly kind: "call-ended"; readonly by: EndedBy }
);

/** An utterance with its scores; its words stay outside and are found again by `utteranceId`. */
export type AssessedUtterance = {
  readonly kind: "utterance-assessed";
  readonly speaker: Speaker;
  /** The same id again (a second ear) raises the first, never counts twice. */
  readonly utteranceId: UtteranceId;
  readonly startMs: number;
  readonly endMs: number;
  /** 0 to 1, from the recogniser. */
  readonly confidence: number;
  /** 0 to 1; a missing label is 0. */
  readonly labels: Readonly<Partial<Record<AbuseLabel, number>>>;
};

/** A supervisor's override is the same event as the agent's own. */
export type Actor = "agent" | "supervisor";

export type HumanAction =
  /** 계속: cancels all that is pending, and its cause does not come back. */
  | { readonly kind: "continue"; readonly reason?: string }
  | { readonly kind: "warn-now" }
  /** Ends with the announcement and without further warnings; confirms an offered ending. */
  | { readonly kind: "end-now" }
  /** Accepts the offer named, or the most urgent one. */
  | { readonly kind: "confirm"; readonly offerId?: string }
  | { readonly kind: "extend"; readonly minutes: number; readonly reason: string }
  | { readonly kind: "declare"; readonly topic: DeclaredTopic };

export type EndedBy = "jikimi" | "caller" | "agent" | "fault";
