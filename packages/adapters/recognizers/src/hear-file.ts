import { readFile } from "node:fs/promises";
import { readWav, resample, resamplePcm } from "@jikimi/audio";
import type { Clock, Log } from "@jikimi/kernel";
import {
  type HeardUtterance,
  hearRecording,
  ListeningError,
  type OfflineChannel,
  type OfflineResult,
  type RecognizerName,
  type Word,
} from "@jikimi/listening";
import { defaultModelsDir } from "./models.ts";
import { SileroModel } from "./silero.ts";
import type { ThreadEntry } from "./thread-entry.ts";
import { ThreadedRecognizer } from "./threaded-recognizer.ts";

/** What it takes to hear files: one recogniser in its thread, and the voice detector. Whoever opens it closes it. */
export type Ears = AsyncDisposable & {
  readonly recognizer: ThreadedRecognizer;
  readonly voices: SileroModel;
};

export type EarsOptions = {
  readonly recognizer: RecognizerName;
  readonly clock: Clock;
  readonly log: Log;
  readonly modelsDir?: string;
  readonly entry?: ThreadEntry;
};

/** Loads the models, a quarter of a second of work. Rejects with `ListeningError` where they cannot be. */
export async function openEars({
  recognizer: name,
  clock,
  log,
  modelsDir = defaultModelsDir(),
  entry,
}: EarsOptions): Promise<Ears> {
  const voices = SileroModel.load(modelsDir);
  const chosen = entry === undefined ? {} : { entry };
  const recognizer = await ThreadedRecognizer.start({ name, modelsDir, clock, log, ...chosen });
  return { recognizer, voices, [Symbol.asyncDispose]: () => recognizer[Symbol.asyncDispose]() };
}

type FileRequest = { readonly path: string; readonly ears: Ears; readonly signal?: AbortSignal };

/**
 * What is said in a WAV file (two channels: caller left, agent right; one: the caller), through the same line as a live
 * call and as fast as it goes. Times count from the file's start. Throws `ListeningError` `audio-unreadable`.
 */
export async function* hearFile({ path, ears, signal }: FileRequest): AsyncGenerator<HeardUtterance> {
  const { channels } = await readChannels(path);
  for await (const { utterance } of hearChannels(channels, ears, signal)) if (utterance !== null) yield utterance;
}

export type FileTranscription = {
  readonly file: string;
  readonly text: string;
  readonly words: readonly Word[];
  /** Mean over the utterances, each by its number of letters; 0 without any. */
  readonly confidence: number;
  readonly audioMs: number;
  /** The recogniser's. */
  readonly cpuMs: number;
};

/** A whole WAV file as one text; channels are merged by time. Throws as `hearFile` does. */
export async function transcribeFile({ path, ears, signal }: FileRequest): Promise<FileTranscription> {
  const { channels, audioMs } = await readChannels(path);
  const utterances: HeardUtterance[] = [];
  let cpuMs = 0;
  for await (const result of hearChannels(channels, ears, signal)) {
    cpuMs += result.cpuMs;
    if (result.utterance !== null) utterances.push(result.utterance);
  }
  const letters = utterances.reduce((sum, { text }) => sum + text.length, 0);
  return {
    file: path,
    text: utterances.map(({ text }) => text).join(" "),
    words: utterances.flatMap(({ words }) => words),
    confidence:
      letters === 0 ? 0 : utterances.reduce((sum, { confidence, text }) => sum + confidence * text.length, 0) / letters,
    audioMs: Math.round(audioMs),
    cpuMs: Math.round(cpuMs),
  };
}

function hearChannels(
  channels: readonly OfflineChannel[],
  { recognizer, voices }: Ears,
  signal: AbortSignal | undefined,
): AsyncGenerator<OfflineResult> {
  return hearRecording(channels, { recognizer, voices, resample }, signal === undefined ? {} : { signal });
}

/** Telephone sound stays at 8 kHz, as in a call; anything better is heard at 16 kHz. */
async function readChannels(path: string): Promise<{ channels: OfflineChannel[]; audioMs: number }> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new ListeningError("audio-unreadable", { cause, detail: path });
  }
  const read = readWav(bytes);
  if (read.kind === "unreadable") throw new ListeningError("audio-unreadable", { detail: `${path}: ${read.why}` });
  const { sampleRateHz: fileHz, channels } = read.wav;
  const sampleRateHz = fileHz < 16_000 ? 8000 : 16_000;
  return {
    channels: channels.map((pcm, i) => ({
      speaker: i === 0 ? "caller" : "agent",
      pcm: resamplePcm(pcm, fileHz, sampleRateHz),
      sampleRateHz,
    })),
    audioMs: ((channels[0]?.length ?? 0) * 1000) / fileHz,
  };
}
