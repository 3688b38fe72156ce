import type { Evidence, Hearing } from "./assessment.ts";
import type { AbuseLabel } from "./labels.ts";

/** A recogniser this sure counts in full; this unsure, not at all; in between, in proportion. */
const fullConfidence = 0.6;
const noConfidence = 0.3;

/**
 * How much of each label's score stands, 0 to 1. Words that carry the evidence answer for it: a well-heard sentence with a
 * swear word that was guessed is not well heard. Without a confidence everything stands.
 */
export function hearingShares(
  text: string,
  hearing: Hearing,
  evidence: readonly Evidence[],
): (label: AbuseLabel) => number {
  const whole = shareOf(hearing.confidence ?? 1);
  const spans = locate(text, hearing.words ?? []);
  return (label) => {
    let weighted = 0;
    let weights = 0;
    for (const item of evidence) {
      if (item.label !== label) continue;
      const heard = spans.filter((span) => span.start < item.end && span.end > item.start);
      if (heard.length === 0) continue;
      const mean = heard.reduce((sum, span) => sum + span.confidence, 0) / heard.length;
      weighted += mean * item.weight;
      weights += item.weight;
    }
    return weights === 0 ? whole : Math.min(whole, shareOf(weighted / weights));
  };
}

function shareOf(confidence: number): number {
  const share = (confidence - noConfidence) / (fullConfidence - noConfidence);
  return Number.isNaN(share) ? 0 : Math.min(1, Math.max(0, share));
}

/** Where the recogniser's words stand in the text; words that are not found, in order, are passed over. */
function locate(text: string, words: NonNullable<Hearing["words"]>) {
  const spans: { start: number; end: number; confidence: number }[] = [];
  let from = 0;
  for (const word of words) {
    const start = word.text === "" ? -1 : text.indexOf(word.text, from);
    if (start < 0) continue;
    from = start + word.text.length;
    spans.push({ start, end: from, confidence: word.confidence });
  }
  return spans;
}
