import type { AbuseLabel, LabelScores } from "./labels.ts";

/**
 * What was made of one utterance. All positions are UTF-16 indices into `text`, end exclusive, so that
 * `text.slice(start, end) === surface`.
 */
export type Assessment = {
  /** As it was given. */
  readonly text: string;
  /** As the model read it: obfuscation undone, one space between words. */
  readonly normalised: string;
  /** Calibrated probabilities, already lowered where the recogniser was unsure. */
  readonly labels: LabelScores;
  /** Some label reaches its threshold: the utterance counts towards a warning. */
  readonly abusive: boolean;
  /** The words that earned each label its score, heaviest first. Empty for labels that nothing speaks for. */
  readonly evidence: readonly Evidence[];
  /** Innocent look-alikes that were set aside before scoring. */
  readonly allowListed: readonly AllowListed[];
  readonly modelVersion: string;
};

export type Evidence = {
  readonly label: AbuseLabel;
  readonly start: number;
  readonly end: number;
  readonly surface: string;
  /** What the words add to the label's log-odds. */
  readonly weight: number;
};

export type AllowListed = {
  /** Which rule of the allow-list spoke for it. */
  readonly rule: string;
  readonly start: number;
  readonly end: number;
  readonly surface: string;
};

/** How well the utterance was heard. Without it the text is taken at its word (chat, a typed line). */
export type Hearing = {
  /** Of the whole utterance, 0 to 1. */
  readonly confidence?: number;
  /** The recogniser's words in order. Where they match the text, each stretch of evidence answers for its own words. */
  readonly words?: readonly { readonly text: string; readonly confidence: number }[];
};

export interface Classifier {
  readonly modelVersion: string;
  /** Pure and quick (well under 1 ms for what one breath holds); never throws, whatever the string. */
  assess(text: string, hearing?: Hearing): Assessment;
}
