import { foldCharacters } from "./fold-characters.ts";
import { type Glyph, sameText, textOf } from "./glyphs.ts";
import { undoDisguises } from "./undo-disguises.ts";

/** Text as the model reads it, with the way back. Arrays have one entry per UTF-16 unit of `text`. */
export type Normalised = {
  readonly text: string;
  /** Where in the original the unit begins. Never falls. */
  readonly starts: Int32Array;
  /** Where in the original it ends, exclusive; what was removed inside a word belongs to no unit. */
  readonly ends: Int32Array;
};

/** Far more than one breath; beyond it a text is cut, so that no input is slow. */
export const maxTextUnits = 20_000;

/**
 * Undoes what people do to words so that filters miss them (씨.발, 시1발, 씨ㅂㅏㄹ, 시이이발, ｓｉｂａｌ, tlqkf), and makes all
 * else plain: NFKC, lower case, letters composed to syllables, no marks or invisible characters, one space.
 * Idempotent; defined for every string, lone surrogates included.
 */
export function normalise(original: string): Normalised {
  let glyphs = foldCharacters(original.length > maxTextUnits ? original.slice(0, maxTextUnits) : original);
  for (;;) {
    const next = undoDisguises(glyphs);
    if (sameText(next, glyphs)) break;
    glyphs = next;
  }
  return withPositions(glyphs);
}

function withPositions(glyphs: readonly Glyph[]): Normalised {
  const text = textOf(glyphs);
  const starts = new Int32Array(text.length);
  const ends = new Int32Array(text.length);
  let at = 0;
  for (const glyph of glyphs) {
    for (let unit = 0; unit < glyph.char.length; unit++, at++) {
      starts[at] = glyph.start;
      ends[at] = glyph.end;
    }
  }
  return { text, starts, ends };
}
