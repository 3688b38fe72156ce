import type { Speaker } from "@jikimi/kernel";
import { judgeTranscription } from "./acceptance.ts";
import type { HeardUtterance, Recognizer, Resample, VoiceActivityModel } from "./ports.ts";
import { type HeardFrame, type SpeechSegment, SpeechSegmenter } from "./segmenter.ts";
import { utteranceOf } from "./utterance.ts";

export type OfflineHearing = {
  readonly recognizer: Recognizer;
  readonly voices: VoiceActivityModel;
  readonly resample: Resample;
};

/** One channel of a recording: mono 16-bit at 8 or 16 kHz. */
export type OfflineChannel = {
  readonly speaker: Speaker;
  readonly pcm: Int16Array;
  readonly sampleRateHz: 8000 | 16000;
};

/** What became of one piece of speech. `cpuMs` is the recogniser's. */
export type OfflineResult = { readonly utterance: HeardUtterance | null; readonly cpuMs: number };

const FRAME_MS = 20;

/**
 * A recording through the same line as a live call, as fast as it goes: one result for each piece of speech of any channel,
 * in the order in which a live call would have given them. Times count from the recording's start.
 */
export async function* hearRecording(
  channels: readonly OfflineChannel[],
  { recognizer, voices, resample }: OfflineHearing,
  { signal }: { signal?: AbortSignal } = {},
): AsyncGenerator<OfflineResult> {
  const ears = channels.map((channel) => ({
    channel,
    segmenter: new SpeechSegmenter({ voice: voices.open(channel.sampleRateHz) }),
    frameSamples: (channel.sampleRateHz * FRAME_MS) / 1000,
  }));
  const understand = async (segment: SpeechSegment, speaker: Speaker): Promise<OfflineResult> => {
    const pcm = resample(segment.pcm, segment.sampleRateHz, recognizer.sampleRateHz);
    const transcription = await recognizer.transcribe(pcm, { speaker, ...(signal === undefined ? {} : { signal }) });
    const { cpuMs } = transcription;
    if (judgeTranscription(segment, transcription).kind === "rejected") return { utterance: null, cpuMs };
    return { utterance: utteranceOf(segment, transcription, { speaker, zeroMs: 0 }), cpuMs };
  };
  const longestMs = Math.max(0, ...ears.map(({ channel }) => (channel.pcm.length * 1000) / channel.sampleRateHz));
  for (let atMs = 0; atMs < longestMs; atMs += FRAME_MS) {
    signal?.throwIfAborted();
    for (const { channel, segmenter, frameSamples } of ears) {
      const from = (atMs / FRAME_MS) * frameSamples;
      const frame: HeardFrame = { atMs, pcm: channel.pcm.subarray(from, from + frameSamples) };
      for (const event of segmenter.push(frame)) {
        if (event.kind === "speech") yield await understand(event.segment, channel.speaker);
      }
    }
  }
  for (const { channel, segmenter } of ears) {
    for (const event of segmenter.flush()) {
      if (event.kind === "speech") yield await understand(event.segment, channel.speaker);
    }
  }
}
