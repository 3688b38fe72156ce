/** Brings mono audio from one rate to another, whole, with nothing kept between calls. The sound does not shift in time. */
export function resample(pcm: Float32Array, fromHz: number, toHz: number): Float32Array {
  if (fromHz === toHz) return pcm.slice();
  const resampler = new Resampler(fromHz, toHz);
  const first = resampler.push(pcm);
  const last = resampler.flush();
  const whole = new Float32Array(Math.round((pcm.length * toHz) / fromHz));
  const kept = first.subarray(0, whole.length);
  whole.set(kept);
  whole.set(last.subarray(0, whole.length - kept.length), kept.length);
  return whole;
}

/** 16-bit PCM through `resample`. */
export function resamplePcm(pcm: Int16Array, fromHz: number, toHz: number): Int16Array {
  if (fromHz === toHz) return pcm.slice();
  return toInt16(resample(toFloat(pcm), fromHz, toHz));
}

/** -1 to 1. */
export function toFloat(pcm: Int16Array): Float32Array {
  return Float32Array.from(pcm, (sample) => sample / 32_768);
}

/** Clipped at full scale. */
export function toInt16(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))));
}

/** Zero crossings of the windowed sinc on each side, at the lower of both rates. */
const ZERO_CROSSINGS = 24;
/** Kaiser window: 80 dB of stop band (Kaiser 1974). */
const KAISER_BETA = 8;
/** The pass band ends here, as a share of the lower rate's half. */
const PASS_BAND = 0.92;
/** Rates without a small common ratio are served from this many phases, the nearest one each time. */
const MAX_PHASES = 1024;

/**
 * Streaming polyphase resampler for any two rates. Samples come out as soon as the filter has seen enough of what follows
 * (`delayMs`); `flush` gives the rest. Not for use after `flush`.
 */
export class Resampler {
  readonly #fromHz: number;
  readonly #toHz: number;
  readonly #phases: number;
  readonly #taps: number;
  /** `#taps` coefficients for each phase, one after the other. */
  readonly #filter: Float32Array;
  /** Input not used up yet; begins with half a filter of silence. */
  #pending: Float32Array;
  /** Input samples dropped from the front of `#pending` so far, and output samples made so far. */
  #consumed = 0;
  #produced = 0;

  constructor(fromHz: number, toHz: number) {
    const divisor = greatestCommonDivisor(fromHz, toHz);
    this.#fromHz = fromHz / divisor;
    this.#toHz = toHz / divisor;
    this.#phases = Math.min(this.#toHz, MAX_PHASES);
    const stretch = Math.max(1, fromHz / toHz);
    const half = Math.ceil(ZERO_CROSSINGS * stretch);
    this.#taps = 2 * half;
    this.#filter = designFilter(this.#phases, half, PASS_BAND * Math.min(1, toHz / fromHz));
    this.#pending = new Float32Array(half - 1);
  }

  /** How much later a sample comes out than it went in, in input samples. */
  get delaySamples(): number {
    return this.#taps / 2;
  }

  push(samples: Float32Array): Float32Array {
    const input = new Float32Array(this.#pending.length + samples.length);
    input.set(this.#pending);
    input.set(samples, this.#pending.length);

    // Output n stands at input time n * from / to; its first tap is the integer part, as the input is half a filter late.
    const ready = input.length - this.#taps + this.#consumed;
    const end = ready < 0 ? this.#produced : Math.floor(((ready + 1) * this.#toHz - 1) / this.#fromHz) + 1;
    const output = new Float32Array(Math.max(0, end - this.#produced));
    for (let n = 0; n < output.length; n++) {
      const position = (this.#produced + n) * this.#fromHz;
      const whole = Math.floor(position / this.#toHz);
      const phase = Math.floor(((position - whole * this.#toHz) * this.#phases) / this.#toHz);
      const from = whole - this.#consumed;
      const base = phase * this.#taps;
      let sum = 0;
      for (let tap = 0; tap < this.#taps; tap++) sum += (input[from + tap] ?? 0) * (this.#filter[base + tap] ?? 0);
      output[n] = sum;
    }
    this.#produced += output.length;
    const nextFrom = Math.floor((this.#produced * this.#fromHz) / this.#toHz) - this.#consumed;
    const drop = Math.max(0, Math.min(nextFrom, input.length));
    this.#pending = input.slice(drop);
    this.#consumed += drop;
    return output;
  }

  flush(): Float32Array {
    return this.push(new Float32Array(this.#taps / 2));
  }
}

/** Phase p is the low-pass filter sampled p / phases of an input sample later; each phase passes a constant unchanged. */
function designFilter(phases: number, half: number, cutoff: number): Float32Array {
  const taps = 2 * half;
  const filter = new Float32Array(phases * taps);
  for (let phase = 0; phase < phases; phase++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const distance = tap - (half - 1) - phase / phases;
      const value = cutoff * sinc(cutoff * distance) * kaiser(distance / half);
      filter[phase * taps + tap] = value;
      sum += value;
    }
    for (let tap = 0; tap < taps; tap++) {
      const at = phase * taps + tap;
      filter[at] = (filter[at] ?? 0) / sum;
    }
  }
  return filter;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(KAISER_BETA * Math.sqrt(1 - x * x)) / bessel(KAISER_BETA);
}

/** Modified Bessel function of the first kind, order zero, by its series. */
function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-10; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
