/**
 * The words that people take apart so that a filter misses them. Only used to recognise a disguise: letters are put
 * back together where one of these comes out. It is no blacklist; a word is judged by the classifier, in its sentence.
 */
const disguised = [
  ["시발", "씨발", "시팔", "씨팔", "쓰발", "쓰벌", "시벌", "씨벌", "씌발", "쒸발", "쉬발", "슈발", "씨바", "썅", "씹"],
  [
    "병신",
    "븅신",
    "빙신",
    "등신",
    "지랄",
    "개새",
    "새끼",
    "쉐끼",
    "쌔끼",
    "개놈",
    "개년",
    "쌍놈",
    "쌍년",
    "썅년",
    "미친",
  ],
  [
    "좆",
    "존나",
    "졸라",
    "니미",
    "니애미",
    "느금",
    "엠창",
    "호로",
    "또라이",
    "찐따",
    "닥쳐",
    "꺼져",
    "뒤져",
    "뒈져",
    "아가리",
  ],
  ["죽여", "죽인", "죽일", "강간", "섹스", "보지", "자지", "창녀", "걸레", "씹새", "염병", "옘병", "육갑"],
].flat();

/** One pattern for all of them, for use with `lastIndex`. */
const anyDisguised = new RegExp(disguised.join("|"), "g");

/** True when a disguised word lies across the seam: begins before `seam` and ends after it. */
export function coversSeam(text: string, seam: number): boolean {
  return wordAcross(text, seam) !== null;
}

/** Where the disguised word across the seam begins and ends. */
export function wordAcross(text: string, seam: number): { readonly from: number; readonly to: number } | null {
  for (const match of text.matchAll(anyDisguised)) {
    const to = match.index + match[0].length;
    if (match.index < seam && to > seam) return { from: match.index, to };
  }
  return null;
}

export const holdsDisguised = (text: string): boolean => text.search(anyDisguised) >= 0;

/** How the words are written in Latin letters, longest first where one begins another. */
export const romanised: readonly (readonly [latin: string, hangul: string])[] = [
  ["ssibal", "씨발"],
  ["shibal", "시발"],
  ["sibal", "시발"],
  ["ssival", "씨발"],
  ["sival", "시발"],
  ["byeongsin", "병신"],
  ["byungsin", "병신"],
  ["byungshin", "병신"],
  ["gaesaekki", "개새끼"],
  ["gaesekki", "개새끼"],
  ["gaesaeki", "개새끼"],
  ["jiral", "지랄"],
  ["jonna", "존나"],
  ["michinnom", "미친놈"],
  ["michinnyeon", "미친년"],
];
