import { connect, type Socket } from "node:net";
import type { Clock, Log, Timer } from "@jikimi/kernel";
import { TapDecoder, TapEncoder, type TapFrame } from "@jikimi/worker-messages";
import { type TapLine, TapStream } from "./tap-stream.ts";

/** What leaves in one write: 100 ms of 160 parties, so that a beat needs more than one only beyond 400 calls. */
const OUT_BYTES = 256 * 1024;
const CONNECT_TIMEOUT_MS = 3000;
/** A connection without a stream is kept this long for the next call. */
const LINGER_MS = 5000;

export type TapConnectionOptions = {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly log: Log;
  /** No stream can be opened on it any more. Called once. */
  readonly onOver: () => void;
};

/**
 * The connection to one listen worker, for all streams to it. What they say in one beat is gathered and leaves in one write
 * (`send`): a write costs more than relaying a packet does.
 *
 * There is one piece of memory to gather in. While the socket still holds it, because the reader is slow, nothing is
 * gathered and the streams keep what they have; then each sends its oldest in turn, so that none starves another.
 */
export class TapConnection implements TapLine {
  readonly #options: TapConnectionOptions;
  readonly #socket: Socket;
  readonly #out = new TapEncoder(OUT_BYTES);
  readonly #in = new TapDecoder();
  readonly #streams = new Map<number, TapStream>();
  /** Streams with something that waits, in the order of their turns. */
  readonly #waiting = new Set<TapStream>();
  #lastNumber = 0;
  #state: "connecting" | "open" | "full" | "over" = "connecting";
  #linger: Timer | null = null;
  readonly #written = () => {
    if (this.#state === "full" && this.#socket.writableLength === 0 && !this.#socket.destroyed) this.#resume();
  };

  constructor(options: TapConnectionOptions) {
    this.#options = options;
    const { host, port } = options;
    const socket = connect({ host, port, noDelay: true, timeout: CONNECT_TIMEOUT_MS });
    this.#socket = socket;
    socket.on("timeout", () => socket.destroy(new Error("no connection in time")));
    socket.on("connect", () => {
      socket.setTimeout(0);
      if (this.#state === "connecting") this.#resume();
    });
    socket.on("data", (bytes) => this.#hear(bytes));
    socket.on("error", (failure) => this.#lost(failure.message));
    socket.on("end", () => this.#lost("closed by the listen worker"));
    socket.on("close", () => this.#lost("closed"));
  }

  start(stream: { token: string; epochOffsetMs: number; log: Log }): TapStream {
    this.#linger?.cancel();
    this.#linger = null;
    this.#lastNumber += 1;
    const started = new TapStream(this.#lastNumber, this, stream);
    this.#streams.set(started.number, started);
    this.wants(started);
    return started;
  }

  /** Writes what was gathered. */
  send(): void {
    if (this.#state !== "open" || this.#out.isEmpty) return;
    this.#socket.write(this.#out.take(), this.#written);
    // Usually the kernel has taken it all by now.
    if (this.#socket.writableLength > 0) this.#state = "full";
  }

  /** Ends every stream and the connection. */
  close(): void {
    if (this.#state === "over") return;
    for (const stream of [...this.#streams.values()]) stream.close();
    this.send();
    // A reader that has not taken the last words by now does not get them.
    if (this.#state === "open") this.#socket.destroySoon();
    else this.#socket.destroy();
    this.#over();
  }

  sendOpen(stream: number, token: string): boolean {
    return this.#gather(() => this.#out.open(stream, token));
  }

  sendFrame(stream: number, frame: TapFrame): boolean {
    if (this.#state !== "open") return false;
    return this.#out.frame(stream, frame) || this.#gather(() => this.#out.frame(stream, frame));
  }

  sendClose(stream: number): boolean {
    return this.#gather(() => this.#out.close(stream));
  }

  wants(stream: TapStream): void {
    this.#waiting.add(stream);
    if (this.#state === "open") this.#resume();
  }

  over(stream: TapStream): void {
    this.#waiting.delete(stream);
    this.#streams.delete(stream.number);
    if (this.#streams.size > 0 || this.#state === "over") return;
    this.#linger = this.#options.clock.after(LINGER_MS, () => this.close());
  }

  /** False while the socket holds what was gathered before. */
  #gather(put: () => boolean): boolean {
    if (this.#state === "open" && put()) return true;
    this.send();
    return this.#state === "open" && put();
  }

  #resume(): void {
    this.#state = "open";
    for (const stream of this.#waiting) {
      // A set goes through what is added meanwhile: the stream's next turn comes after the others'.
      this.#waiting.delete(stream);
      if (stream.sendOldest()) this.#waiting.add(stream);
      if (this.#state !== "open") return;
    }
    this.send();
  }

  #hear(bytes: Buffer): void {
    for (const event of this.#in.push(bytes)) {
      if (event.kind === "ended") this.#streams.get(event.stream)?.cut();
      else this.#socket.destroy(new Error("this is no listen worker"));
    }
  }

  #lost(why: string): void {
    if (this.#state === "over") return;
    const { host, port, log } = this.#options;
    if (this.#streams.size > 0) log.warn({ host, port, taps: this.#streams.size, failure: why }, "tap connection lost");
    this.#over();
  }

  #over(): void {
    this.#state = "over";
    this.#linger?.cancel();
    for (const stream of [...this.#streams.values()]) stream.cut();
    this.#options.onOver();
  }
}
