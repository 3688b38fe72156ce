import type { Recognizer, Resample, Transcription, VoiceActivity } from "../src/index.ts";

/** Voice is loudness: a window above -40 dBFS has it. A small real detector, so that tests can say when someone talks. */
export class LoudnessVoice implements VoiceActivity {
  readonly sampleRateHz = 8000;
  readonly windowSamples = 256;

  probability(window: Float32Array): number {
    const power = window.reduce((sum, value) => sum + value * value, 0) / window.length;
    return power > 1e-4 ? 0.95 : 0.02;
  }

  reset(): void {}
}

/** Writes how long the sound was; answers when told to, or at once. */
export class ScriptedRecognizer implements Recognizer {
  readonly name = "demo";
  readonly sampleRateHz = 16_000;
  readonly heardSamples: number[] = [];
  waiting = 0;
  readonly #answer: (pcm: Float32Array) => Promise<Transcription>;

  constructor(answer: (pcm: Float32Array) => Promise<Transcription> = async (pcm) => saying(`${pcm.length}`)) {
    this.#answer = answer;
  }

  async transcribe(pcm: Float32Array, { signal }: { signal?: AbortSignal } = {}): Promise<Transcription> {
    this.heardSamples.push(pcm.length);
    this.waiting += 1;
    try {
      return await Promise.race([this.#answer(pcm), aborted(signal)]);
    } finally {
      this.waiting -= 1;
    }
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

export function saying(text: string, { accepted = true } = {}): Transcription {
  const words = [{ text, startMs: 0, endMs: 100, confidence: 0.9 }];
  return { text, words, hints: [], confidence: 0.9, accepted, noSpeech: 0, cpuMs: 1 };
}

/** Repeats samples: enough for a recogniser that only counts them. */
export const repeatSamples: Resample = (pcm, fromHz, toHz) =>
  Float32Array.from(
    { length: Math.round((pcm.length * toHz) / fromHz) },
    (_, i) => pcm[Math.floor((i * fromHz) / toHz)] ?? 0,
  );

/** 20 ms at 8 kHz: a loud buzz, or silence. */
export function frameOf(loud: boolean): Int16Array {
  return Int16Array.from({ length: 160 }, (_, i) => (loud ? (i % 16 < 8 ? 8000 : -8000) : 0));
}
