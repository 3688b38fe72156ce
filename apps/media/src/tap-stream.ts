import { decodeG711Into, type G711Codec } from "@jikimi/audio";
import type { Log } from "@jikimi/kernel";
import type { TapFrame } from "@jikimi/worker-messages";
import { SAMPLES_PER_MS } from "./telephone-sound.ts";

/** The longest frame, 200 ms; usually it is what was said in 100 ms. */
const BATCH_SAMPLES = 1600;
/** Frames kept for a reader that is slow: 5 s of audio, 80 kB, as they usually come. Beyond that the oldest go. */
const WAITING_FRAMES = 50;

/** What a stream needs of its connection. Each message is taken whole or, while the connection cannot, refused. */
export type TapLine = {
  sendOpen(stream: number, token: string): boolean;
  sendFrame(stream: number, frame: TapFrame): boolean;
  sendClose(stream: number): boolean;
  /** The stream has something that waits: `sendOldest` will be called, at once or when the connection can take more. */
  wants(stream: TapStream): void;
  /** The stream has nothing more to say. */
  over(stream: TapStream): void;
};

/**
 * What one party says, as PCM on its way to a listen worker. A slow reader loses the oldest audio, counted; when the
 * connection is lost, or the listen worker ends the stream, so is the rest.
 */
export class TapStream {
  readonly number: number;
  readonly #line: TapLine;
  readonly #token: string;
  readonly #log: Log;
  /** Wall clock at the monotonic clock's zero, in ms. */
  readonly #epochOffsetMs: number;
  readonly #batch = new Int16Array(BATCH_SAMPLES);
  #batchLength = 0;
  /** Position of the batch's first sample, on the monotonic clock at 8 kHz. */
  #batchPosition = 0;
  readonly #waiting: TapFrame[] = [];
  #droppedFrames = 0;
  #state: "unannounced" | "open" | "closing" | "closed" = "unannounced";

  constructor(
    number: number,
    line: TapLine,
    { token, epochOffsetMs, log }: { token: string; epochOffsetMs: number; log: Log },
  ) {
    this.number = number;
    this.#line = line;
    this.#token = token;
    this.#epochOffsetMs = epochOffsetMs;
    this.#log = log;
  }

  audio(position: number, codec: G711Codec, payload: Uint8Array): void {
    if (this.#state === "closing" || this.#state === "closed") return;
    if (position !== this.#batchPosition + this.#batchLength) this.flush();
    let taken = 0;
    while (taken < payload.length) {
      if (this.#batchLength === 0) this.#batchPosition = position + taken;
      const room = Math.min(BATCH_SAMPLES - this.#batchLength, payload.length - taken);
      decodeG711Into(codec, payload, taken, taken + room, this.#batch, this.#batchLength);
      this.#batchLength += room;
      taken += room;
      if (this.#batchLength === BATCH_SAMPLES) this.flush();
    }
  }

  /** Makes a frame of what was gathered; called at a gap, and every 100 ms. */
  flush(): void {
    if (this.#batchLength === 0) return;
    const atMs = this.#epochOffsetMs + this.#batchPosition / SAMPLES_PER_MS;
    const frame = { atMs, pcm: this.#batch.subarray(0, this.#batchLength) };
    this.#batchLength = 0;
    const inTurn = this.#state === "open" && this.#waiting.length === 0;
    if (!inTurn || !this.#line.sendFrame(this.number, frame)) this.#wait(frame);
  }

  /** Sends what is left and ends the stream. */
  close(): void {
    if (this.#state === "closing" || this.#state === "closed") return;
    this.flush();
    if (this.#state === "open") {
      this.#state = "closing";
      this.#line.wants(this);
    } else {
      this.#finish();
    }
  }

  /** The other side ended it, or the connection is gone. */
  cut(): void {
    if (this.#state !== "closed") this.#finish();
  }

  /** Sends the oldest of what waits, if the line takes it; true while there is more. */
  sendOldest(): boolean {
    const [frame] = this.#waiting;
    if (this.#state === "unannounced") {
      if (this.#line.sendOpen(this.number, this.#token)) this.#state = "open";
    } else if (frame !== undefined) {
      if (this.#line.sendFrame(this.number, frame)) this.#waiting.shift();
    } else if (this.#state === "closing" && this.#line.sendClose(this.number)) {
      this.#finish();
    }
    return this.#state === "unannounced" || this.#state === "closing" || this.#waiting.length > 0;
  }

  #wait({ atMs, pcm }: TapFrame): void {
    if (this.#waiting.length === WAITING_FRAMES) {
      this.#waiting.shift();
      this.#droppedFrames += 1;
    }
    // The batch is used again.
    this.#waiting.push({ atMs, pcm: pcm.slice() });
    this.#line.wants(this);
  }

  #finish(): void {
    this.#state = "closed";
    this.#waiting.length = 0;
    this.#line.over(this);
    if (this.#droppedFrames > 0) {
      this.#log.warn({ droppedFrames: this.#droppedFrames }, "a tap lost audio");
    }
  }
}
