import { Decoder, Encoder } from "@evan/opus";

/** 20 ms at 8 kHz. */
export const OPUS_FRAME_SAMPLES = 160;
/** A packet holds 120 ms at most (RFC 6716 §2.1.4). */
const LONGEST_SAMPLES = 960;
/** Narrowband speech with repair data for the packet before. */
const BITRATE = 24_000;
/** Of 10. Above it the ear gains nothing at 8 kHz, and the processor pays. */
const COMPLEXITY = 5;
/** Makes the encoder spend bits on repair data (RFC 6716 §2.1.7). */
const EXPECTED_LOSS_PERCENT = 5;

/** One party's Opus as 8 kHz PCM; libopus decodes any bandwidth and channel count to that by itself. */
export class OpusDecoder {
  readonly #decoder = new Decoder({ channels: 1, sample_rate: 8000 });

  /** Null for what is no Opus packet. Packets go on from one another: give them in order. */
  decode(payload: Uint8Array): Int16Array | null {
    if (payload.length === 0) return null;
    try {
      const bytes = this.#decoder.decode(payload);
      const samples = bytes.length / 2;
      if (samples === 0 || samples > LONGEST_SAMPLES) return null;
      return new Int16Array(bytes.buffer, bytes.byteOffset, samples);
    } catch {
      return null;
    }
  }
}

/** 8 kHz PCM as Opus for telephone speech, with in-band repair data. */
export class OpusEncoder {
  readonly #encoder = new Encoder({ channels: 1, sample_rate: 8000, application: "voip" });

  constructor() {
    const encoder = this.#encoder;
    encoder.bitrate = BITRATE;
    encoder.complexity = COMPLEXITY;
    encoder.signal = "voice";
    encoder.inband_fec = true;
    encoder.packet_loss = EXPECTED_LOSS_PERCENT;
  }

  /** 20 ms as one packet's payload. */
  encode(pcm: Int16Array): Uint8Array {
    return this.#encoder.encode(pcm);
  }
}
