import { coversSeam, holdsDisguised, romanised, wordAcross } from "./disguised-words.ts";
import { type Glyph, merged, separator, textOf } from "./glyphs.ts";
import {
  composeLetters,
  isConsonantLetter,
  isLetter,
  isSyllable,
  isVowelLetter,
  letterUnderKey,
  takeApart,
  withCoda,
} from "./hangul.ts";

/**
 * One round of everything that looks at neighbours. The normaliser repeats it until nothing changes; it comes to an
 * end because every step makes the text shorter or turns Latin letters, digits and separators into Hangul or spaces,
 * and none turns anything back.
 */
export function undoDisguises(glyphs: readonly Glyph[]): readonly Glyph[] {
  return steps.reduce((text, step) => step(text), glyphs);
}

type Step = (glyphs: readonly Glyph[]) => readonly Glyph[];

const steps: readonly Step[] = [
  readKoreanKeyboard,
  lowerCase,
  readRomanised,
  readLookAlikeVowels,
  composeRuns,
  attachCodas,
  readNumberSwearing,
  joinAcrossNoise,
  separatorsToSpaces,
  dropDrawnOut,
  shortenRepeats,
  tidySpaces,
];

/** `tlqkf` is 시발 on a keyboard left in Latin. Only whole runs of Latin that spell such a word are read so. */
function readKoreanKeyboard(glyphs: readonly Glyph[]): readonly Glyph[] {
  return replaceRuns(glyphs, isLatin, (run) => {
    if (run.length < 4) return run;
    const letters = run.map((glyph) => letterUnderKey(glyph.char) ?? "");
    const pieces = composeLetters(letters);
    if (!pieces.every((piece) => isSyllable(piece.text))) return run;
    return holdsDisguised(pieces.map((piece) => piece.text).join("")) ? takePieces(run, pieces) : run;
  });
}

function lowerCase(glyphs: readonly Glyph[]): readonly Glyph[] {
  return glyphs.flatMap((glyph) => {
    const lower = glyph.char.toLowerCase();
    if (lower === glyph.char) return [glyph];
    // İ becomes two code points, the second a combining dot.
    return [{ ...glyph, char: String.fromCodePoint(lower.codePointAt(0) ?? 0) }];
  });
}

function readRomanised(glyphs: readonly Glyph[]): readonly Glyph[] {
  return replaceRuns(glyphs, isLatin, (run) => {
    const latin = textOf(run);
    if (latin.length !== run.length) return run;
    for (const [word, hangul] of romanised) {
      const at = latin.indexOf(word);
      if (at < 0) continue;
      return [...run.slice(0, at), ...spread(hangul, run.slice(at, at + word.length)), ...run.slice(at + word.length)];
    }
    return run;
  });
}

/** ㅆl발, ㅅ1발: a stroke that looks like ㅣ, where a disguised word comes out. */
function readLookAlikeVowels(glyphs: readonly Glyph[]): readonly Glyph[] {
  const result = [...glyphs];
  for (let at = 0; at + 1 < result.length; at++) {
    const consonant = result[at];
    const stroke = result[at + 1];
    if (consonant === undefined || stroke === undefined) continue;
    if (!isConsonantLetter(consonant.char) || !/^[li1]$/.test(stroke.char)) continue;
    const made = composeLetters([consonant.char, "ㅣ"])[0]?.text ?? "";
    if (!isSyllable(made)) continue;
    const following = textOf(result.slice(at + 2, at + 5));
    if (coversSeam(made + following, 1)) result.splice(at, 2, merged(made, consonant, stroke));
  }
  return result;
}

/** ㅂㅏㄹ → 발. Letters without a vowel (ㅋㅋ, ㅅㅂ) stay as they are. */
function composeRuns(glyphs: readonly Glyph[]): readonly Glyph[] {
  return replaceRuns(
    glyphs,
    (glyph) => isLetter(glyph.char),
    (run) => {
      if (!run.some((glyph) => isVowelLetter(glyph.char))) return run;
      return takePieces(run, composeLetters(run.map((glyph) => glyph.char)));
    },
  );
}

