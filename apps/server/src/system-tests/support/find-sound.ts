import { levelDbfs } from "@jikimi/audio";

const sampleRateHz = 8000;
/** The resolution of the first, coarse search: 10 ms. */
const stepSamples = 80;
/** The length of what must match, piece by piece: half a second. */
const pieceSamples = 4000;
/** How far a piece may lie from its place: 80 ms, for two clocks that drift and a telephone that waits for late packets. */
const slackSamples = 640;
const quietDbfs = -50;

export type FoundSound = {
  readonly startMs: number;
  readonly endMs: number;
  /** Of the pieces that are not silence, the share that was found in its place, 0 to 1. */
  readonly whole: number;
};

/**
 * Where a sound (8 kHz) lies in a longer one: first by the shape of its loudness, then exactly, piece by piece, by
 * normalised cross-correlation. Something is always found; `whole` says how much of it is really there.
 */
export function findSound(recording: Int16Array, sound: Int16Array, { fromMs = 0 } = {}): FoundSound {
  const offset = (fromMs * sampleRateHz) / 1000;
  const heard = recording.subarray(offset);
  const coarse = bestLag(envelope(heard), envelope(sound)) * stepSamples;
  let found = 0;
  let pieces = 0;
  let shift: number | null = null;
  for (let at = 0; at + pieceSamples <= sound.length; at += pieceSamples) {
    const piece = sound.subarray(at, at + pieceSamples);
    if (levelDbfs(piece) < quietDbfs) continue;
    pieces += 1;
    const match = bestMatch(heard, piece, coarse + at - slackSamples, coarse + at + slackSamples);
    if (match.likeness < 0.7) continue;
    found += 1;
    shift ??= match.at - at;
  }
  const startMs = Math.round(((offset + (shift ?? coarse)) * 1000) / sampleRateHz);
  const endMs = startMs + Math.round((sound.length * 1000) / sampleRateHz);
  return { startMs, endMs, whole: pieces === 0 ? 0 : found / pieces };
}

function envelope(pcm: Int16Array): Float64Array {
  const steps = Math.floor(pcm.length / stepSamples);
  return Float64Array.from({ length: steps }, (_, i) => {
    let power = 0;
    for (const sample of pcm.subarray(i * stepSamples, (i + 1) * stepSamples)) power += sample * sample;
    return Math.sqrt(power / stepSamples);
  });
}

/** The lag at which the shorter shape is most like the longer one. */
function bestLag(long: Float64Array, short: Float64Array): number {
  const mean = average(short, 0, short.length);
  const centred = short.map((value) => value - mean);
  let best = { lag: 0, likeness: Number.NEGATIVE_INFINITY };
  for (let lag = 0; lag + short.length <= long.length; lag++) {
    const around = average(long, lag, lag + short.length);
    let product = 0;
    let power = 0;
    for (let i = 0; i < centred.length; i++) {
      const value = (long[lag + i] ?? 0) - around;
      product += value * (centred[i] ?? 0);
      power += value * value;
    }
    const likeness = power === 0 ? 0 : product / Math.sqrt(power);
    if (likeness > best.likeness) best = { lag, likeness };
  }
  return best.lag;
}

function average(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i] ?? 0;
  return sum / Math.max(1, to - from);
}

function bestMatch(heard: Int16Array, piece: Int16Array, from: number, to: number): { at: number; likeness: number } {
  let best = { at: from, likeness: 0 };
  for (let at = Math.max(0, from); at <= to && at + piece.length <= heard.length; at++) {
    let product = 0;
    let heardPower = 0;
    let piecePower = 0;
    for (let i = 0; i < piece.length; i++) {
      const a = heard[at + i] ?? 0;
      const b = piece[i] ?? 0;
      product += a * b;
      heardPower += a * a;
      piecePower += b * b;
    }
    const likeness = heardPower === 0 ? 0 : product / Math.sqrt(heardPower * piecePower);
    if (likeness > best.likeness) best = { at, likeness };
  }
  return best;
}
