import { decodeG711, encodeG711, OpusDecoder, OpusEncoder, resamplePcm } from "@jikimi/audio";
import type { Random } from "@jikimi/kernel";
import { makeBabble, type Sound } from "./sounds.ts";

/** What a line or a room does to speech at 16 kHz. `others`: what other people say, for rooms and second speakers. */
export type Condition = {
  readonly name: string;
  readonly what: string;
  readonly apply: (speech: Sound, others: readonly Sound[], random: Random) => Sound;
};

const FRAME_SAMPLES = 160;
const NOISE_BELOW_SPEECH_DB = 10;

export const CONDITIONS: readonly Condition[] = [
  { name: "wide", what: "16 kHz, as it was recorded", apply: (speech) => speech },
  { name: "telephone", what: "8 kHz, G.711 µ-law", apply: telephone },
  {
    name: "packet loss",
    what: "telephone, 3 % of packets lost, silence in their place",
    apply: (speech, _, random) => withLoss(telephone(speech), 0.03, random),
  },
  { name: "Opus", what: "our own narrowband Opus, there and back", apply: throughOpus },
  ...(["a street", "an office", "a café"] as const).map((room) => ({
    name: room,
    what: `telephone, noise of ${room} made here, ${NOISE_BELOW_SPEECH_DB} dB below the speech`,
    apply: (speech: Sound, others: readonly Sound[], random: Random) =>
      telephone(mixed(speech, makeRoom(room, speech.pcm.length, others, random), NOISE_BELOW_SPEECH_DB)),
  })),
  {
    name: "two at once",
    what: "telephone, somebody else speaks all the while, 10 dB below",
    apply: (speech, others, random) =>
      telephone(mixed(speech, repeated(pick(others, random), speech.pcm.length), NOISE_BELOW_SPEECH_DB)),
  },
];

function telephone({ pcm, sampleRateHz }: Sound): Sound {
  const narrow = resamplePcm(pcm, sampleRateHz, 8000);
  return { pcm: decodeG711("pcmu", encodeG711("pcmu", narrow)), sampleRateHz: 8000 };
}

function withLoss({ pcm, sampleRateHz }: Sound, share: number, random: Random): Sound {
  const received = pcm.slice();
  for (let at = 0; at < pcm.length; at += FRAME_SAMPLES) {
    if (random.integer(1000) < share * 1000) received.fill(0, at, at + FRAME_SAMPLES);
  }
  return { pcm: received, sampleRateHz };
}

function throughOpus({ pcm, sampleRateHz }: Sound): Sound {
  const narrow = resamplePcm(pcm, sampleRateHz, 8000);
  const encoder = new OpusEncoder();
  const decoder = new OpusDecoder();
  const heard = new Int16Array(Math.ceil(narrow.length / FRAME_SAMPLES) * FRAME_SAMPLES);
  for (let at = 0; at < narrow.length; at += FRAME_SAMPLES) {
    const frame = new Int16Array(FRAME_SAMPLES);
    frame.set(narrow.subarray(at, at + FRAME_SAMPLES));
    heard.set(decoder.decode(encoder.encode(frame)) ?? new Int16Array(FRAME_SAMPLES), at);
  }
  return { pcm: heard, sampleRateHz: 8000 };
}

/** Both at once; `noise` as much below the speech (mean power of all of it) as asked, and nothing clipped. */
function mixed(speech: Sound, noise: Float32Array, belowDb: number): Sound {
  const gain = (rms(speech.pcm) / Math.max(1e-9, rms(noise))) * 10 ** (-belowDb / 20);
  const sum = Float32Array.from(speech.pcm, (sample, i) => sample + gain * (noise[i] ?? 0));
  const peak = sum.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const room = Math.min(1, 32_000 / Math.max(1, peak));
  return { pcm: Int16Array.from(sum, (sample) => Math.round(sample * room)), sampleRateHz: speech.sampleRateHz };
}

type Room = "a street" | "an office" | "a café";

/** At 16 kHz. */
function makeRoom(room: Room, length: number, others: readonly Sound[], random: Random): Float32Array {
  switch (room) {
    case "a street":
      return layered(length, [rumble(length, random), traffic(length, random)]);
    case "an office":
      return layered(length, [hum(length), clicks(length, random), scaled(babble(others, 3, length, random), 0.15)]);
    case "a café":
      return layered(length, [babble(others, 8, length, random), scaled(clinks(length, random), 0.5)]);
  }
}

function rumble(length: number, random: Random): Float32Array {
  let low = 0;
  return Float32Array.from({ length }, () => {
    low = 0.985 * low + 0.015 * chance(random);
    return low * 5;
  });
}

/** A car every few seconds: noise that swells and goes. */
function traffic(length: number, random: Random): Float32Array {
  let band = 0;
  const period = 16_000 * (3 + random.integer(3));
  const shift = random.integer(period);
  return Float32Array.from({ length }, (_, i) => {
    band = 0.8 * band + 0.2 * chance(random);
    const near = Math.sin((Math.PI * ((i + shift) % period)) / period) ** 4;
    return band * near;
  });
}

function hum(length: number): Float32Array {
  return Float32Array.from(
    { length },
    (_, i) => 0.05 * Math.sin((2 * Math.PI * 120 * i) / 16_000) + 0.03 * Math.sin((2 * Math.PI * 360 * i) / 16_000),
  );
}

/** A keyboard: some six strokes a second. */
function clicks(length: number, random: Random): Float32Array {
  let left = 0;
  return Float32Array.from({ length }, () => {
    if (left < 0.01 && random.integer(2600) === 0) left = 0.5;
    left *= 0.995;
    return left * chance(random);
  });
}

function clinks(length: number, random: Random): Float32Array {
  let left = 0;
  let pitch = 3000;
  return Float32Array.from({ length }, (_, i) => {
    if (random.integer(16_000) === 0) {
      left = 1;
      pitch = 2200 + random.integer(2500);
    }
    left *= 0.9993;
    return left * Math.sin((2 * Math.PI * pitch * i) / 16_000);
  });
}

function babble(others: readonly Sound[], count: number, length: number, random: Random): Float32Array {
  const { pcm } = makeBabble(others, { count, length, rmsDb: -20, random });
  return Float32Array.from(pcm, (sample) => sample / 32_768);
}

function repeated({ pcm }: Sound, length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => (pcm[i % Math.max(1, pcm.length)] ?? 0) / 32_768);
}

function layered(length: number, layers: readonly Float32Array[]): Float32Array {
  return Float32Array.from({ length }, (_, i) => layers.reduce((sum, layer) => sum + (layer[i] ?? 0), 0));
}

function scaled(sound: Float32Array, by: number): Float32Array {
  return sound.map((sample) => sample * by);
}

function pick(others: readonly Sound[], random: Random): Sound {
  return others[random.integer(others.length)] ?? { pcm: new Int16Array(1), sampleRateHz: 16_000 };
}

function chance(random: Random): number {
  return random.integer(1_000_000) / 500_000 - 1;
}

function rms(samples: Int16Array | Float32Array): number {
  let squares = 0;
  for (const sample of samples) squares += sample * sample;
  return Math.sqrt(squares / Math.max(1, samples.length));
}
