import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { resample, toInt16 } from "@jikimi/audio";
import { openSoundFile } from "@jikimi/sound-files";

export const LINE_RATE_HZ = 8000;
/** Enough for every speaker to say something else. */
const MOST_CLIPS = 60;

export type Speech = { readonly what: string; readonly clips: readonly Int16Array[] };

/**
 * Speech at 8 kHz to be heard: people, where a folder of clips lies beside the repository, and else the simulated people's lines,
 * which `whisper-base-ko` works on as hard without understanding them.
 */
export async function loadSpeech(root: string): Promise<Speech> {
  const people = join(root, "..", "shared", "data", "speech-ko-eval", "clips");
  const simulated = join(root, "assets", "sounds", "scenarios");
  const [what, folder] = existsSync(people) ? ["clips of people", people] : ["synthetic lines", simulated];
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(flac|wav)$/.test(name))
    .toSorted()
    .slice(0, MOST_CLIPS)
    .map((name) => join(folder, name));
  return { what, clips: await Promise.all(paths.map(readClip)) };
}

async function readClip(path: string): Promise<Int16Array> {
  await using file = await openSoundFile(path);
  const parts: Float32Array[] = [];
  for await (const [samples] of file.pieces) if (samples !== undefined) parts.push(samples);
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return toInt16(resample(whole, file.sampleRateHz, LINE_RATE_HZ));
}

/**
 * What two people say to one another: first one, then the other, a pause of a fifth of the time between them, so that each
 * speaks for 40 % of it. Both arrays are `seconds` long; `from` says where in the clips it begins.
 */
export function conversation(clips: readonly Int16Array[], seconds: number, from: number) {
  const length = seconds * LINE_RATE_HZ;
  const channels = { caller: new Int16Array(length), agent: new Int16Array(length) };
  let at = 0;
  for (let turn = 0; at < length; turn++) {
    const clip = clips[(from + turn) % clips.length];
    if (clip === undefined || clip.length === 0) break;
    const speaker = turn % 2 === 0 ? channels.caller : channels.agent;
    speaker.set(clip.subarray(0, length - at), at);
    at += Math.round(clip.length * 1.25);
  }
  return channels;
}
