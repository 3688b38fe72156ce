import type { Random } from "@jikimi/kernel";

/**
 * What a recogniser does to words, done on purpose: spaces lost or put in the wrong place, syllables dropped, sounds taken
 * for their neighbours, fillers. The label stays.
 */
export function misheard(text: string, random: Random): string {
  const words = text.split(" ");
  if (random.integer(4) === 0) words.unshift(pick(fillers, random));
  let noisy = words.join(random.integer(5) === 0 ? "" : " ");
  if (random.integer(3) === 0) noisy = moveSpace(noisy, random);
  if (random.integer(3) === 0) noisy = dropSyllable(noisy, random);
  return [...noisy].map((char) => (random.integer(12) === 0 ? nearSound(char, random) : char)).join("");
}

const fillers = ["아", "어", "그", "저기", "아니", "네", "저기요", "그러니까", "음", "야", "여보세요", "아 진짜"];

const pick = <T>(choices: readonly [T, ...T[]] | readonly T[], random: Random): T =>
  choices[random.integer(choices.length)] as T;

function moveSpace(text: string, random: Random): string {
  const at = 1 + random.integer(Math.max(1, text.length - 1));
  return text.charAt(at) === " " ? text.slice(0, at) + text.slice(at + 1) : `${text.slice(0, at)} ${text.slice(at)}`;
}

function dropSyllable(text: string, random: Random): string {
  if (text.length < 8) return text;
  const at = random.integer(text.length);
  return text.slice(0, at) + text.slice(at + 1);
}

/** Onsets, vowels and codas that are taken for each other over a telephone, as indices into their sets. */
const onsetsNear = [
  [0, 1, 15],
  [3, 4, 16],
  [7, 8, 17],
  [9, 10],
  [12, 13, 14],
  [2, 5],
  [6, 7],
  [11, 18],
];
const vowelsNear = [
  [1, 5],
  [3, 7],
  [10, 11, 15],
  [4, 8],
  [13, 18],
  [19, 20],
  [0, 4],
  [16, 20],
];
const codasNear = [
  [0, 4],
  [0, 8],
  [4, 16, 21],
  [1, 7, 17],
  [19, 20, 22, 7],
  [0, 21],
];

function nearSound(char: string, random: Random): string {
  const code = char.charCodeAt(0) - 0xac00;
  if (!(code >= 0 && code < 11172)) return char;
  const [onset, vowel, coda] = [Math.floor(code / 588), Math.floor(code / 28) % 21, code % 28];
  const part = random.integer(3);
  const near = [
    [neighbour(onsetsNear, onset, random), vowel, coda],
    [onset, neighbour(vowelsNear, vowel, random), coda],
    [onset, vowel, neighbour(codasNear, coda, random)],
  ][part] ?? [onset, vowel, coda];
  return String.fromCharCode(0xac00 + (near[0] ?? 0) * 588 + (near[1] ?? 0) * 28 + (near[2] ?? 0));
}

function neighbour(sets: readonly (readonly number[])[], value: number, random: Random): number {
  const homes = sets.filter((set) => set.includes(value));
  return homes.length === 0 ? value : pick(pick(homes, random), random);
}

/** Two things said in one breath. */
export function inOneBreath(first: string, second: string, random: Random): string {
  return random.integer(2) === 0 ? `${first} ${second}` : `${second} ${first}`;
}
