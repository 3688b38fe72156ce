import type { Speaker } from "@jikimi/kernel";
import { judgeTranscription } from "./acceptance.ts";
import type { HeardUtterance, Recognizer, Resample, VoiceActivityModel } from "./ports.ts";
import { type HeardFrame, type SpeechSegment, SpeechSegmenter } from "./segmenter.ts";
import { utteranceOf } from "./utterance.ts";
import { CallFloor } from "./voice/call-floor.ts";
import { VoiceEar } from "./voice/voice-ear.ts";

export type OfflineHearing = {
  readonly recognizer: Recognizer;
  readonly voices: VoiceActivityModel;
  readonly resample: Resample;
};

/** A recording as it is read: piece by piece, each with as many samples for every speaker. */
export type OfflineSource = {
  readonly sampleRateHz: 8000 | 16000;
  /** Whose channel is which, in the order of a piece's arrays. */
  readonly speakers: readonly Speaker[];
  readonly pieces: AsyncIterable<readonly Int16Array[]>;
};

/** What became of one piece of speech. `cpuMs` is the recogniser's. */
export type OfflineResult = { readonly utterance: HeardUtterance | null; readonly cpuMs: number };

/** Longer pieces are cut, so that what two people say comes in its order. */
const LONGEST_PIECE_MS = 200;

/**
 * A recording through the same line as a live call, as fast as it goes: one result for each piece of speech of any channel,
 * in the order in which a live call would have given them. Times count from the recording's start. Memory holds a piece and the
 * last seconds of each channel, however long the recording.
 */
export async function* hearRecording(
  { sampleRateHz, speakers, pieces }: OfflineSource,
  { recognizer, voices, resample }: OfflineHearing,
  { signal }: { signal?: AbortSignal } = {},
): AsyncGenerator<OfflineResult> {
  const floor = new CallFloor();
  const ears = speakers.map((speaker) => ({
    speaker,
    ear: new VoiceEar({ speaker, floor }),
    segmenter: new SpeechSegmenter({
      voice: voices.open(sampleRateHz),
      onWindow: (window) => floor.hear(speaker, window),
    }),
  }));
  const understand = async (
    segment: SpeechSegment,
    { speaker, ear }: { speaker: Speaker; ear: VoiceEar },
  ): Promise<OfflineResult> => {
    if (ear.isCrossTalk(segment)) return { utterance: null, cpuMs: 0 };
    const pcm = resample(segment.pcm, segment.sampleRateHz, recognizer.sampleRateHz);
    const transcription = await recognizer.transcribe(pcm, { speaker, ...(signal === undefined ? {} : { signal }) });
    const { cpuMs } = transcription;
    if (judgeTranscription(segment, transcription).kind === "rejected") return { utterance: null, cpuMs };
    return { utterance: utteranceOf(segment, transcription, { speaker, zeroMs: 0, ear }), cpuMs };
  };
  let samples = 0;
  for await (const piece of shortened(pieces, (sampleRateHz * LONGEST_PIECE_MS) / 1000)) {
    signal?.throwIfAborted();
    const atMs = (samples * 1000) / sampleRateHz;
    samples += piece[0]?.length ?? 0;
    for (const [channel, one] of ears.entries()) {
      const frame: HeardFrame = { atMs, pcm: piece[channel] ?? new Int16Array(0) };
      for (const event of one.segmenter.push(frame)) {
        if (event.kind === "speech") yield await understand(event.segment, one);
      }
    }
  }
  for (const one of ears) {
    for (const event of one.segmenter.flush()) {
      if (event.kind === "speech") yield await understand(event.segment, one);
    }
  }
}

async function* shortened(
  pieces: AsyncIterable<readonly Int16Array[]>,
  longest: number,
): AsyncGenerator<readonly Int16Array[]> {
  for await (const piece of pieces) {
    const length = piece[0]?.length ?? 0;
    for (let at = 0; at < length; at += longest) yield piece.map((samples) => samples.subarray(at, at + longest));
  }
}

/** Sound that is whole in memory, as the caller's. */
export function wholeSound(pcm: Int16Array, sampleRateHz: 8000 | 16000): OfflineSource {
  async function* once() {
    yield await Promise.resolve([pcm]);
  }
  return { sampleRateHz, speakers: ["caller"], pieces: once() };
}
