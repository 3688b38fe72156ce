/** One character on its way through the normaliser, with the stretch of the original that it stands for. */
export type Glyph = { readonly char: string; readonly start: number; readonly end: number };

/** A mark, digit or other thing between letters that is not whitespace; gone from a finished text. */
export const separator = "\u00b7";

export const textOf = (glyphs: readonly Glyph[]): string => glyphs.map((glyph) => glyph.char).join("");

export function sameText(left: readonly Glyph[], right: readonly Glyph[]): boolean {
  return left.length === right.length && left.every((glyph, index) => glyph.char === right[index]?.char);
}

/** One new character for several old ones. */
export function merged(char: string, from: Glyph, to: Glyph): Glyph {
  return { char, start: from.start, end: to.end };
}
