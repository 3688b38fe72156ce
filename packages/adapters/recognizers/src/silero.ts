import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ListeningError, type VoiceActivity, type VoiceActivityModel } from "@jikimi/listening";
import { readConstantTensors } from "./onnx-tensors.ts";
import { type Matrix, SimdKernel, type Vector } from "./simd-kernel.ts";

/**
 * Silero VAD v6, run by ourselves from the weights in its ONNX file.
 *
 * Not through sherpa-onnx: its detector answers yes or no and not how likely, keeps all audio of a speech that does not end,
 * and holds one ONNX Runtime session a stream (measured on 2026-11-22: 10 to 16 MB and 45 ms to open, at 0.10 ms a window).
 * The network is small (0.3 million weights), so one copy serves every stream, and a stream costs 300 numbers and 0.1 ms a
 * window at 8 kHz.
 *
 *     32 ms window + the 4 ms before it -> STFT magnitudes (4 frames) -> 4 convolutions -> LSTM (128) -> sigmoid
 *
 * The file holds one network for 16 kHz and one for 8 kHz; a telephone's audio goes to the latter as it comes.
 */
export class SileroModel implements VoiceActivityModel {
  readonly #weights: ReadonlyMap<8000 | 16000, Weights>;

  private constructor(weights: ReadonlyMap<8000 | 16000, Weights>) {
    this.#weights = weights;
  }

  /** Reads `silero-vad/silero_vad_v6.onnx` under `modelsDir`. Throws `ListeningError` `model-missing` or `model-damaged`. */
  static load(modelsDir: string): SileroModel {
    const path = join(modelsDir, "silero-vad", "silero_vad_v6.onnx");
    let file: Uint8Array;
    try {
      file = readFileSync(path);
    } catch (cause) {
      throw new ListeningError("model-missing", { cause, detail: path });
    }
    try {
      const tensors = readConstantTensors(file);
      return new SileroModel(
        new Map([
          [16000, arrange(tensors, "then", 16000)],
          [8000, arrange(tensors, "else", 8000)],
        ]),
      );
    } catch (cause) {
      throw new ListeningError("model-damaged", { cause, detail: path });
    }
  }

  open(sampleRateHz: 8000 | 16000): VoiceActivity {
    const weights = this.#weights.get(sampleRateHz);
    if (weights === undefined) throw new ListeningError("model-damaged");
    return new SileroStream(weights, sampleRateHz);
  }
}

type Weights = {
  readonly kernel: SimdKernel;
  readonly filterLength: number;
  /** 2 × bins rows: real parts, then imaginary parts. */
  readonly stft: Matrix;
  readonly convolutions: readonly Matrix[];
  /** Rows i, f, g, o of 128 each; columns are the input, then the hidden state. */
  readonly lstm: Matrix;
  readonly outputWeights: Float32Array;
  readonly outputBias: number;
  /** Room for one window's work, the same for all streams: nothing in it outlives a call. */
  readonly work: {
    readonly signal: Vector;
    readonly spectrum: Vector;
    /** What goes into each convolution: its frames with an empty one before and behind. */
    readonly frames: readonly Vector[];
    readonly lstmInput: Vector;
    readonly gates: Vector;
  };
};

const HIDDEN = 128;
const FRAMES = 4;
const STRIDES = [1, 2, 2, 1];
const KERNEL = 3;
const MODEL_FLOATS = 400_000;

function arrange(tensors: Map<string, Float32Array>, branch: "then" | "else", sampleRateHz: 8000 | 16000): Weights {
  const named = (name: string): Float32Array => {
    const values = tensors.get(`If_0_${branch}_branch__Inline_0__${name}`);
    if (values === undefined) throw new RangeError(`no tensor ${name}`);
    return values;
  };
  const kernel = new SimdKernel(MODEL_FLOATS);
  const filterLength = sampleRateHz / 62.5;
  const basis = named("stft.forward_basis_buffer");
  const stft = kernel.matrix(basis, new Float32Array(basis.length / filterLength));
  let channels = stft.rows / 2;
  const convolutions = STRIDES.map((_, i) => {
    const bias = named(`encoder.${i}.reparam_conv.bias`);
    const matrix = kernelLast(named(`encoder.${i}.reparam_conv.weight`), bias.length, channels);
    channels = bias.length;
    return kernel.matrix(matrix, bias);
  });
  const input = named("decoder.rnn.weight_ih");
  const hidden = named("decoder.rnn.weight_hh");
  const joined = new Float32Array(input.length + hidden.length);
  for (let row = 0; row < 4 * HIDDEN; row++) {
    joined.set(input.subarray(row * HIDDEN, (row + 1) * HIDDEN), row * 2 * HIDDEN);
    joined.set(hidden.subarray(row * HIDDEN, (row + 1) * HIDDEN), row * 2 * HIDDEN + HIDDEN);
  }
  const hiddenBias = named("decoder.rnn.bias_hh");
  const bias = named("decoder.rnn.bias_ih").map((value, i) => value + (hiddenBias[i] ?? 0));
  let frames = FRAMES;
  const work = {
    signal: kernel.vector((sampleRateHz * 36) / 1000 + filterLength / 4),
    spectrum: kernel.vector(stft.rows),
    frames: convolutions.map((convolution, i) => {
      const room = kernel.vector((frames + 2) * (convolution.columns / KERNEL));
      frames = Math.ceil(frames / (STRIDES[i] ?? 1));
      return room;
    }),
    lstmInput: kernel.vector(2 * HIDDEN),
    gates: kernel.vector(4 * HIDDEN),
  };
  return {
    kernel,
    filterLength,
    stft,
    convolutions,
    lstm: kernel.matrix(joined, bias),
    outputWeights: named("decoder.decoder.2.weight"),
    outputBias: named("decoder.decoder.2.bias")[0] ?? 0,
    work,
  };
}

