import { decodeG711, encodeG711, OPUS_FRAME_SAMPLES, OpusDecoder, OpusEncoder } from "@jikimi/audio";
import type { WideCodec } from "@jikimi/rtp";

const LONGEST_SAMPLES = 960;

/** A browser's Opus at the edge of a leg that is G.711 inside, both ways. */
export class TelephoneOpus implements WideCodec {
  readonly law = "pcmu";
  readonly #decoder = new OpusDecoder();
  readonly #encoder = new OpusEncoder();
  readonly #heard = new Uint8Array(LONGEST_SAMPLES);
  readonly #pcm = new Int16Array(OPUS_FRAME_SAMPLES);

  toTelephone(payload: Uint8Array): Uint8Array | null {
    const pcm = this.#decoder.decode(payload);
    return pcm === null ? null : encodeG711(this.law, pcm, this.#heard.subarray(0, pcm.length));
  }

  fromTelephone(frame: Uint8Array): Uint8Array {
    return this.#encoder.encode(decodeG711(this.law, frame, this.#pcm));
  }
}
