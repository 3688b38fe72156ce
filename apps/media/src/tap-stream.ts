import { connect, type Socket } from "node:net";
import { decodeG711Into, type G711Codec } from "@jikimi/audio";
import type { Log } from "@jikimi/kernel";
import { encodeTapFrame, encodeTapOpening } from "@jikimi/worker-messages";
import { SAMPLES_PER_MS } from "./telephone-sound.ts";

/** The longest frame; usually 100 ms go in one write, because a write costs more than relaying a packet does. */
const BATCH_SAMPLES = 1600;
/** What may lie in the socket before frames wait here. */
const SOCKET_BYTES = 32 * 1024;
/** 3 s of frames; beyond that the oldest go. */
const WAITING_FRAMES = 50;
const CONNECT_TIMEOUT_MS = 3000;

/**
 * What one party says, as PCM to a listen worker over TCP. A slow reader loses the oldest audio, counted; a dead one loses
 * the tap, and the call never notices either.
 */
export class TapStream {
  readonly #socket: Socket;
  readonly #log: Log;
  /** Wall clock at the monotonic clock's zero, in ms. */
  readonly #epochOffsetMs: number;
  readonly #batch = new Int16Array(BATCH_SAMPLES);
  readonly #waiting: Buffer[] = [];
  #droppedFrames = 0;
  #batchLength = 0;
  /** Position of the batch's first sample, on the monotonic clock at 8 kHz. */
  #batchPosition = 0;
  #state: "connecting" | "open" | "full" | "closed" = "connecting";

  constructor({
    sink,
    epochOffsetMs,
    log,
  }: {
    sink: { host: string; port: number; token: string };
    epochOffsetMs: number;
    log: Log;
  }) {
    this.#epochOffsetMs = epochOffsetMs;
    this.#log = log;
    this.#socket = connect({ host: sink.host, port: sink.port, noDelay: true, timeout: CONNECT_TIMEOUT_MS });
    this.#socket.on("timeout", () => this.#connectTimedOut());
    this.#socket.on("connect", () => {
      this.#socket.setTimeout(0);
      this.#socket.write(encodeTapOpening(sink.token));
      this.#state = "open";
      this.#drain();
    });
    this.#socket.on("drain", () => this.#drain());
    this.#socket.on("error", (failure) => this.#log.warn({ failure: failure.message }, "tap broke"));
    this.#socket.on("close", () => {
      this.#state = "closed";
    });
    // Nobody answers on a tap; what comes is read away so that the end is noticed.
    this.#socket.resume();
  }

  /** Frames that a slow reader did not get. */
  get droppedFrames(): number {
    return this.#droppedFrames;
  }

  get isClosed(): boolean {
    return this.#state === "closed";
  }

  audio(position: number, codec: G711Codec, payload: Uint8Array): void {
    if (this.#state === "closed") return;
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

  /** Sends what was gathered; called at a gap, and every 100 ms: so much audio goes in one write. */
  flush(): void {
    if (this.#batchLength === 0) return;
    const atMs = this.#epochOffsetMs + this.#batchPosition / SAMPLES_PER_MS;
    const frame = encodeTapFrame(atMs, this.#batch.subarray(0, this.#batchLength));
    this.#batchLength = 0;
    if (this.#state === "open") this.#write(frame);
    else if (this.#state !== "closed") this.#wait(frame);
  }

  /** Sends what is left and closes. */
  close(): void {
    this.flush();
    if (this.#state === "connecting") this.#socket.destroy();
    else if (this.#state !== "closed") this.#socket.destroySoon();
    this.#state = "closed";
  }

  #write(frame: Buffer): void {
    this.#socket.write(frame);
    if (this.#socket.writableLength > SOCKET_BYTES) this.#state = "full";
  }

  #wait(frame: Buffer): void {
    if (this.#waiting.length >= WAITING_FRAMES) {
      this.#waiting.shift();
      this.#droppedFrames += 1;
    }
    this.#waiting.push(frame);
  }

  #drain(): void {
    if (this.#state === "closed") return;
    this.#state = "open";
    while (this.#state === "open") {
      const frame = this.#waiting.shift();
      if (frame === undefined) return;
      this.#write(frame);
    }
  }

  #connectTimedOut(): void {
    if (this.#state === "connecting") this.#socket.destroy(new Error("no connection in time"));
  }
}
