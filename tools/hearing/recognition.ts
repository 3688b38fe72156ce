import { resample } from "@jikimi/audio";
import { SeededRandom } from "@jikimi/kernel";
import { characterErrors, lettersOf } from "@jikimi/language";
import { hearRecording, type Word, wholeSound } from "@jikimi/listening";
import type { Ears } from "@jikimi/recognizers";
import type { Condition } from "./conditions.ts";
import { rateWithInterval, rightLetters } from "./score.ts";
import { padded, type Sound } from "./sounds.ts";

export type Spoken = { readonly name: string; readonly text: string; readonly sound: Sound };

/** A word as it was heard, and whether all its letters were right. */
export type JudgedWord = { readonly confidence: number; readonly right: boolean };

export type ConditionResult = Awaited<ReturnType<typeof measureCondition>>;

/** Every clip through a line or a room, then through the whole of hearing: voice detector, cutter, recogniser, acceptance. */
export async function measureCondition(condition: Condition, clips: readonly Spoken[], { recognizer, voices }: Ears) {
  const random = new SeededRandom(17);
  const scores: { errors: number; length: number }[] = [];
  const words: JudgedWord[] = [];
  const hints: { stem: string; confidence: number; clip: string; text: string }[] = [];
  let refused = 0;
  let cpuMs = 0;
  let audioMs = 0;
  for (const [at, { name, text, sound }] of clips.entries()) {
    const others = clips.filter((_, other) => other !== at).map((clip) => clip.sound);
    const line = padded(condition.apply(sound, others, random), 500, 800);
    audioMs += (sound.pcm.length * 1000) / sound.sampleRateHz;
    const heard: Word[] = [];
    for await (const result of hearRecording(wholeSound(line.pcm, line.sampleRateHz), {
      recognizer,
      voices,
      resample,
    })) {
      cpuMs += result.cpuMs;
      if (result.utterance === null) refused += 1;
      else {
        heard.push(...result.utterance.words);
        for (const { stem, confidence } of result.utterance.hints) {
          hints.push({ stem, confidence, clip: name, text: result.utterance.text });
        }
      }
    }
    const written = heard.map((word) => word.text).join(" ");
    scores.push(characterErrors(text, written));
    words.push(...judged(text, heard));
  }
  return {
    condition: condition.name,
    what: condition.what,
    ...rateWithInterval(scores, new SeededRandom(1)),
    clipsWithoutText: scores.filter(({ errors, length }) => errors >= length).length,
    refused,
    cpuPerSecond: cpuMs / audioMs,
    minutes: audioMs / 60_000,
    words,
    hints,
  };
}

/** Letters of a word with digits in it are read in the whole text's form, so such words are left out. */
function judged(said: string, heard: readonly Word[]): readonly JudgedWord[] {
  const plain = heard.filter((word) => !/\d/.test(word.text));
  const right = rightLetters(said, plain.map((word) => word.text).join(" "));
  let from = 0;
  return plain.flatMap(({ text, confidence }) => {
    const count = lettersOf(text).length;
    const own = right.slice(from, from + count);
    from += count;
    return count === 0 ? [] : [{ confidence, right: own.every(Boolean) }];
  });
}
