import { createFourier } from "./fourier.ts";

const SAMPLE_RATE_HZ = 16_000;
const WINDOW = 400;
/** 10 ms. */
const HOP_SAMPLES = 160;
export const MEL_BANDS = 80;
const BINS = WINDOW / 2 + 1;
/** Whisper sees 8 decades (80 dB) below the loudest band of the clip, and nothing under that. */
const DECADES = 8;
const LEAST_POWER = 1e-10;

export type MelFrames = { readonly frames: number /** `MEL_BANDS` rows of `frames`. */; readonly data: Float32Array };

/**
 * The log-mel spectrogram that Whisper was trained on (Radford et al. 2022, arXiv 2212.04356, §2.2): windows of 25 ms each 10 ms,
 * 80 bands to 8 kHz, scaled to about -1 to 1. One at a time: it works in arrays of its own.
 */
export class MelSpectrogram {
  readonly #transform = createFourier(WINDOW);
  readonly #re = new Float64Array(WINDOW);
  readonly #im = new Float64Array(WINDOW);
  readonly #hann = Float64Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW));
  readonly #filters = melFilters();

  /** `pcm`: -1 to 1 at 16 kHz, longer than 200 samples; a frame each whole 10 ms of it. */
  of(pcm: Float32Array): MelFrames {
    const frames = Math.floor(pcm.length / HOP_SAMPLES);
    const data = new Float32Array(MEL_BANDS * frames);
    // Two windows at once: one as the real part, one as the imaginary.
    for (let frame = 0; frame < frames; frame += 2) {
      this.#window(pcm, frame, this.#re);
      this.#window(pcm, frame + 1, this.#im);
      this.#transform(this.#re, this.#im);
      this.#bands(data, frames, frame);
    }
    let top = Number.NEGATIVE_INFINITY;
    for (const value of data) if (value > top) top = value;
    for (let i = 0; i < data.length; i++) data[i] = (Math.max(data[i] as number, top - DECADES) + 4) / 4;
    return { frames, data };
  }

  /** The window in the middle of which the frame begins; mirrored at both ends of the clip. */
  #window(pcm: Float32Array, frame: number, into: Float64Array): void {
    const last = pcm.length - 1;
    const start = frame * HOP_SAMPLES - WINDOW / 2;
    for (let i = 0; i < WINDOW; i++) {
      let at = Math.abs(start + i);
      if (at > last) at = Math.max(0, 2 * last - at);
      into[i] = (pcm[at] as number) * (this.#hann[i] as number);
    }
  }

  #bands(data: Float32Array, frames: number, frame: number): void {
    const re = this.#re;
    const im = this.#im;
    const first = new Float64Array(BINS);
    const second = new Float64Array(BINS);
    for (let bin = 0; bin < BINS; bin++) {
      const mirror = (WINDOW - bin) % WINDOW;
      const ar = (re[bin] as number) + (re[mirror] as number);
      const ai = (im[bin] as number) - (im[mirror] as number);
      const br = (im[bin] as number) + (im[mirror] as number);
      const bi = (re[mirror] as number) - (re[bin] as number);
      first[bin] = (ar * ar + ai * ai) / 4;
      second[bin] = (br * br + bi * bi) / 4;
    }
    for (const [band, { from, weights }] of this.#filters.entries()) {
      let one = 0;
      let other = 0;
      for (let i = 0; i < weights.length; i++) {
        const weight = weights[i] as number;
        one += weight * (first[from + i] as number);
        other += weight * (second[from + i] as number);
      }
      data[band * frames + frame] = Math.log10(Math.max(one, LEAST_POWER));
      if (frame + 1 < frames) data[band * frames + frame + 1] = Math.log10(Math.max(other, LEAST_POWER));
    }
  }
}

type Filter = { readonly from: number; readonly weights: Float64Array };

/**
 * Triangles on Slaney's mel scale, each of the same area (M. Slaney, Auditory Toolbox, 1998): what librosa's `mel` gives by
 * default, which Whisper's authors used.
 */
function melFilters(): readonly Filter[] {
  const top = toMel(SAMPLE_RATE_HZ / 2);
  const edges = Array.from({ length: MEL_BANDS + 2 }, (_, i) => fromMel((i * top) / (MEL_BANDS + 1)));
  return Array.from({ length: MEL_BANDS }, (_, band) => {
    const [low, middle, high] = edges.slice(band, band + 3) as [number, number, number];
    const weights = Array.from({ length: BINS }, (_, bin) => {
      const hz = (bin * SAMPLE_RATE_HZ) / WINDOW;
      const height = Math.min((hz - low) / (middle - low), (high - hz) / (high - middle));
      return (Math.max(0, height) * 2) / (high - low);
    });
    const from = weights.findIndex((weight) => weight > 0);
    const to = weights.findLastIndex((weight) => weight > 0) + 1;
    return { from: Math.max(0, from), weights: Float64Array.from(weights.slice(Math.max(0, from), to)) };
  });
}

const LINEAR_TO_HZ = 1000;
const HZ_PER_MEL = 200 / 3;
const LOG_STEP = Math.log(6.4) / 27;

function toMel(hz: number): number {
  if (hz < LINEAR_TO_HZ) return hz / HZ_PER_MEL;
  return LINEAR_TO_HZ / HZ_PER_MEL + Math.log(hz / LINEAR_TO_HZ) / LOG_STEP;
}

function fromMel(mel: number): number {
  const bend = LINEAR_TO_HZ / HZ_PER_MEL;
  return mel < bend ? mel * HZ_PER_MEL : LINEAR_TO_HZ * Math.exp(LOG_STEP * (mel - bend));
}