/** 씨바ㄹ → 씨발, where a disguised word comes out. */
function attachCodas(glyphs: readonly Glyph[]): readonly Glyph[] {
  const result = [...glyphs];
  for (let at = 0; at + 1 < result.length; at++) {
    const base = result[at];
    const letter = result[at + 1];
    if (base === undefined || letter === undefined || !isConsonantLetter(letter.char)) continue;
    const made = withCoda(base.char, letter.char);
    if (made === null) continue;
    const before = textOf(result.slice(Math.max(0, at - 2), at));
    if (coversSeam(before + made, before.length)) result.splice(at, 2, merged(made, base, letter));
  }
  return result;
}

/** 18놈 is 씨팔놈 and 시8 is 시팔, but 10년 is ten years and 18번 a number. */
function readNumberSwearing(glyphs: readonly Glyph[]): readonly Glyph[] {
  const result = [...glyphs];
  for (let at = 0; at < result.length; at++) {
    const [first, second] = [result[at], result[at + 1]];
    if (first === undefined || second === undefined) continue;
    const ahead = textOf(result.slice(at + 2, at + 4));
    const startsHere = !/^[0-9]$/.test(result[at - 1]?.char ?? " ");
    const pair = first.char + second.char;
    if (startsHere && pair === "18" && /^(?:놈|년아|년이|새끼|색기|것들)/.test(ahead)) {
      result.splice(at, 2, { ...first, char: "씨" }, { ...second, char: "팔" });
    } else if (startsHere && pair === "10" && /^새[끼기]/.test(ahead)) {
      result.splice(at, 2, merged("씹", first, second));
    } else if (/^[시씨]8$/.test(pair) && !/^[0-9]/.test(ahead) && (result[at - 1]?.char ?? " ") === " ") {
      result.splice(at + 1, 1, { ...second, char: "팔" });
    } else if (
      startsHere &&
      /^c[8발]$/.test(pair) &&
      !/^[0-9a-z]/.test(ahead) &&
      !/^[a-z]$/.test(result[at - 1]?.char ?? " ")
    ) {
      result.splice(at, 2, { ...first, char: "씨" }, { ...second, char: "발" });
    }
  }
  return result;
}

/** 씨.발, 병1신, 개@새끼: up to three characters between syllables go, where a disguised word closes over the gap. */
function joinAcrossNoise(glyphs: readonly Glyph[]): readonly Glyph[] {
  const result: Glyph[] = [];
  for (let at = 0; at < glyphs.length; at++) {
    const glyph = glyphs[at];
    if (glyph === undefined) continue;
    const gap = isSyllable(result.at(-1)?.char ?? " ") ? noiseAt(glyphs, at) : 0;
    if (gap > 0 && closesOver(result, glyphs, at + gap)) at += gap - 1;
    else result.push(glyph);
  }
  return result;
}

const noise = new RegExp(`^[0-9a-zㅋㅎㅠㅜ${separator}]$`);

function noiseAt(glyphs: readonly Glyph[], at: number): number {
  let length = 0;
  while (length < 3 && noise.test(glyphs[at + length]?.char ?? " ")) length++;
  return isSyllable(glyphs[at + length]?.char ?? " ") ? length : 0;
}

function closesOver(before: readonly Glyph[], glyphs: readonly Glyph[], next: number): boolean {
  const left = textOf(before.slice(-4));
  const seam = textOf(before.slice(-3)).length;
  const start = left.length - seam;
  const word = wordAcross(left.slice(start) + textOf(glyphs.slice(next, next + 3)), seam);
  if (word === null) return false;
  // 3시1발 is a time of day, not a word taken apart.
  return !/[0-9]/.test(left.charAt(start + word.from - 1));
}

