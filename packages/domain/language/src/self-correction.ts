import { takeApart } from "./hangul.ts";

const correction =
  /(?<![가-힣])(?<wrong>(?:[가-힣]+ )?[가-힣]{2,}) (?:아니고요?|아니라|말고|아니) (?<right>[가-힣]{2,}(?: [가-힣]+)?)/g;

/**
 * "존나 아니고 조나단이에요": a speaker spelling out what was misheard says the wrong word first. It is set aside when the
 * right word sounds like it and is not the same. Insults are not taken back this way ("병신 아니고 등신이야": the words differ).
 */
export function selfCorrections(normalised: string): { rule: string; start: number; end: number }[] {
  const found: { rule: string; start: number; end: number }[] = [];
  for (const match of normalised.matchAll(correction)) {
    const { wrong, right } = match.groups ?? {};
    if (wrong === undefined || right === undefined) continue;
    const last = wrong.split(" ").at(-1) ?? wrong;
    for (const said of new Set([wrong, last])) {
      if (!soundsLike(said.replaceAll(" ", ""), right.replaceAll(" ", ""))) continue;
      const end = match.index + wrong.length;
      found.push({ rule: "바로잡는 말", start: end - said.length, end });
      break;
    }
  }
  return found;
}

/** The wrong word is nearly found somewhere in the right one, letter by letter, and is not simply repeated. */
function soundsLike(wrong: string, right: string): boolean {
  if (right.startsWith(wrong) || wrong.length > 8) return false;
  const wanted = lettersOf(wrong);
  const heard = lettersOf(right);
  return distanceWithin(wanted, heard) <= Math.max(1, Math.floor(wanted.length * 0.3));
}

function lettersOf(word: string): number[] {
  return [...word].flatMap((char) => {
    const parts = takeApart(char);
    if (parts === null) return [char.charCodeAt(0)];
    const letters = [parts.onset, 100 + parts.vowel];
    return parts.coda === 0 ? letters : [...letters, 200 + parts.coda];
  });
}

/** The fewest edits that turn `needle` into some stretch of `haystack` (Sellers 1980). */
function distanceWithin(needle: readonly number[], haystack: readonly number[]): number {
  let row = needle.map((_, index) => index + 1);
  let best = needle.length;
  for (const letter of haystack) {
    let diagonal = 0;
    let left = 0;
    row = row.map((above, index) => {
      const cost = Math.min(above + 1, left + 1, diagonal + (needle[index] === letter ? 0 : 1));
      diagonal = above;
      left = cost;
      return cost;
    });
    best = Math.min(best, row.at(-1) ?? best);
  }
  return best;
}
