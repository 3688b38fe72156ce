import type { Duplex } from "node:stream";
import type { Clock, Log, Timer } from "@jikimi/kernel";
import { TapDecoder, TapEncoder, type TapFrame, type TapMessage } from "@jikimi/worker-messages";

/** What a tap feeds. */
export interface TapReceiver {
  frame(frame: TapFrame): void;
  /** The stream is over: closed by the media worker, lost with its connection, or released by us. Called once. */
  end(why: string): void;
}

/** Refused streams in a row after which a peer is taken for one that guesses. */
const MAX_REFUSALS = 32;
/** Answers that a peer may leave unread: 7000 ended streams. */
const MAX_UNREAD_BYTES = 64 * 1024;
const ANSWER_BYTES = 16;

export type TapPeerOptions = {
  readonly clock: Clock;
  readonly log: Log;
  /** A peer that has no stream admitted by then is closed. */
  readonly openingTimeoutMs: number;
  /** A peer that has no stream any more is closed after this. */
  readonly idleTimeoutMs: number;
  /** Whom the token admits; null: nobody. */
  readonly claim: (token: string, stream: number) => TapReceiver | null;
  readonly onClose: () => void;
};

/** One media worker's connection and the streams on it. Whatever it sends, it hurts nobody but itself. */
export class TapPeer {
  readonly #socket: Duplex;
  readonly #options: TapPeerOptions;
  readonly #decoder = new TapDecoder();
  readonly #streams = new Map<number, TapReceiver>();
  /** Streams are numbered in ascending order: what is up to here and not open has ended. */
  #lastNumber = -1;
  #refusals = 0;
  #patience: Timer;

  constructor(socket: Duplex, options: TapPeerOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#patience = options.clock.after(options.openingTimeoutMs, () => this.destroy());
    socket.on("data", (bytes) => this.#hear(bytes));
    socket.on("error", (failure) => options.log.debug({ failure: String(failure) }, "tap connection failed"));
    socket.on("close", () => this.#closed());
  }

  /** Ends one stream, and tells the peer. */
  release(stream: number): void {
    this.#tellEnded(stream);
    this.#end(stream, "released");
  }

  /** Ends all streams. */
  destroy(): void {
    this.#patience.cancel();
    this.#socket.destroy();
  }

  #hear(bytes: Buffer): void {
    for (const event of this.#decoder.push(bytes)) {
      const broken = event.kind === "broken" ? event.why : this.#obey(event);
      if (broken === null) continue;
      this.#options.log.warn({ why: broken, streams: this.#streams.size }, "a tap connection was refused");
      this.#socket.destroy();
      return;
    }
  }

  /** Null, or why the peer is none of ours. */
  #obey(message: TapMessage): string | null {
    const { kind, stream } = message;
    if (kind === "open") {
      if (stream <= this.#lastNumber) return "a stream that was there before";
      this.#lastNumber = stream;
      return this.#open(stream, message.token);
    }
    if (kind === "ended" || stream > this.#lastNumber) return "a message that was not expected";
    if (kind === "frame") this.#streams.get(stream)?.frame(message.frame);
    else this.#end(stream, "closed");
    return null;
  }

  #open(stream: number, token: string): string | null {
    const receiver = this.#options.claim(token, stream);
    if (receiver !== null) {
      this.#refusals = 0;
      this.#streams.set(stream, receiver);
      this.#patience.cancel();
      return null;
    }
    // Not unusual: the call may have ended before its tap came.
    this.#options.log.debug({}, "a tap was refused");
    this.#refusals += 1;
    if (this.#refusals > MAX_REFUSALS) return "one unknown token after another";
    this.#tellEnded(stream);
    return null;
  }

  #end(stream: number, why: string): void {
    const receiver = this.#streams.get(stream);
    if (receiver === undefined) return;
    this.#streams.delete(stream);
    if (this.#streams.size === 0 && !this.#socket.destroyed) {
      this.#patience = this.#options.clock.after(this.#options.idleTimeoutMs, () => this.destroy());
    }
    receiver.end(why);
  }

  #tellEnded(stream: number): void {
    if (this.#socket.destroyed) return;
    const answer = new TapEncoder(ANSWER_BYTES);
    answer.ended(stream);
    this.#socket.write(answer.take());
    if (this.#socket.writableLength > MAX_UNREAD_BYTES) this.#socket.destroy();
  }

  #closed(): void {
    this.#patience.cancel();
    for (const stream of [...this.#streams.keys()]) this.#end(stream, "disconnected");
    this.#options.onClose();
  }
}
