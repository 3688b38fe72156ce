/** Of one utterance; the pitch is null where too little of it was clear. */
export type VoiceMeasures = {
  readonly levelDbfs: number;
  readonly pitchHz: number | null;
  readonly syllablesPerS: number;
};

/** Against the speaker's own median on this call: in dB, semitones and times. Null: not yet known. */
export type AgainstOwn = {
  readonly aboveDb: number | null;
  readonly aboveSemitones: number | null;
  readonly timesRate: number | null;
};

/** Fewer utterances than this are no habit. */
const LEAST_KNOWN = 3;
/** A long call's latest utterances: who calms down has a new habit. */
const REMEMBERED = 40;

/** How one speaker usually sounds on this call. Nobody is compared with anybody else. */
export class OwnVoice {
  readonly #known: VoiceMeasures[] = [];

  against({ levelDbfs, pitchHz, syllablesPerS }: VoiceMeasures): AgainstOwn {
    const level = median(this.#known.map((one) => one.levelDbfs));
    const pitch = median(this.#known.flatMap((one) => (one.pitchHz === null ? [] : [one.pitchHz])));
    const rate = median(this.#known.map((one) => one.syllablesPerS));
    return {
      aboveDb: level === null ? null : levelDbfs - level,
      aboveSemitones: pitch === null || pitchHz === null ? null : 12 * Math.log2(pitchHz / pitch),
      timesRate: rate === null || rate <= 0 ? null : syllablesPerS / rate,
    };
  }

  learn(measures: VoiceMeasures): void {
    this.#known.push(measures);
    if (this.#known.length > REMEMBERED) this.#known.shift();
  }
}

function median(values: readonly number[]): number | null {
  if (values.length < LEAST_KNOWN) return null;
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? null;
}
