import { readFile } from "node:fs/promises";
import { encodeG711, levelDbfs, readSound } from "@jikimi/audio";

export const frameSamples = 160;
/** A window this much below full scale is a pause: the committed lines speak at about -20 and rest at -60. */
const voicedDbfs = -45;
const windowSamples = 80;

export type Phrase = {
  /** PCMU, 160 bytes each. */
  readonly frames: readonly Uint8Array[];
  /** The index of the frame that holds the last voiced sample: what follows is silence of the file's own. */
  readonly lastVoicedFrame: number;
};

/** Reads a sound file (8 kHz) as packets. Rejects what cannot be read or says nothing. */
export async function readPhrase(path: string): Promise<Phrase> {
  const sound = readSound(await readFile(path));
  if (sound.kind === "unreadable") throw new Error(`${path}: ${sound.why}`);
  return phraseOf(sound.pcm);
}

export function phraseOf(pcm: Int16Array): Phrase {
  const frames = Array.from({ length: Math.ceil(pcm.length / frameSamples) }, (_, i) => {
    const frame = new Int16Array(frameSamples);
    frame.set(pcm.subarray(i * frameSamples, (i + 1) * frameSamples));
    return encodeG711("pcmu", frame);
  });
  let end = pcm.length;
  while (end > 0 && levelDbfs(pcm.subarray(Math.max(0, end - windowSamples), end)) < voicedDbfs) end -= windowSamples;
  if (end <= 0) throw new Error("the phrase is silent");
  return { frames, lastVoicedFrame: Math.floor((end - 1) / frameSamples) };
}
