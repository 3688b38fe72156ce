import type { PolicyId } from "@jikimi/kernel";

/** What an utterance can be found guilty of. `domain/language` scores each from 0 to 1. */
export const abuseLabels = ["profanity", "insult", "threat", "sexual_harassment", "discrimination"] as const;
export type AbuseLabel = (typeof abuseLabels)[number];

/** What people read, in both languages. */
export type Bilingual = { readonly ko: string; readonly en: string };

/**
 * How well a figure is known: `D` seen in a primary source, `N` news or blog, `K` general knowledge still to be
 * verified, `P` a proposal of ours. Nothing but `D` may be shown as a fact without its tag.
 */
export type SourceTag = "D" | "N" | "K" | "P";
export type PolicySource = {
  readonly title: Bilingual;
  readonly tag: SourceTag;
  /** Where it can be read again: a publisher's address and its number there. */
  readonly where: string;
};

/**
 * Who carries a stage out.
 * - `automatic`: the machine, unless a person presses `continue` in time.
 * - `agent-confirms`: a person, after an offer; silence means no.
 * - `advise-only`: nobody but a person's own `warn-now` and `end-now`.
 */
export type Decider = "automatic" | "agent-confirms" | "advise-only";

export type LabelRule = {
  /** A score from here on counts (0 to 1, inclusive). */
  readonly threshold: number;
  /** Points one counting utterance adds to the call's sum; an utterance with several labels adds its heaviest. */
  readonly weight: number;
  /** How many warnings the caller must have heard before this label may end the call; 0 skips the warnings. */
  readonly warningsBeforeEnding: number;
  /** `at-once` ends without an ending announcement. */
  readonly ending: "announced" | "at-once";
};

/** A subject that the agent declares, and after how much talking it may end the call. */
export type DeclaredTopic = "repeated-content" | "out-of-competence";

export type LongCallRule = {
  /** The recommended time, from the bridge; null when only a declared topic starts the clock. */
  readonly recommendedMs: number | null;
  /** When notices play, counted from the recommended time, ascending, none after it: `[-300_000, 0]`. */
  readonly noticeOffsetsMs: readonly number[];
  /** What follows the recommended time: a person's button, an ending after a grace, or a line on the desk. */
  readonly atLimit:
    | { readonly kind: "button" }
    | { readonly kind: "grace"; readonly graceMs: number }
    | { readonly kind: "advise" };
  /** Null: no extension; `continue` still waives the clock. */
  readonly extension: {
    readonly minMinutes: number;
    readonly maxMinutes: number;
    readonly maxCount: number;
    readonly reasonRequired: boolean;
  } | null;
  readonly topics: Readonly<Partial<Record<DeclaredTopic, { readonly limitMs: number }>>>;
};

/**
 * A line the machine must leave alone, in both directions.
 * `long-call`: the clock never runs. `every-automatic-ending`: besides, no ending without a person's confirmation.
 */
export type ExemptLine = {
  /** Digits only, as dialled inside Korea. */
  readonly number: string;
  readonly scope: "long-call" | "every-automatic-ending";
  readonly title: Bilingual;
};

/** The rule by which one department's calls are protected. Data: versioned, dated, cited, edited by people. */
export type Policy = {
  readonly id: PolicyId;
  /** From 1, one more with every published change. */
  readonly version: number;
  /** `YYYY-MM-DD`: the first day it applies. */
  readonly effectiveFrom: string;
  readonly title: Bilingual;
  /** Two sentences: what it does, and what the agent keeps in hand. */
  readonly explanation: Bilingual;
  readonly sources: readonly PolicySource[];

  readonly decider: Decider;
  /** What `agent-confirms` asks for (and any policy on an `every-automatic-ending` line), and how long it asks. */
  readonly confirmation: {
    readonly asks: "warnings" | "endings" | "warnings-and-endings";
    readonly windowMs: number;
  };

  readonly labels: Readonly<Record<AbuseLabel, LabelRule>>;
  /** An utterance that its recogniser trusts less than this is shown as a hint and counts for nothing. */
  readonly minConfidence: number;
  /** A stage is due when the sum reaches `warnAt`. Points halve every `halfLifeMs`; null: they stay. */
  readonly accumulation: { readonly warnAt: number; readonly halfLifeMs: number | null };
  /** After a warning was heard, how long the caller has before what they say counts again. */
  readonly graceAfterWarningMs: number;
  /** How long a hint stays on the desk after the last utterance that earned it. */
  readonly hintForMs: number;

  /** An announcement not reported complete within `limitMs` has failed; one more try comes `retryDelayMs` later. */
  readonly announcement: { readonly limitMs: number; readonly retryDelayMs: number };
  /** Whether the agent is spared the caller's voice while the ending plays. */
  readonly muteCallerWhileEnding: boolean;

  /** Null: no clock. */
  readonly longCall: LongCallRule | null;
  readonly exemptLines: readonly ExemptLine[];
  /** Protected rest after an ending by protection; 0: none. */
  readonly restMs: { readonly afterAbuse: number; readonly afterLongCall: number };
};
