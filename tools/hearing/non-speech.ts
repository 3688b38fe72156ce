import { resample } from "@jikimi/audio";
import { SeededRandom } from "@jikimi/kernel";
import { hearRecording, wholeSound } from "@jikimi/listening";
import type { Ears } from "@jikimi/recognizers";
import { CONDITIONS } from "./conditions.ts";
import type { Spoken } from "./recognition.ts";
import { makeBabble, makeNonSpeech, NON_SPEECH_KINDS, type Sound } from "./sounds.ts";

const TRIES = 20;
const SECONDS = 10;

export type NonSpeechResult = {
  readonly kind: string;
  readonly seconds: number;
  /** Pieces that the voice detector took for a voice. */
  readonly pieces: number;
  readonly texts: readonly string[];
  readonly hints: number;
};

/** What a telephone line carries besides voices, and voices that are nobody's on this line. */
export async function measureNonSpeech(clips: readonly Spoken[], { recognizer, voices }: Ears) {
  const random = new SeededRandom(7);
  const narrow = CONDITIONS.find(({ name }) => name === "telephone");
  const people = clips.map(({ sound }) => narrow?.apply(sound, [], random) ?? sound);
  const babble = (count: number) => () => makeBabble(people, { count, length: SECONDS * 8000, rmsDb: -25, random });
  const kinds: { kind: string; make: () => Sound }[] = [
    ...NON_SPEECH_KINDS.map((kind) => ({ kind, make: () => makeNonSpeech(kind, SECONDS, random) })),
    { kind: "babble of 12, -25 dB", make: babble(12) },
    { kind: "babble of 4, -25 dB", make: babble(4) },
  ];
  const results: NonSpeechResult[] = [];
  for (const { kind, make } of kinds) {
    let pieces = 0;
    let hints = 0;
    const texts: string[] = [];
    for (let i = 0; i < TRIES; i++) {
      const sound = make();
      const heard = hearRecording(wholeSound(sound.pcm, sound.sampleRateHz), { recognizer, voices, resample });
      for await (const { utterance } of heard) {
        pieces += 1;
        if (utterance === null) continue;
        texts.push(utterance.text);
        hints += utterance.hints.length;
      }
    }
    results.push({ kind, seconds: TRIES * SECONDS, pieces, texts, hints });
  }
  return results;
}
