import { InferenceSession, Tensor } from "onnxruntime-node";
import { MEL_BANDS, type MelFrames } from "./mel.ts";

const LAYERS = 6;
const WIDTH = 512;

/** What the encoder made of a sound: keys and values that every step of the text looks at. 20 ms a frame. */
export type Heard = { readonly keys: Tensor; readonly values: Tensor; readonly frames: number };

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
  /** Log probability of each next token (text and end), `[row][token][choices]`. */
  readonly logProbabilities: Float32Array;
  readonly choices: number;
  /** Where the alignment heads look, `[row][token][frames]`. */
  readonly attention: Float32Array;
  /** Whisper's no-speech probability, `[row][token]`: meant to be read at the first token of the opening. */
  readonly noSpeech: Float32Array;
  readonly newKeys: Float32Array;
  readonly newValues: Float32Array;
};

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

  async hear({ data, frames }: MelFrames): Promise<Heard> {
    const made = await this.#encoder.run({ mel: new Tensor("float32", data, [1, MEL_BANDS, frames]) });
    const keys = tensor(made, "n_layer_cross_k");
    const values = tensor(made, "n_layer_cross_v");
    return { keys, values, frames: values.dims[2] ?? 0 };
  }

  /** `rows`: token rows of one length, each after the same cache. */
  async step(heard: Heard, cache: TextCache, rows: readonly (readonly number[])[]): Promise<Step> {
    const tokens = rows[0]?.length ?? 0;
    const ids = BigInt64Array.from(rows.flat(), BigInt);
    const made = await this.#decoder.run({
      tokens: new Tensor("int64", ids, [rows.length, tokens]),
      past_k: new Tensor("float32", cache.keys, [LAYERS, 1, cache.length, WIDTH]),
      past_v: new Tensor("float32", cache.values, [LAYERS, 1, cache.length, WIDTH]),
      cross_k: heard.keys,
      cross_v: heard.values,
    });
    const log = tensor(made, "logp");
    return {
      rows: rows.length,
      tokens,
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
