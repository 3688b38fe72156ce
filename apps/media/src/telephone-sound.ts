import { decodeG711, encodeG711, type G711Codec, g711Silence } from "@jikimi/audio";

/** What goes out in one packet of ours: 20 ms at 8 kHz, one byte a sample. */
export const FRAME_SAMPLES = 160;
export const SAMPLES_PER_MS = 8;

/** Below this peak (-48 dB) nobody misses a packet. */
const QUIET_PEAK = 130;
const LONGEST_SILENCE = 1600;

/** What can be played to a leg, frame by frame. */
export interface PlayableSound {
  /** `Infinity`: it never ends by itself. */
  readonly samples: number;
  /** The 20 ms from `sample` (a multiple of a frame) on; valid until the next is asked for. */
  frame(codec: G711Codec, sample: number): Uint8Array;
}

/** A sound ready to be played: encoded once for each codec, cut into whole frames. */
export class TelephoneSound implements PlayableSound {
  readonly #encoded: Readonly<Record<G711Codec, Buffer>>;
  readonly samples: number;

  constructor(pcm: Int16Array) {
    const frames = Math.ceil(pcm.length / FRAME_SAMPLES);
    const whole = new Int16Array(frames * FRAME_SAMPLES);
    whole.set(pcm);
    this.samples = whole.length;
    this.#encoded = { pcmu: Buffer.from(encodeG711("pcmu", whole)), pcma: Buffer.from(encodeG711("pcma", whole)) };
  }

  /** Bytes held in memory. */
  get bytes(): number {
    return this.samples * 2;
  }

  /** A view of the frame that begins at `sample` (a multiple of a frame). */
  frame(codec: G711Codec, sample: number): Buffer {
    return this.#encoded[codec].subarray(sample, sample + FRAME_SAMPLES);
  }
}

const SILENCE: Readonly<Record<G711Codec, Buffer>> = {
  pcmu: Buffer.alloc(LONGEST_SILENCE, g711Silence("pcmu")),
  pcma: Buffer.alloc(LONGEST_SILENCE, g711Silence("pcma")),
};

export function silence(codec: G711Codec, samples = FRAME_SAMPLES): Buffer {
  return SILENCE[codec].subarray(0, samples);
}

const LOUD: Readonly<Record<G711Codec, Uint8Array>> = { pcmu: loudBytes("pcmu"), pcma: loudBytes("pcma") };

export function isQuiet(codec: G711Codec, payload: Uint8Array): boolean {
  const loud = LOUD[codec];
  for (const byte of payload) if (loud[byte] === 1) return false;
  return true;
}

export function isG711(codec: string): codec is G711Codec {
  return codec === "pcmu" || codec === "pcma";
}

function loudBytes(codec: G711Codec): Uint8Array {
  const pcm = decodeG711(
    codec,
    Uint8Array.from({ length: 256 }, (_, byte) => byte),
  );
  return Uint8Array.from(pcm, (sample) => (Math.abs(sample) > QUIET_PEAK ? 1 : 0));
}
