import { createServer, type Server, type Socket } from "node:net";
import type { Clock, Log, Timer } from "@jikimi/kernel";
import { TapPeer, type TapReceiver } from "./tap-peer.ts";

export type TapServerOptions = {
  readonly host: string;
  readonly clock: Clock;
  readonly log: Log;
  /** A token that nobody used by then admits nobody. */
  readonly tokenTtlMs?: number;
  /** A connection on which no stream is admitted by then is closed. */
  readonly openingTimeoutMs?: number;
  /** A connection whose last stream has ended is closed after this: by the media worker, but for it by us. */
  readonly idleTimeoutMs?: number;
  /** Connections at once: one a media worker, and strangers. Each holds less than 100 kB until it has shown a token. */
  readonly maxConnections?: number;
};

type Admission = {
  readonly receiver: TapReceiver;
  readonly expires: Timer;
  claimed: { readonly peer: TapPeer; readonly stream: number } | null;
};

/**
 * Takes taps over TCP (`tap-stream.ts`): each media worker connects once, and each token admits exactly one stream, once.
 * An unknown token costs its stream, anything else that is wrong the peer's own connection and nothing more.
 */
export class TapServer implements AsyncDisposable {
  readonly #options: TapServerOptions;
  readonly #admissions = new Map<string, Admission>();
  readonly #peers = new Set<TapPeer>();
  readonly #server: Server;

  private constructor(options: TapServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#serve(socket));
    this.#server.maxConnections = options.maxConnections ?? 200;
  }

  /** Rejects when the address cannot be listened on. */
  static async listen(options: TapServerOptions): Promise<TapServer> {
    const tapServer = new TapServer(options);
    await new Promise<void>((resolve, reject) => {
      tapServer.#server.once("error", reject);
      tapServer.#server.listen(0, options.host, () => {
        tapServer.#server.off("error", reject);
        tapServer.#server.on("error", (failure) =>
          options.log.error({ failure: String(failure) }, "tap server failed"),
        );
        resolve();
      });
    });
    return tapServer;
  }

  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === "object" ? address.port : 0;
  }

  /** From now on, a stream that shows `token` feeds `receiver`. */
  admit(token: string, receiver: TapReceiver): void {
    const { clock, tokenTtlMs = 30_000 } = this.#options;
    const expires = clock.after(tokenTtlMs, () => this.#forget(token)?.receiver.end("not connected"));
    this.#admissions.set(token, { receiver, expires, claimed: null });
  }

  /** Ends the token's stream, or forgets the token. */
  release(token: string): void {
    const admission = this.#forget(token);
    if (admission === undefined) return;
    if (admission.claimed === null) admission.receiver.end("released");
    else admission.claimed.peer.release(admission.claimed.stream);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const token of [...this.#admissions.keys()]) this.release(token);
    for (const peer of this.#peers) peer.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    const { clock, log, openingTimeoutMs = 5_000, idleTimeoutMs = 30_000 } = this.#options;
    socket.setNoDelay(true);
    const peer: TapPeer = new TapPeer(socket, {
      clock,
      log,
      openingTimeoutMs,
      idleTimeoutMs,
      claim: (token, stream) => this.#claim(token, peer, stream),
      onClose: () => this.#peers.delete(peer),
    });
    this.#peers.add(peer);
  }

  #claim(token: string, peer: TapPeer, stream: number): TapReceiver | null {
    const admission = this.#admissions.get(token);
    if (admission === undefined || admission.claimed !== null) return null;
    const { receiver, expires } = admission;
    expires.cancel();
    admission.claimed = { peer, stream };
    return {
      frame: (frame) => receiver.frame(frame),
      end: (why) => {
        this.#admissions.delete(token);
        receiver.end(why);
      },
    };
  }

  #forget(token: string): Admission | undefined {
    const admission = this.#admissions.get(token);
    this.#admissions.delete(token);
    admission?.expires.cancel();
    return admission;
  }
}
