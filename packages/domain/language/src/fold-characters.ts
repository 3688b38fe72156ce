import { type Glyph, separator } from "./glyphs.ts";
import { asLetter } from "./hangul.ts";

/**
 * Every character to its plain form, one by one: compatibility forms (ｓ, ㈜, ①), decomposed and half-width Hangul, invisible
 * characters and combining marks away, marks and pictures to a separator. Case stays: the keyboard rule needs it.
 */
export function foldCharacters(original: string): readonly Glyph[] {
  const glyphs: Glyph[] = [];
  const composed = /[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?/y;
  for (let at = 0; at < original.length; ) {
    composed.lastIndex = at;
    const whole = composed.exec(original)?.[0] ?? String.fromCodePoint(original.codePointAt(at) ?? 0);
    const end = at + whole.length;
    for (const char of plain(whole)) glyphs.push({ char, start: at, end });
    at = end;
  }
  return glyphs;
}

/** Most of what arrives: nothing to do. */
const alreadyPlain = /^[가-힣0-9a-zA-Z ㄱ-ㅣ]$/;
const invisible = /^(?:\p{Cf}|\p{Mn}|\p{Me}|\p{Cs}|\p{Cn}|\p{Co}|\u115f|\u1160|\u3164|\uffa0)$/u;
const whitespace = /^[\s\p{Cc}\p{Z}]$/u;
const readable = /^[\p{L}\p{N}]$/u;

function plain(source: string): string {
  if (alreadyPlain.test(source)) return source === "ㅄ" ? "ㅂㅅ" : source;
  if (invisible.test(source)) return "";
  if (whitespace.test(source)) return " ";
  let text = "";
  for (const char of source.normalize("NFKC")) text += plainOne(char);
  return text;
}

function plainOne(char: string): string {
  const letter = asLetter(char) ?? char;
  if (letter === "ㅄ") return "ㅂㅅ";
  if (invisible.test(letter)) return "";
  if (whitespace.test(letter)) return " ";
  return readable.test(letter) ? letter : separator;
}
