import { Resampler, resample, toInt16 } from "@jikimi/audio";
import type { Clock, Log, RecognizerName } from "@jikimi/kernel";
import { type HeardUtterance, hearRecording, type OfflineResult, type Word, type WordHint } from "@jikimi/listening";
import { openSoundFile, SoundFileError, type SoundProblem } from "@jikimi/sound-files";
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
  /** Where models lie that were fetched; left out: nowhere. */
  readonly pulledModelsDir?: string | undefined;
  readonly entry?: ThreadEntry;
};

/** Loads the models, a quarter of a second of work. Rejects with `ListeningError` where they cannot be. */
export async function openEars({
  recognizer: name,
  clock,
  log,
  modelsDir = defaultModelsDir(),
  pulledModelsDir,
  entry,
}: EarsOptions): Promise<Ears> {
  const voices = SileroModel.load(modelsDir);
  const chosen = entry === undefined ? {} : { entry };
  const recognizer = await ThreadedRecognizer.start({ name, modelsDir, pulledModelsDir, clock, log, ...chosen });
  return { recognizer, voices, [Symbol.asyncDispose]: () => recognizer[Symbol.asyncDispose]() };
}

type FileRequest = {
  readonly path: string;
  readonly ears: Ears;
  readonly signal?: AbortSignal;
  /** Called as the file is read; `wholeMs` is null where only its end will tell. */
  readonly onProgress?: (readMs: number, wholeMs: number | null) => void;
};

export type FileEnd = { readonly audioMs: number; readonly problem: SoundProblem | null };

/**
 * What is said in a sound file (two channels: caller left, agent right; one: the caller), through the same line as a live
 * call and as fast as it goes. Times count from the file's start; what is returned last says how long it was, and whether all
 * of it could be read. Throws `SoundFileError`.
 */
export async function* hearFile(request: FileRequest): AsyncGenerator<HeardUtterance, FileEnd> {
  const hearing = hearPieces(request);
  for (;;) {
    const { value, done } = await hearing.next();
    if (done === true) return value;
    if (value.utterance !== null) yield value.utterance;
  }
}

export type FileTranscription = {
  readonly file: string;
  readonly text: string;
  readonly words: readonly Word[];
  readonly hints: readonly WordHint[];
  /** Mean over the utterances, each by its number of letters; 0 without any. */
  readonly confidence: number;
  readonly audioMs: number;
  /** The recogniser's. */
  readonly cpuMs: number;
  /** Null when all of the file could be read. */
  readonly problem: SoundProblem | null;
};

/** A whole sound file as one text; channels are merged by time. Throws as `hearFile` does. */
export async function transcribeFile(request: FileRequest): Promise<FileTranscription> {
  const utterances: HeardUtterance[] = [];
  let cpuMs = 0;
  const hearing = hearPieces(request);
  let end: FileEnd | undefined;
  while (end === undefined) {
    const { value, done } = await hearing.next();
    if (done === true) end = value;
    else {
      cpuMs += value.cpuMs;
      if (value.utterance !== null) utterances.push(value.utterance);
    }
  }
  const letters = utterances.reduce((sum, { text }) => sum + text.length, 0);
  return {
    file: request.path,
    text: utterances.map(({ text }) => text).join(" "),
    words: utterances.flatMap(({ words }) => words),
    hints: utterances.flatMap(({ hints }) => hints),
    confidence:
      letters === 0 ? 0 : utterances.reduce((sum, { confidence, text }) => sum + confidence * text.length, 0) / letters,
    audioMs: end.audioMs,
    cpuMs: Math.round(cpuMs),
    problem: end.problem,
  };
}

async function* hearPieces({
  path,
  ears: { recognizer, voices },
  signal,
  onProgress,
}: FileRequest): AsyncGenerator<OfflineResult, FileEnd> {
  await using file = await openSoundFile(path);
  if (file.channels > 2) throw new SoundFileError("unsupported", path, { detail: `${file.channels} channels` });
  // Telephone sound stays at 8 kHz, as in a call; anything better is heard at 16 kHz.
  const sampleRateHz = file.sampleRateHz < 16_000 ? 8000 : 16_000;
  let read = 0;
  const readMs = () => (read * 1000) / file.sampleRateHz;
  async function* pieces(): AsyncGenerator<readonly Int16Array[]> {
    const resamplers = Array.from({ length: file.channels }, () => new Resampler(file.sampleRateHz, sampleRateHz));
    const same = file.sampleRateHz === sampleRateHz;
    for await (const piece of file.pieces) {
      read += piece[0]?.length ?? 0;
      onProgress?.(readMs(), file.durationMs);
      yield piece.map((samples, i) => toInt16(same ? samples : (resamplers[i]?.push(samples) ?? samples)));
    }
    if (!same) yield resamplers.map((resampler) => toInt16(resampler.flush()));
  }
  const speakers = (["caller", "agent"] as const).slice(0, file.channels);
  const source = { sampleRateHz, speakers, pieces: pieces() } as const;
  yield* hearRecording(source, { recognizer, voices, resample }, signal === undefined ? {} : { signal });
  return { audioMs: Math.round(readMs()), problem: file.problem };
}
