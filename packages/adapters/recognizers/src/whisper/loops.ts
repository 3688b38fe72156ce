/** Quick Korean is 8 syllables a second; what is faster than that and repeats itself was not said twice. */
const QUICKEST_SYLLABLES_PER_S = 8;

/**
 * Whisper repeats itself on short sounds ("이런 활동을 통해서 이런 활동을 통해서" for 1.4 s in which it was said once). Where
 * the words end in a repetition, whole or begun, and are more than anyone says in `spokenMs`, the repetition goes. People
 * repeat themselves too, but not at that speed.
 */
export function withoutLoop<T extends { readonly text: string }>(words: readonly T[], spokenMs: number): readonly T[] {
  if (syllables(words) <= (QUICKEST_SYLLABLES_PER_S * spokenMs) / 1000) return words;
  const letters = words.map((word) => lettersOf(word.text));
  for (let length = 1; length < words.length; length++) {
    for (let period = 1; period <= length; period++) {
      if (continuesAs(letters, length, period)) return words.slice(0, length);
    }
  }
  return words;
}

/** From `length` on, each word is the one `period` words before; the last may be only the beginning of it. */
function continuesAs(letters: readonly string[], length: number, period: number): boolean {
  for (let i = length; i < letters.length; i++) {
    const word = letters[i] ?? "";
    const before = letters[i - period] ?? "";
    const isLast = i === letters.length - 1;
    if (word !== before && !(isLast && word !== "" && before.startsWith(word))) return false;
  }
  return true;
}

function syllables(words: readonly { readonly text: string }[]): number {
  return words.reduce((sum, word) => sum + lettersOf(word.text).length, 0);
}

function lettersOf(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}]/gu, "");
}
