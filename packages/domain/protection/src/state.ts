import type { CallDirection, UtteranceId } from "@jikimi/kernel";
import type { Announcement, AnnouncementOutcome, Cause, Decision, EndReason } from "./decisions.ts";
import type { ProtectionEvent } from "./events.ts";
import type { AbuseLabel, ExemptLine, Policy } from "./policy.ts";

/** All the reducer remembers of a call. Plain data, safe to log: no words, no numbers of people. */
export type ProtectionState = {
  /** Kept for the record only: no rule reads it, so that inbound and outbound are alike. */
  readonly direction: CallDirection;
  readonly exempt: ExemptLine["scope"] | null;
  readonly nowMs: number;
  readonly stage: Stage;
  readonly bridgedAtMs: number | null;
  /** Count of decisions and incidents given, for their ids. */
  readonly decisionCount: number;
  readonly incidentCount: number;

  /** Utterances that count toward the next stage, oldest first, at most `maxEntries`. */
  readonly entries: readonly Entry[];
  /** A stage may be due: look again as soon as nothing stands in the way. */
  readonly reconsider: boolean;
  readonly warningsHeard: number;
  /** What began before this counts only for labels that need no warning. */
  readonly countFromMs: number;
  /** Per family of labels: what began before this was continued past and never counts. */
  readonly continuedAtMs: Readonly<Partial<Record<LabelFamily, number>>>;
  readonly hintUntilMs: number | null;
  readonly offer: Offer | null;
  /** Somebody pressed `warn-now` while something else was playing. */
  readonly warningRequest: Cause | null;

  readonly clock: LongCallClock;
  readonly heldByAgent: boolean;
  /** When the agent last held: what began in between counts for nothing. */
  readonly held: Interval | null;
  readonly deaf: Interval | null;
};

export type Interval = { readonly fromMs: number; readonly toMs: number | null };

/** Labels that a `continue` forgives together. */
export type LabelFamily = "abuse" | "threat" | "sexual_harassment";

export type Entry = {
  readonly utteranceId: UtteranceId;
  readonly startMs: number;
  readonly endMs: number;
  readonly confidence: number;
  /** The labels that count, with their scores. */
  readonly labels: Readonly<Partial<Record<AbuseLabel, number>>>;
};

/** What the machine is doing aloud. */
export type Stage =
  | { readonly kind: "not-connected" }
  | { readonly kind: "talking" }
  | ({ readonly kind: "warning"; readonly warningNumber: number } & Speaking)
  | ({ readonly kind: "notice"; readonly noticeIndex: number } & Speaking)
  | ({ readonly kind: "ending" } & Speaking & Ending)
  /** `end-call` was given; waiting for `call-ended`. */
  | ({
      readonly kind: "leaving";
      readonly announcementOutcome: AnnouncementOutcome;
      readonly attempt: 1 | 2;
      readonly dueMs: number;
    } & Ending)
  | { readonly kind: "over" };

/** An announcement on its way, or waiting for its second try. */
export type Speaking = {
  readonly announcement: Announcement;
  readonly cause: Cause;
  readonly attempt: 1 | 2;
  /** The `play-announcement` to be reported on; null between the tries. */
  readonly announcementId: string | null;
  /** When it counts as failed, or when the second try is due. */
  readonly dueMs: number;
};

export type Ending = {
  readonly reason: EndReason;
  readonly incidentNumber: number;
  readonly muted: boolean;
  readonly restGiven: boolean;
  readonly agentLeft: boolean;
};

export type Offer = {
  readonly offerId: string;
  readonly severity: Severity;
  readonly cause: Cause;
  readonly expiresAtMs: number;
};

/** 1 warning, 2 ending with its announcement, 3 ending at once. */
export type Severity = 1 | 2 | 3;

export type LongCallClock = {
  /** When the recommended time is over; null: no clock (exempt, waived, no rule). */
  readonly limitAtMs: number | null;
  /** The first notice not yet played. */
  readonly nextNotice: number;
  readonly lastNoticeDoneAtMs: number | null;
  readonly extensions: number;
  readonly offerId: string | null;
};

export type InitialState = (options: {
  readonly direction: CallDirection;
  readonly policy: Policy;
  /** What `exemptLineFor(policy, number)` said of the other party's number. */
  readonly exempt: ExemptLine | null;
}) => ProtectionState;

/** Pure and total: never throws on any event in any state. */
export type Decide = (
  state: ProtectionState,
  event: ProtectionEvent,
  policy: Policy,
) => { readonly state: ProtectionState; readonly decisions: readonly Decision[] };

/** When the next `tick` is due on the call's clock; null: nothing waits on time. */
export type NextDeadlineMs = (state: ProtectionState, policy: Policy) => number | null;
