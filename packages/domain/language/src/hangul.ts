/** Korean letters as numbers: syllables U+AC00…U+D7A3 are onset × vowel × coda (Unicode 15, §3.12). */

const onsets = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const vowels = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ";
/** Index 0 means no coda. */
const codas = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";

const firstSyllable = 0xac00;
const lastSyllable = 0xd7a3;

/** Vowels and codas that a keyboard makes of two strokes. */
const doubled = new Map<string, string>(
  ["ㅗㅏㅘ", "ㅗㅐㅙ", "ㅗㅣㅚ", "ㅜㅓㅝ", "ㅜㅔㅞ", "ㅜㅣㅟ", "ㅡㅣㅢ"]
    .concat([
      "ㄱㅅㄳ",
      "ㄴㅈㄵ",
      "ㄴㅎㄶ",
      "ㄹㄱㄺ",
      "ㄹㅁㄻ",
      "ㄹㅂㄼ",
      "ㄹㅅㄽ",
      "ㄹㅌㄾ",
      "ㄹㅍㄿ",
      "ㄹㅎㅀ",
      "ㅂㅅㅄ",
    ])
    .map((three) => [three.slice(0, 2), three.slice(2)]),
);

export type Syllable = { readonly onset: number; readonly vowel: number; readonly coda: number };

export function isSyllable(char: string): boolean {
  const code = char.charCodeAt(0);
  return code >= firstSyllable && code <= lastSyllable;
}

/** The parts of a syllable as indices into its 19 onsets, 21 vowels and 28 codas (0: none), or null. */
export function takeApart(char: string): Syllable | null {
  const code = char.charCodeAt(0) - firstSyllable;
  if (!(code >= 0 && code <= lastSyllable - firstSyllable)) return null;
  return { onset: Math.floor(code / 588), vowel: Math.floor(code / 28) % 21, coda: code % 28 };
}

function putTogether(syllable: Syllable): string {
  return String.fromCharCode(firstSyllable + syllable.onset * 588 + syllable.vowel * 28 + syllable.coda);
}

/** A letter on its own (U+3131…U+3163), as it is typed: ㅋ, ㅠ, ㅄ. */
export function isLetter(char: string): boolean {
  const code = char.charCodeAt(0);
  return code >= 0x3131 && code <= 0x3163;
}

export const isConsonantLetter = (char: string): boolean => isLetter(char) && !vowels.includes(char);
export const isVowelLetter = (char: string): boolean => isLetter(char) && vowels.includes(char);

/** The syllable with a consonant letter as its coda; null where it has one already or the letter cannot be one. */
export function withCoda(char: string, letter: string): string | null {
  const parts = takeApart(char);
  const coda = codas.indexOf(letter);
  if (parts === null || parts.coda !== 0 || coda < 1) return null;
  return putTogether({ ...parts, coda });
}

/** A conjoining letter (U+1100, U+1161 and U+11A8 blocks) as the letter that is typed, or null if it is none in use. */
export function asLetter(char: string): string | null {
  const code = char.charCodeAt(0);
  if (code >= 0x1100 && code <= 0x1112) return onsets.charAt(code - 0x1100);
  if (code >= 0x1161 && code <= 0x1175) return vowels.charAt(code - 0x1161);
  if (code >= 0x11a8 && code <= 0x11c2) return codas.charAt(code - 0x11a7);
  return null;
}

/**
 * Reads a run of letters as a keyboard would: `ㅂㅏㄹ` → `발`. Each piece of the answer says how many letters it took;
 * what makes no syllable stays a letter.
 */
export function composeLetters(
  letters: readonly string[],
): readonly { readonly text: string; readonly took: number }[] {
  const pieces: { text: string; took: number }[] = [];
  for (let at = 0; at < letters.length; ) {
    const piece = composeOne(letters, at);
    pieces.push(piece);
    at += piece.took;
  }
  return pieces;
}

function composeOne(letters: readonly string[], at: number): { text: string; took: number } {
  const first = letters[at] ?? "";
  const onset = onsets.indexOf(first);
  let vowelLetter = letters[at + 1] ?? "";
  if (onset < 0 || vowelLetter === "" || !vowels.includes(vowelLetter)) return { text: first, took: 1 };
  let took = 2;
  const pair = doubled.get(vowelLetter + (letters[at + 2] ?? " "));
  if (pair !== undefined) {
    vowelLetter = pair;
    took = 3;
  }
  const coda = composeCoda(letters, at + took);
  const text = putTogether({ onset, vowel: vowels.indexOf(vowelLetter), coda: coda.index });
  return { text, took: took + coda.took };
}

/** A consonant belongs to the next syllable when a vowel follows it. */
function composeCoda(letters: readonly string[], at: number): { index: number; took: number } {
  const startsSyllable = (index: number) => vowels.includes(letters[index + 1] ?? " ");
  const first = letters[at] ?? "";
  const single = first === "" ? -1 : codas.indexOf(first);
  if (single < 1 || startsSyllable(at)) return { index: 0, took: 0 };
  const pair = doubled.get(first + (letters[at + 1] ?? " "));
  if (pair !== undefined && codas.includes(pair) && !startsSyllable(at + 1)) {
    return { index: codas.indexOf(pair), took: 2 };
  }
  return { index: single, took: 1 };
}

/** What the two-set Korean keyboard (KS X 5002) types for each Latin key; shift gives the doubled letters. */
const keys = new Map<string, string>(
  "qㅂwㅈeㄷrㄱtㅅyㅛuㅕiㅑoㅐpㅔaㅁsㄴdㅇfㄹgㅎhㅗjㅓkㅏlㅣzㅋxㅌcㅊvㅍbㅠnㅜmㅡQㅃWㅉEㄸRㄲTㅆOㅒPㅖ"
    .match(/../g)
    ?.map((two) => [two.charAt(0), two.charAt(1)]) ?? [],
);

/** The letter under a Latin key, or null. Shift on a key that has no doubled letter changes nothing. */
export function letterUnderKey(key: string): string | null {
  return keys.get(key) ?? keys.get(key.toLowerCase()) ?? null;
}
