import type { CallDirection, UtteranceId } from "@jikimi/kernel";
import type { Announcement, AnnouncementOutcome, Cause, EndReason } from "./decisions.ts";
import type { AbuseLabel, DeclaredTopic, ExemptLine, Policy } from "./policy.ts";

/** All the reducer remembers of a call. Plain data, safe to log: no words, no numbers of people. */
export type ProtectionState = {
  /** Kept for the record only: no rule reads it, so that inbound and outbound are alike. */
  readonly direction: CallDirection;
  /** The version this call began with and keeps; told with every decision. */
  readonly policy: Pick<Policy, "id" | "version">;
  readonly exempt: ExemptLine["scope"] | null;
  readonly nowMs: number;
  readonly stage: Stage;
  readonly bridgedAtMs: number | null;
  /** Count of decisions and incidents given, for their ids. */
  readonly decisionCount: number;
  readonly incidentCount: number;

  /** Utterances that count toward the next stage, in order of arrival. */
  readonly entries: readonly Entry[];
  /** One for each warning that was heard to its end: when its grace was over and words count again. */
  readonly warnings: readonly number[];
  /** Per family of labels: what began before this was continued past and never counts. */
  readonly continuedAtMs: Readonly<Partial<Record<LabelFamily, number>>>;
  /** A stage that was reached and waits for its turn (a notice to end, the agent to come back from hold). */
  readonly due: (Pending & { readonly severity: Severity }) | null;
  /** Somebody asked for a warning while something else was playing. */
  readonly warningRequest: Pending | null;
  readonly offer: Offer | null;
  readonly hintUntilMs: number | null;

  readonly clock: LongCallClock;
  readonly heldByAgent: boolean;
  /** When the agent held or nobody listened, the latest few: what began in between counts for nothing. */
  readonly unheard: readonly UnheardTime[];
};

/** Labels that one `continue` forgives together. */
export type LabelFamily = "abuse" | "threat" | "sexual_harassment";

export type Entry = {
  readonly utteranceId: UtteranceId;
  readonly startMs: number;
  readonly endMs: number;
  readonly confidence: number;
  /** The labels that count, with their scores. */
  readonly labels: Readonly<Partial<Record<AbuseLabel, number>>>;
};

export type UnheardTime = {
  readonly why: "hold" | "hearing-lost";
  readonly fromMs: number;
  readonly toMs: number | null;
};

/** Why something happens, and what a `continue` would forgive. */
export type Pending = { readonly cause: Cause; readonly families: readonly LabelFamily[] };

/** 1 warning, 2 ending with its announcement, 3 ending at once. */
export type Severity = 1 | 2 | 3;

export type Offer = Pending & {
  readonly offerId: string;
  readonly severity: Severity;
  readonly expiresAtMs: number;
};

/** What the machine is doing aloud. */
export type Stage =
  | { readonly kind: "not-connected" }
  | { readonly kind: "talking" }
  | (Speaking & { readonly kind: "warning" })
  | (Speaking & { readonly kind: "notice" })
  | (Speaking & { readonly kind: "ending"; readonly ending: Ending })
  /** `end-call` was given; waiting for `call-ended`. */
  | {
      readonly kind: "leaving";
      readonly ending: Ending;
      readonly cause: Cause;
      readonly announcementOutcome: AnnouncementOutcome;
      readonly attempt: 1 | 2;
      readonly dueMs: number;
    }
  | { readonly kind: "over" };

/** An announcement on its way, or waiting for its second try. */
export type Speaking = Pending & {
  readonly announcement: Announcement;
  readonly attempt: 1 | 2;
  /** The `play-announcement` to be reported on; null between the tries. */
  readonly announcementId: string | null;
  readonly started: boolean;
  readonly requestedAtMs: number;
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

export type LongCallClock = {
  /** When the recommended time is over; null: no clock (exempt, waived, no rule, not connected). */
  readonly limitAtMs: number | null;
  /** What the agent declared, if that set the limit. */
  readonly topic: DeclaredTopic | null;
  /** Index of the first notice not yet begun. */
  readonly nextNotice: number;
  readonly lastNoticeDoneAtMs: number | null;
  readonly extensions: number;
  /** The button that waits. */
  readonly offerId: string | null;
};

/** Something was said that counts, or a stage waits or was reached: this call needs to be heard more than others. */
export function isAtRisk({ entries, warnings, due, offer, warningRequest, hintUntilMs }: ProtectionState): boolean {
  const waits = due !== null || offer !== null || warningRequest !== null || hintUntilMs !== null;
  return waits || entries.length > 0 || warnings.length > 0;
}

export function initialState(options: {
  readonly direction: CallDirection;
  readonly policy: Policy;
  /** What `exemptLineFor(policy, number)` said of the other party's number. */
  readonly exempt: ExemptLine | null;
}): ProtectionState {
  return {
    direction: options.direction,
    policy: { id: options.policy.id, version: options.policy.version },
    exempt: options.exempt?.scope ?? null,
    nowMs: 0,
    stage: { kind: "not-connected" },
    bridgedAtMs: null,
    decisionCount: 0,
    incidentCount: 0,
    entries: [],
    warnings: [],
    continuedAtMs: {},
    due: null,
    warningRequest: null,
    offer: null,
    hintUntilMs: null,
    clock: { limitAtMs: null, topic: null, nextNotice: 0, lastNoticeDoneAtMs: null, extensions: 0, offerId: null },
    heldByAgent: false,
    unheard: [],
  };
}
