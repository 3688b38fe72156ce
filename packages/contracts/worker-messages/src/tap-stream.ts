/**
 * The taps: PCM from a media worker to a listen worker, all streams between the two over one TCP connection.
 *
 * Each message is `u32 length | u8 kind | u32 stream | body`, big-endian; `length` counts what follows it. The media worker
 * numbers its streams in ascending order and uses no number twice, so that a message that crosses a stream's end on the way
 * is known for what it is.
 *
 * | kind | from | body |
 * |---|---|---|
 * | 1 open | media | the token that admits the stream, 1 to 256 bytes of Latin-1 |
 * | 2 frame | media | `f64 atMs`, then PCM: signed 16-bit little-endian, 8 kHz, mono, at most 1 s |
 * | 3 close | media | nothing |
 * | 4 ended | listen | nothing: the stream was refused, or is released |
 *
 * `atMs` is the wall-clock time of the frame's first sample; a jump in it is a gap. Anything else breaks the connection: a
 * peer that sends it is not ours.
 */
const KIND = { open: 1, frame: 2, close: 3, ended: 4 } as const;
const LENGTH_BYTES = 4;
/** Kind and stream. */
const HEAD_BYTES = 5;
const TIME_BYTES = 8;
const BODY_AT = LENGTH_BYTES + HEAD_BYTES;
const PCM_AT = BODY_AT + TIME_BYTES;
const MAX_TOKEN_BYTES = 256;
const MAX_FRAME_SAMPLES = 8000;
const MAX_LENGTH = HEAD_BYTES + TIME_BYTES + MAX_FRAME_SAMPLES * 2;

export type TapFrame = { readonly atMs: number; readonly pcm: Int16Array };

export type TapMessage =
  | { readonly kind: "open"; readonly stream: number; readonly token: string }
  | { readonly kind: "frame"; readonly stream: number; readonly frame: TapFrame }
  | { readonly kind: "close"; readonly stream: number }
  | { readonly kind: "ended"; readonly stream: number };

export type TapEvent = TapMessage | { readonly kind: "broken"; readonly why: string };

/**
 * Messages one behind the other in one piece of memory, so that many leave in one write. What does not fit any more is
 * refused with false, and nothing of it is written.
 */
export class TapEncoder {
  readonly #bytes: Buffer;
  #length = 0;

  /** `capacityBytes` has to hold the longest message: 16,017 bytes with a frame of 1 s. */
  constructor(capacityBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes);
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  open(stream: number, token: string): boolean {
    const at = this.#begin(KIND.open, stream, token.length);
    if (at >= 0) this.#bytes.write(token, at, "latin1");
    return at >= 0;
  }

  frame(stream: number, { atMs, pcm }: TapFrame): boolean {
    const at = this.#begin(KIND.frame, stream, TIME_BYTES + pcm.byteLength);
    if (at < 0) return false;
    this.#bytes.writeDoubleBE(atMs, at);
    this.#bytes.set(new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength), at + TIME_BYTES);
    return true;
  }

  close(stream: number): boolean {
    return this.#begin(KIND.close, stream, 0) >= 0;
  }

  ended(stream: number): boolean {
    return this.#begin(KIND.ended, stream, 0) >= 0;
  }

  /** What was encoded since the last time: a view that the next message overwrites. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  /** Where the message's body goes; -1 when it does not fit. */
  #begin(kind: number, stream: number, bodyBytes: number): number {
    const start = this.#length;
    const end = start + BODY_AT + bodyBytes;
    if (end > this.#bytes.length) return -1;
    this.#bytes.writeUInt32BE(HEAD_BYTES + bodyBytes, start);
    this.#bytes[start + LENGTH_BYTES] = kind;
    this.#bytes.writeUInt32BE(stream, start + LENGTH_BYTES + 1);
    this.#length = end;
    return start + BODY_AT;
  }
}

/**
 * Takes bytes as they come from the socket, in pieces of any size; never throws. After `broken` it yields nothing. It holds
 * less than one message (16 kB) between two pieces.
 */
export class TapDecoder {
  #pending: Buffer = Buffer.alloc(0);
  #isBroken = false;

  push(bytes: Buffer): TapEvent[] {
    if (this.#isBroken) return [];
    const all = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const events: TapEvent[] = [];
    let start = 0;
    while (all.length - start >= LENGTH_BYTES) {
      const length = all.readUInt32BE(start);
      if (length < HEAD_BYTES || length > MAX_LENGTH) return [...events, this.#break(`a message of ${length} bytes`)];
      const end = start + LENGTH_BYTES + length;
      if (end > all.length) break;
      const event = decodeMessage(all, start, end);
      if (event === null) return [...events, this.#break("a message that is none")];
      events.push(event);
      start = end;
    }
    this.#pending = all.subarray(start);
    return events;
  }

  #break(why: string): TapEvent {
    this.#isBroken = true;
    this.#pending = Buffer.alloc(0);
    return { kind: "broken", why };
  }
}

/** Null for what no message looks like. */
function decodeMessage(bytes: Buffer, start: number, end: number): TapMessage | null {
  const stream = bytes.readUInt32BE(start + LENGTH_BYTES + 1);
  const bodyBytes = end - start - BODY_AT;
  switch (bytes[start + LENGTH_BYTES]) {
    case KIND.open:
      if (bodyBytes === 0 || bodyBytes > MAX_TOKEN_BYTES) return null;
      return { kind: "open", stream, token: bytes.toString("latin1", start + BODY_AT, end) };
    case KIND.frame: {
      if (bodyBytes < TIME_BYTES || (bodyBytes - TIME_BYTES) % 2 !== 0) return null;
      const atMs = bytes.readDoubleBE(start + BODY_AT);
      if (!Number.isFinite(atMs)) return null;
      const pcm = new Int16Array((bodyBytes - TIME_BYTES) / 2);
      new Uint8Array(pcm.buffer).set(bytes.subarray(start + PCM_AT, end));
      return { kind: "frame", stream, frame: { atMs, pcm } };
    }
    case KIND.close:
      return bodyBytes === 0 ? { kind: "close", stream } : null;
    case KIND.ended:
      return bodyBytes === 0 ? { kind: "ended", stream } : null;
    default:
      return null;
  }
}
