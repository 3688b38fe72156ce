import { findInnocent, type Innocent } from "./allow-list.ts";
import { type Normalised, normalise } from "./normalise.ts";
import { findReported } from "./reported-speech.ts";

/** A word of the normalised text, end exclusive. */
export type WordSpan = { readonly start: number; readonly end: number };

/** An utterance made ready for the model: what it says, what is set aside, what is only quoted. */
export type Reading = {
  readonly normalised: Normalised;
  readonly words: readonly WordSpan[];
  readonly innocent: readonly Innocent[];
  /** One per UTF-16 unit: 1 where the allow-list hides it. */
  readonly hidden: Uint8Array;
  /** One per unit: 1 where the speaker repeats someone else's words. */
  readonly reported: Uint8Array;
  /** Units that are neither spaces nor hidden. */
  readonly visibleSyllables: number;
};

export function read(text: string): Reading {
  const normalised = normalise(text);
  const innocent = findInnocent(normalised.text);
  const hidden = marked(normalised.text.length, innocent);
  return {
    normalised,
    innocent,
    words: [...normalised.text.matchAll(/[^ ]+/g)].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
    })),
    hidden,
    reported: marked(normalised.text.length, findReported(normalised.text)),
    visibleSyllables: hidden.reduce((sum, mark, at) => sum + (mark === 0 && normalised.text[at] !== " " ? 1 : 0), 0),
  };
}

function marked(length: number, spans: readonly WordSpan[]): Uint8Array {
  const marks = new Uint8Array(length);
  for (const span of spans) marks.fill(1, span.start, span.end);
  return marks;
}