/** [out][in][kernel] -> [out][kernel][in], so that an output is one dot product over consecutive frames. */
function kernelLast(weight: Float32Array, outputs: number, inputs: number): Float32Array {
  const turned = new Float32Array(weight.length);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let k = 0; k < KERNEL; k++) {
        turned[(o * KERNEL + k) * inputs + i] = weight[(o * inputs + i) * KERNEL + k] ?? 0;
      }
    }
  }
  return turned;
}

class SileroStream implements VoiceActivity {
  readonly sampleRateHz: 8000 | 16000;
  readonly windowSamples: number;
  readonly #weights: Weights;
  /** The end of the window before. */
  readonly #context: Float32Array;
  readonly #hidden = new Float32Array(HIDDEN);
  readonly #cell = new Float32Array(HIDDEN);

  constructor(weights: Weights, sampleRateHz: 8000 | 16000) {
    this.#weights = weights;
    this.sampleRateHz = sampleRateHz;
    this.windowSamples = (sampleRateHz * 32) / 1000;
    this.#context = new Float32Array((sampleRateHz * 4) / 1000);
  }

  reset(): void {
    this.#context.fill(0);
    this.#hidden.fill(0);
    this.#cell.fill(0);
  }

  probability(window: Float32Array): number {
    if (window.length !== this.windowSamples) {
      throw new RangeError(`a window of ${window.length} samples, not ${this.windowSamples}`);
    }
    this.#takeIn(window);
    transform(this.#weights);
    convolve(this.#weights);
    this.#remember();
    const { outputWeights, outputBias } = this.#weights;
    let sum = outputBias;
    for (let i = 0; i < HIDDEN; i++) sum += (outputWeights[i] ?? 0) * Math.max(0, this.#hidden[i] ?? 0);
    return sigmoid(sum);
  }

  /** Context, window, and the mirrored end that the last STFT frame reaches into. */
  #takeIn(window: Float32Array): void {
    const signal = this.#weights.work.signal.values;
    const end = this.#context.length + window.length;
    signal.set(this.#context);
    signal.set(window, this.#context.length);
    for (let i = 0; end + i < signal.length; i++) signal[end + i] = signal[end - 2 - i] ?? 0;
    this.#context.set(window.subarray(window.length - this.#context.length));
  }

  #remember(): void {
    const { kernel, lstm, work } = this.#weights;
    work.lstmInput.values.set(this.#hidden, HIDDEN);
    kernel.multiply(lstm, work.lstmInput, 0, work.gates, 0);
    const gates = work.gates.values;
    for (let i = 0; i < HIDDEN; i++) {
      const take = sigmoid(gates[i] ?? 0);
      const keep = sigmoid(gates[HIDDEN + i] ?? 0);
      const candidate = Math.tanh(gates[2 * HIDDEN + i] ?? 0);
      const show = sigmoid(gates[3 * HIDDEN + i] ?? 0);
      const cell = keep * (this.#cell[i] ?? 0) + take * candidate;
      this.#cell[i] = cell;
      this.#hidden[i] = show * Math.tanh(cell);
    }
  }
}

/** The signal's STFT magnitudes, as the first convolution's frames. */
function transform({ kernel, stft, filterLength, work }: Weights): void {
  const bins = stft.rows / 2;
  const frames = work.frames[0]?.values ?? new Float32Array(0);
  const spectrum = work.spectrum.values;
  for (let frame = 0; frame < FRAMES; frame++) {
    kernel.multiply(stft, work.signal, (frame * filterLength) / 2, work.spectrum, 0);
    for (let bin = 0; bin < bins; bin++) {
      const real = spectrum[bin] ?? 0;
      const imaginary = spectrum[bins + bin] ?? 0;
      frames[(frame + 1) * bins + bin] = Math.sqrt(real * real + imaginary * imaginary);
    }
  }
}

/** Each convolution's output is the next one's frames; the last one's goes into the LSTM. */
function convolve({ kernel, convolutions, work }: Weights): void {
  let count = FRAMES;
  for (const [i, convolution] of convolutions.entries()) {
    const input = work.frames[i];
    if (input === undefined) return;
    const next = work.frames[i + 1];
    const output = next ?? work.lstmInput;
    const stride = STRIDES[i] ?? 1;
    count = Math.ceil(count / stride);
    for (let frame = 0; frame < count; frame++) {
      const at = next === undefined ? 0 : (frame + 1) * convolution.rows;
      kernel.multiply(convolution, input, (frame * stride * convolution.columns) / KERNEL, output, at);
      for (let row = at; row < at + convolution.rows; row++) output.values[row] = Math.max(0, output.values[row] ?? 0);
    }
  }
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
