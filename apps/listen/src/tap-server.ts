import { createServer, type Server, type Socket } from "node:net";
import type { Clock, Log } from "@jikimi/kernel";
import { TapDecoder, type TapFrame } from "@jikimi/worker-messages";

/** What a tap's connection feeds. */
export interface TapReceiver {
  frame(frame: TapFrame): void;
  /** The connection is over: closed by the media worker, broken, or released by us. Called once. */
  end(why: string): void;
}

export type TapServerOptions = {
  readonly host: string;
  readonly clock: Clock;
  readonly log: Log;
  /** A token that nobody used by then admits nobody. */
  readonly tokenTtlMs?: number;
  /** A connection that has not shown its token by then is closed. */
  readonly openingTimeoutMs?: number;
  /** Connections at once, shown a token or not. */
  readonly maxConnections?: number;
};

type Admission = { readonly receiver: TapReceiver; readonly expires: { cancel(): void }; socket: Socket | undefined };

/**
 * Takes taps over TCP (`tap-stream.ts`): each connection shows a token that admits exactly one stream, once. A peer that
 * sends anything else loses its own connection and nothing more.
 */
export class TapServer implements AsyncDisposable {
  readonly #options: TapServerOptions;
  readonly #admissions = new Map<string, Admission>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(options: TapServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#serve(socket));
    this.#server.maxConnections = options.maxConnections ?? 1000;
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

  /** From now on, a connection that shows `token` feeds `receiver`. */
  admit(token: string, receiver: TapReceiver): void {
    const expires = this.#options.clock.after(this.#options.tokenTtlMs ?? 30_000, () =>
      this.#end(token, "not connected"),
    );
    this.#admissions.set(token, { receiver, expires, socket: undefined });
  }

  /** Closes the token's connection, or forgets the token. */
  release(token: string): void {
    this.#end(token, "released");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const token of [...this.#admissions.keys()]) this.release(token);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    const { clock, log, openingTimeoutMs = 5_000 } = this.#options;
    const decoder = new TapDecoder();
    const opening = clock.after(openingTimeoutMs, () => socket.destroy());
    let token: string | undefined;
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("data", (bytes) => {
      for (const event of decoder.push(bytes)) {
        if (event.kind === "token" && this.#claim(event.token, socket)) {
          token = event.token;
          opening.cancel();
        } else if (event.kind === "frame" && token !== undefined) {
          this.#admissions.get(token)?.receiver.frame(event.frame);
        } else {
          log.warn({ why: event.kind === "broken" ? event.why : "unknown token" }, "tap refused");
          socket.destroy();
          return;
        }
      }
    });
    socket.on("error", (failure) => log.debug({ failure: String(failure) }, "tap connection failed"));
    socket.on("close", () => {
      opening.cancel();
      this.#sockets.delete(socket);
      if (token !== undefined) this.#end(token, "disconnected");
    });
  }

  #claim(token: string, socket: Socket): boolean {
    const admission = this.#admissions.get(token);
    if (admission === undefined || admission.socket !== undefined) return false;
    admission.expires.cancel();
    admission.socket = socket;
    return true;
  }

  #end(token: string, why: string): void {
    const admission = this.#admissions.get(token);
    if (admission === undefined) return;
    this.#admissions.delete(token);
    admission.expires.cancel();
    admission.socket?.destroy();
    admission.receiver.end(why);
  }
}