function separatorsToSpaces(glyphs: readonly Glyph[]): readonly Glyph[] {
  return glyphs.map((glyph) => (glyph.char === separator ? { ...glyph, char: " " } : glyph));
}

/** 시이이발 → 시발: a vowel held on. One repeat may be a word (아이, 우유), so it takes two, or a disguised word. */
function dropDrawnOut(glyphs: readonly Glyph[]): readonly Glyph[] {
  const result: Glyph[] = [];
  for (let at = 0; at < glyphs.length; at++) {
    const glyph = glyphs[at];
    if (glyph === undefined) continue;
    result.push(glyph);
    const held = heldAfter(glyphs, at);
    if (held === 0) continue;
    const before = textOf(result.slice(-3));
    const after = textOf(glyphs.slice(at + 1 + held, at + 4 + held));
    const startsWord = result.length < 2 || result.at(-2)?.char === " ";
    const holdsNoOnset = takeApart(glyph.char)?.onset === silentOnset;
    if ((held >= 2 && !holdsNoOnset) || (startsWord && coversSeam(before + after, before.length))) at += held;
  }
  return result;
}

const silentOnset = 11;

/** How many syllables after `at` do nothing but hold its vowel. */
function heldAfter(glyphs: readonly Glyph[], at: number): number {
  const base = takeApart(glyphs[at]?.char ?? " ");
  if (base === null || base.coda !== 0) return 0;
  let held = 0;
  for (;;) {
    const next = takeApart(glyphs[at + 1 + held]?.char ?? " ");
    if (next === null || next.onset !== silentOnset || next.coda !== 0 || next.vowel !== base.vowel) return held;
    held++;
  }
}

/** Three or more of the same character are two; digits count. */
function shortenRepeats(glyphs: readonly Glyph[]): readonly Glyph[] {
  return glyphs.filter((glyph, at) => {
    if (/^[0-9]$/.test(glyph.char)) return true;
    return glyph.char !== glyphs[at - 1]?.char || glyph.char !== glyphs[at - 2]?.char;
  });
}

function tidySpaces(glyphs: readonly Glyph[]): readonly Glyph[] {
  const single = glyphs.filter((glyph, at) => glyph.char !== " " || (at > 0 && glyphs[at - 1]?.char !== " "));
  return single.at(-1)?.char === " " ? single.slice(0, -1) : single;
}

function isLatin(glyph: Glyph): boolean {
  return /^[a-zA-Z]$/.test(glyph.char);
}

/** Replaces every longest run that satisfies `belongs`. */
function replaceRuns(
  glyphs: readonly Glyph[],
  belongs: (glyph: Glyph) => boolean,
  replace: (run: readonly Glyph[]) => readonly Glyph[],
): readonly Glyph[] {
  const result: Glyph[] = [];
  for (let at = 0; at < glyphs.length; ) {
    let end = at;
    for (let glyph = glyphs[end]; glyph !== undefined && belongs(glyph); glyph = glyphs[end]) end++;
    if (end > at) result.push(...replace(glyphs.slice(at, end)));
    else {
      const glyph = glyphs[at];
      if (glyph !== undefined) result.push(glyph);
      end = at + 1;
    }
    at = end;
  }
  return result;
}

function takePieces(run: readonly Glyph[], pieces: ReturnType<typeof composeLetters>): readonly Glyph[] {
  let at = 0;
  return pieces.flatMap((piece) => {
    const [first, last] = [run[at], run[at + piece.took - 1]];
    at += piece.took;
    return first === undefined || last === undefined ? [] : [merged(piece.text, first, last)];
  });
}

/** Lays a replacement over the run it replaces, in even shares. */
function spread(text: string, run: readonly Glyph[]): readonly Glyph[] {
  const share = run.length / text.length;
  return [...text].flatMap((char, index) => {
    const first = run[Math.floor(index * share)];
    const last = run[Math.floor((index + 1) * share) - 1];
    return first === undefined || last === undefined ? [] : [merged(char, first, last)];
  });
}
