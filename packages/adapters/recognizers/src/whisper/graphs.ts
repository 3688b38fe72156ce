import { InferenceSession, Tensor } from "onnxruntime-node";
import { MEL_BANDS, type MelFrames } from "./mel.ts";

const LAYERS = 6;
const WIDTH = 512;
const MEL_FRAME_MS = 10;
const FRAME_MS = 20;

/** What the encoder made of a sound: keys and values that every step of the text looks at. 20 ms a frame. */
export type Heard = {
  readonly keys: Tensor;
  readonly values: Tensor;
  readonly frames: number;
  /** Those of them that hold the sound itself: behind them lies the encoder's own silence. */
  readonly soundFrames: number;
};

/**
 * The decoder's keys and values of the text so far, `[layer][token][512]`, packed: the graph takes them whole at every step
 * and gives back only the new ones.
 */
export class TextCache {
  readonly length: number;
  readonly keys: Float32Array;
  readonly values: Float32Array;

  constructor(length = 0, keys: Float32Array = new Float32Array(0), values: Float32Array = new Float32Array(0)) {
    this.length = length;
    this.keys = keys;
    this.values = values;
  }

  /** With the new tokens' behind; `keys` and `values` are one batch row's, `[layer][added][512]`. */
  grown(added: number, keys: Float32Array, values: Float32Array): TextCache {
    return new TextCache(
      this.length + added,
      joined(this.keys, this.length, keys, added),
      joined(this.values, this.length, values, added),
    );
  }

  /** The first `length` tokens' alone. */
  upTo(length: number): TextCache {
    if (length === this.length) return this;
    return new TextCache(length, cutTo(this.keys, this.length, length), cutTo(this.values, this.length, length));
  }
}

function joined(before: Float32Array, length: number, added: Float32Array, count: number): Float32Array {
  const all = new Float32Array(LAYERS * (length + count) * WIDTH);
  for (let layer = 0; layer < LAYERS; layer++) {
    const at = layer * (length + count) * WIDTH;
    all.set(before.subarray(layer * length * WIDTH, (layer + 1) * length * WIDTH), at);
    all.set(added.subarray(layer * count * WIDTH, (layer + 1) * count * WIDTH), at + length * WIDTH);
  }
  return all;
}

function cutTo(all: Float32Array, length: number, kept: number): Float32Array {
  const cut = new Float32Array(LAYERS * kept * WIDTH);
  for (let layer = 0; layer < LAYERS; layer++) {
    const at = layer * length * WIDTH;
    cut.set(all.subarray(at, at + kept * WIDTH), layer * kept * WIDTH);
  }
  return cut;
}

/** One run of the decoder over a batch of token rows of one length. */
export type Step = {
  readonly rows: number;
  readonly tokens: number;
  readonly frames: number;
  /** Log probability of each next token (text and end), `[row][token][choices]`. */
  readonly logProbabilities: Float32Array;
  readonly choices: number;
  /** Where the alignment heads look, `[row][token][frames]`. */
  readonly attention: Float32Array;
  /** Whisper's no-speech probability, `[row][token]`: meant to be read at the first token of the opening. */
  readonly noSpeech: Float32Array;
  /** `[layer][row][token][512]`. */
  readonly newKeys: Float32Array;
  readonly newValues: Float32Array;
};

export type StepRow = { readonly cache: TextCache; readonly tokens: readonly number[] };

/** What a step says of a row's last token, and the row's own keys and values. */
export function lastOf(step: Step, row: number) {
  const { tokens, choices, frames, logProbabilities, attention } = step;
  const last = row * tokens + tokens - 1;
  return {
    logProbabilities: logProbabilities.subarray(last * choices, (last + 1) * choices),
    attention: attention.subarray(last * frames, (last + 1) * frames),
    added: { keys: rowOf(step.newKeys, step, row), values: rowOf(step.newValues, step, row) },
  };
}

function rowOf(all: Float32Array, { rows, tokens }: Step, row: number): Float32Array {
  if (rows === 1) return all;
  const size = tokens * WIDTH;
  const own = new Float32Array(LAYERS * size);
  for (let layer = 0; layer < LAYERS; layer++) {
    const at = (layer * rows + row) * size;
    own.set(all.subarray(at, at + size), layer * size);
  }
  return own;
}

