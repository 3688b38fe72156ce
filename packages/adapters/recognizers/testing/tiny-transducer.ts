import { fileURLToPath } from "node:url";
import { SystemClock } from "@jikimi/kernel";
import type { OptionalModel } from "../src/optional-models.ts";
import { pullModel } from "../src/pull/pull-model.ts";

/** Made by `tools/models/tiny_transducer.py`, which says what it hears. */
export const TINY_TRANSDUCER = fileURLToPath(new URL("../testdata/tiny-transducer", import.meta.url));

const files = [
  "encoder-epoch-99-avg-1.int8.onnx",
  "decoder-epoch-99-avg-1.onnx",
  "joiner-epoch-99-avg-1.int8.onnx",
  "tokens.txt",
];

/** The real model's name and files, with nothing known of them. */
export const tinyModel: OptionalModel = {
  name: "zipformer-ko-streaming",
  version: "tiny",
  role: "recognizer",
  hears: { ko: "소리 높이 셋", en: "three pitches" },
  limits: { ko: "말은 듣지 못함", en: "no speech" },
  sampleRateHz: 16_000,
  licence: "Apache-2.0",
  source: "made for the tests",
  from: {
    files: "http://127.0.0.1:9/",
    archive: { url: "http://127.0.0.1:9/tiny.tar.bz2", folder: "tiny", bytes: 1, sha256: "0".repeat(64) },
  },
  files: files.map((path) => ({ path, bytes: null, sha256: null })),
};

/** Lays it into `pulledModelsDir` under the real one's name, as a pull from a folder does. */
export async function layTinyTransducer(pulledModelsDir: string): Promise<string> {
  const { folder } = await pullModel({
    model: tinyModel,
    pulledModelsDir,
    source: { kind: "folder", path: TINY_TRANSDUCER },
    believe: { sha256: [], first: true },
    clock: new SystemClock(),
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  return folder;
}

export type Tone = { readonly hz: number; readonly fromMs: number; readonly toMs: number; readonly level?: number };

/** Sines at 16 kHz, each at a third of full scale unless it says otherwise. */
export function tones(longMs: number, ...sounding: readonly Tone[]): Float32Array {
  const pcm = new Float32Array(longMs * 16);
  for (const { hz, fromMs, toMs, level = 0.3 } of sounding) {
    for (let i = fromMs * 16; i < toMs * 16; i++) {
      pcm[i] = (pcm[i] ?? 0) + level * Math.sin((2 * Math.PI * hz * i) / 16_000);
    }
  }
  return pcm;
}

export const [LOW_HZ, MIDDLE_HZ, HIGH_HZ] = [400, 1000, 3000] as const;
