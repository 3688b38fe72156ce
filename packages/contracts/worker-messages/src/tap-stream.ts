/**
 * The tap: PCM from a media worker to a listen worker over one TCP connection a stream.
 *
 * The connection opens with the token and a line feed; then frames follow, each
 * `u32 length | f64 atMs | PCM`, all big-endian but the PCM, which is signed 16-bit little-endian, 8 kHz, mono.
 * `length` counts what follows it; `atMs` is the wall-clock time of the frame's first sample. A jump in `atMs`
 * is a gap. A frame longer than 1 s breaks the stream: a peer that sends one is not ours.
 */
const TAP_SAMPLE_RATE_HZ = 8000;
const HEADER_BYTES = 12;
const MAX_FRAME_BYTES = 8 + TAP_SAMPLE_RATE_HZ * 2;
const MAX_TOKEN_BYTES = 256;

export type TapFrame = { readonly atMs: number; readonly pcm: Int16Array };

export function encodeTapOpening(token: string): Buffer {
  return Buffer.from(`${token}\n`, "latin1");
}

export function encodeTapFrame(atMs: number, pcm: Int16Array): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + pcm.length * 2);
  bytes.writeUInt32BE(8 + pcm.length * 2, 0);
  bytes.writeDoubleBE(atMs, 4);
  Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).copy(bytes, HEADER_BYTES);
  return bytes;
}

export type TapEvent =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "frame"; readonly frame: TapFrame }
  | { readonly kind: "broken"; readonly why: string };

/** Takes bytes as they come from the socket, in pieces of any size; never throws. After `broken` it yields nothing. */
export class TapDecoder {
  #pending: Buffer = Buffer.alloc(0);
  #state: "token" | "frames" | "broken" = "token";

  push(bytes: Buffer): TapEvent[] {
    if (this.#state === "broken") return [];
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const events: TapEvent[] = [];
    if (this.#state === "token") {
      const end = this.#pending.indexOf(0x0a);
      if (end < 0) {
        if (this.#pending.length > MAX_TOKEN_BYTES) events.push(this.#break("no token"));
        return events;
      }
      if (end > MAX_TOKEN_BYTES) return [this.#break("no token")];
      events.push({ kind: "token", token: this.#pending.toString("latin1", 0, end) });
      this.#pending = this.#pending.subarray(end + 1);
      this.#state = "frames";
    }
    while (this.#pending.length >= 4) {
      const length = this.#pending.readUInt32BE(0);
      if (length < 8 || length > MAX_FRAME_BYTES || length % 2 !== 0) {
        events.push(this.#break(`a frame of ${length} bytes`));
        return events;
      }
      if (this.#pending.length < 4 + length) break;
      const pcm = new Int16Array((length - 8) / 2);
      for (let i = 0; i < pcm.length; i++) pcm[i] = this.#pending.readInt16LE(HEADER_BYTES + i * 2);
      events.push({ kind: "frame", frame: { atMs: this.#pending.readDoubleBE(4), pcm } });
      this.#pending = this.#pending.subarray(4 + length);
    }
    return events;
  }

  #break(why: string): TapEvent {
    this.#state = "broken";
    this.#pending = Buffer.alloc(0);
    return { kind: "broken", why };
  }
}
