import { createRequire } from "node:module";
import { SeededRandom } from "@jikimi/kernel";
import { ListeningError } from "@jikimi/listening";
import { expect, test } from "vitest";
import { readTestLine } from "../testing/test-sound.ts";
import { defaultModelsDir } from "./models.ts";
import { SileroModel } from "./silero.ts";

const model = SileroModel.load(defaultModelsDir());

function probabilities(pcm: Float32Array, sampleRateHz: 8000 | 16000): number[] {
  const voice = model.open(sampleRateHz);
  return Array.from({ length: Math.floor(pcm.length / voice.windowSamples) }, (_, i) =>
    voice.probability(pcm.subarray(i * voice.windowSamples, (i + 1) * voice.windowSamples)),
  );
}

test("a voice is told from the silence around it, window by window", () => {
  const line = probabilities(readTestLine(), 8000);
  // 0.6 s of silence before, 0.8 s behind.
  expect(Math.max(...line.slice(0, 17))).toBeLessThan(0.35);
  expect(Math.max(...line.slice(-18))).toBeLessThan(0.35);
  const spoken = line.slice(20, -30);
  expect(spoken.filter((probability) => probability > 0.9).length / spoken.length).toBeGreaterThan(0.7);
});

/**
 * The same file run by ONNX Runtime inside sherpa-onnx, which answers only whether its probability passed a threshold
 * (one window late at the start, and down to the threshold less 0.15 while it goes on).
 */
test("the network gives what ONNX Runtime gives from the same file", () => {
  const { Vad } = createRequire(import.meta.url)("sherpa-onnx-node") as {
    Vad: new (config: object, seconds: number) => SherpaVad;
  };
  const pcm = doubled(readTestLine());
  const ours = probabilities(pcm, 16_000);
  for (const threshold of [0.2, 0.35, 0.5, 0.65, 0.8, 0.95]) {
    const sileroVad = {
      model: `${defaultModelsDir()}silero-vad/silero_vad_v6.onnx`,
      threshold,
      minSilenceDuration: 0.001,
      minSpeechDuration: 0.001,
      windowSize: 512,
      maxSpeechDuration: 1000,
    };
    const vad = new Vad({ sileroVad, sampleRate: 16_000, numThreads: 1, debug: false, provider: "cpu" }, 20);
    // Its windows reach 64 samples back, ours begin with that context empty.
    vad.acceptWaveform(new Float32Array(64));
    const theirs = ours.map((_, i) => {
      vad.acceptWaveform(pcm.subarray(i * 512, (i + 1) * 512));
      return vad.isDetected();
    });
    expect(theirs).toEqual(asSherpaDetects(ours, threshold));
    expect(theirs).toContain(true);
    expect(theirs).toContain(false);
  }
});

interface SherpaVad {
  acceptWaveform(samples: Float32Array): void;
  isDetected(): boolean;
}

/** What sherpa-onnx makes of the probabilities: a window late to begin, a window late to end. */
function asSherpaDetects(line: readonly number[], threshold: number): boolean[] {
  let begun = false;
  let speaking = false;
  let ending = false;
  return line.map((probability) => {
    if (probability > threshold) {
      speaking = begun;
      begun = true;
      ending = false;
    } else if (speaking && probability <= threshold - 0.15) {
      speaking = !ending;
      begun = speaking;
      ending = speaking;
    } else if (!speaking) begun = false;
    return speaking;
  });
}

/** 8 kHz to 16 kHz by interpolation: both networks are given the same sound, whatever it is. */
function doubled(pcm: Float32Array): Float32Array {
  return Float32Array.from({ length: pcm.length * 2 }, (_, i) =>
    i % 2 === 0 ? (pcm[i / 2] ?? 0) : ((pcm[(i - 1) / 2] ?? 0) + (pcm[(i + 1) / 2] ?? 0)) / 2,
  );
}

test("silence and noise are no voice, at either rate and any level", () => {
  const random = new SeededRandom(3);
  for (const sampleRateHz of [8000, 16_000] as const) {
    for (const gain of [0, 0.003, 0.03, 0.3]) {
      const noise = Float32Array.from({ length: sampleRateHz * 3 }, () => (random.integer(20_001) / 10_000 - 1) * gain);
      expect(Math.max(...probabilities(noise, sampleRateHz))).toBeLessThan(0.5);
    }
  }
});

test("streams do not hear each other, and a reset forgets", () => {
  const line = readTestLine();
  const alone = probabilities(line, 8000);
  const one = model.open(8000);
  const other = model.open(8000);
  const together = alone.map((_, i) => {
    other.probability(line.subarray(i * 128, i * 128 + 256));
    return one.probability(line.subarray(i * 256, (i + 1) * 256));
  });
  expect(together).toEqual(alone);
  one.reset();
  expect(one.probability(line.subarray(0, 256))).toBe(alone[0]);
});

test("a window of another size is a mistake", () => {
  expect(() => model.open(8000).probability(new Float32Array(512))).toThrow(RangeError);
});

test("a model that is not there is named", () => {
  expect(() => SileroModel.load("/nowhere")).toThrow(ListeningError);
  expect(() => SileroModel.load("/nowhere")).toThrow(/model-missing.*silero_vad_v6/);
});
