import { join } from "node:path";
import { resample } from "@jikimi/audio";
import { type Clock, type Speaker, silentLog } from "@jikimi/kernel";
import { hearRecording, type Recognizer, wholeSound } from "@jikimi/listening";
import { openEars } from "@jikimi/recognizers";
import { LINE_RATE_HZ } from "./speech.ts";

/** CPU seconds of this whole process for each second of speech. */
export type Overhead = { readonly ours: number; readonly bare: number; readonly speechSeconds: number };

/**
 * The same speech through the whole line of hearing, and the same pieces of it straight to the recogniser: what is between is
 * what voice detection, cutting, resampling and the thread's messages cost.
 */
export async function measureOverhead(
  { root, clock }: { readonly root: string; readonly clock: Clock },
  clips: readonly Int16Array[],
  speaker: Speaker,
): Promise<Overhead> {
  const modelsDir = join(root, "assets", "models");
  await using ears = await openEars({ recognizer: "whisper-base-ko", clock, log: silentLog, modelsDir });
  const pieces: Float32Array[] = [];
  const listening: Recognizer = {
    name: ears.recognizer.name,
    sampleRateHz: ears.recognizer.sampleRateHz,
    get waiting() {
      return ears.recognizer.waiting;
    },
    transcribe(pcm, options) {
      pieces.push(pcm.slice());
      return ears.recognizer.transcribe(pcm, options);
    },
  };
  const line = joined(clips);
  const before = process.cpuUsage();
  const source = { ...wholeSound(line, LINE_RATE_HZ), speakers: [speaker] };
  for await (const result of hearRecording(source, { recognizer: listening, voices: ears.voices, resample }))
    void result;
  const between = process.cpuUsage();
  for (const piece of pieces) await ears.recognizer.transcribe(piece, { speaker });
  const bare = process.cpuUsage(between);
  const speechSeconds = clips.reduce((sum, { length }) => sum + length, 0) / LINE_RATE_HZ;
  const ours = { user: between.user - before.user, system: between.system - before.system };
  const perSecond = (spent: NodeJS.CpuUsage) => (spent.user + spent.system) / 1e6 / speechSeconds;
  return { ours: perSecond(ours), bare: perSecond(bare), speechSeconds };
}

/** One after the other, a second of silence between: each clip is cut as if it stood alone. */
function joined(clips: readonly Int16Array[]): Int16Array {
  const line = new Int16Array(clips.reduce((sum, { length }) => sum + length + LINE_RATE_HZ, 0));
  let at = 0;
  for (const clip of clips) {
    line.set(clip, at);
    at += clip.length + LINE_RATE_HZ;
  }
  return line;
}