/** Caches of one length, layer by layer; where all are the same one, it is given once. */
function sideBySide(caches: readonly TextCache[]): { keys: Float32Array; values: Float32Array; count: number } {
  const [first = new TextCache()] = caches;
  if (caches.every((cache) => cache === first)) return { keys: first.keys, values: first.values, count: 1 };
  const size = first.length * WIDTH;
  const keys = new Float32Array(LAYERS * caches.length * size);
  const values = new Float32Array(LAYERS * caches.length * size);
  for (let layer = 0; layer < LAYERS; layer++) {
    for (const [row, cache] of caches.entries()) {
      const at = (layer * caches.length + row) * size;
      keys.set(cache.keys.subarray(layer * size, (layer + 1) * size), at);
      values.set(cache.values.subarray(layer * size, (layer + 1) * size), at);
    }
  }
  return { keys, values, count: caches.length };
}

/** What reads a text out of what was heard. */
export type LetterReader = Pick<WhisperGraphs, "step">;

/** The two graphs of `whisper-base-ko` on ONNX Runtime, one thread. */
export class WhisperGraphs {
  readonly #encoder: InferenceSession;
  readonly #decoder: InferenceSession;

  private constructor(encoder: InferenceSession, decoder: InferenceSession) {
    this.#encoder = encoder;
    this.#decoder = decoder;
  }

  static async load({
    encoderPath,
    decoderPath,
  }: {
    encoderPath: string;
    decoderPath: string;
  }): Promise<WhisperGraphs> {
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: "sequential" } as const;
    const encoder = await InferenceSession.create(encoderPath, options);
    return new WhisperGraphs(encoder, await InferenceSession.create(decoderPath, options));
  }

  /** `silenceMs`: how much silence the encoder puts behind the sound, a multiple of 20 ms. */
  async hear({ data, frames: melFrames }: MelFrames, { silenceMs }: { silenceMs: number }): Promise<Heard> {
    const made = await this.#encoder.run({
      mel: new Tensor("float32", data, [1, MEL_BANDS, melFrames]),
      tail: new Tensor("int64", BigInt64Array.of(BigInt(silenceMs / MEL_FRAME_MS)), [1]),
    });
    const keys = tensor(made, "n_layer_cross_k");
    const values = tensor(made, "n_layer_cross_v");
    const frames = values.dims[2] ?? 0;
    return { keys, values, frames, soundFrames: Math.max(1, frames - silenceMs / FRAME_MS) };
  }

  /** Rows of as many tokens, each after as many tokens of its own cache. */
  async step(heard: Heard, rows: readonly StepRow[]): Promise<Step> {
    const tokens = rows[0]?.tokens.length ?? 0;
    const past = rows[0]?.cache.length ?? 0;
    const ids = BigInt64Array.from(
      rows.flatMap((row) => row.tokens),
      BigInt,
    );
    const caches = sideBySide(rows.map(({ cache }) => cache));
    const made = await this.#decoder.run({
      tokens: new Tensor("int64", ids, [rows.length, tokens]),
      past_k: new Tensor("float32", caches.keys, [LAYERS, caches.count, past, WIDTH]),
      past_v: new Tensor("float32", caches.values, [LAYERS, caches.count, past, WIDTH]),
      cross_k: heard.keys,
      cross_v: heard.values,
    });
    const log = tensor(made, "logp");
    return {
      rows: rows.length,
      tokens,
      frames: heard.frames,
      logProbabilities: floats(log),
      choices: log.dims[2] ?? 0,
      attention: floats(tensor(made, "att")),
      noSpeech: floats(tensor(made, "no_speech")),
      newKeys: floats(tensor(made, "new_k")),
      newValues: floats(tensor(made, "new_v")),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#encoder.release(), this.#decoder.release()]);
  }
}

function tensor(made: InferenceSession.OnnxValueMapType, name: string): Tensor {
  const value = made[name];
  if (!(value instanceof Tensor)) throw new TypeError(`the graph gives no ${name}`);
  return value;
}

function floats(value: Tensor): Float32Array {
  if (!(value.data instanceof Float32Array)) throw new TypeError(`a tensor of ${value.type}`);
  return value.data;
}
