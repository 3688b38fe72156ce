/** Four seconds of windows without a voice. */
const REMEMBERED = 125;
const LEAST_KNOWN = 10;
/** Above this somebody may be speaking softly. */
const MOST_PROBABILITY = 0.1;

/** The level between the words of one side of a call, following it as it changes: the median of the latest pauses. */
export class NoiseFloor {
  readonly #levels: number[] = [];

  hear({ probability, levelDbfs }: { probability: number; levelDbfs: number }): void {
    if (probability > MOST_PROBABILITY) return;
    this.#levels.push(levelDbfs);
    if (this.#levels.length > REMEMBERED) this.#levels.shift();
  }

  /** Null before a third of a second of pause was heard. */
  get dbfs(): number | null {
    if (this.#levels.length < LEAST_KNOWN) return null;
    return this.#levels.toSorted((a, b) => a - b)[this.#levels.length >> 1] ?? null;
  }
}
