import { createServer, type Server, type Socket } from "node:net";
import { TapDecoder, TapEncoder, type TapFrame } from "@jikimi/worker-messages";

export type HeardTap = { readonly token: string; readonly frames: TapFrame[]; closed: boolean };

/** A connection of a media worker; its taps by their number. */
export type HeardConnection = { readonly socket: Socket; readonly taps: Map<number, HeardTap>; closed: boolean };

/** A listen worker as a media worker sees it: keeps all it is told. */
export class TestListener implements AsyncDisposable {
  readonly connections: HeardConnection[] = [];
  readonly #server: Server;
  readonly #onConnection: (socket: Socket) => void;

  private constructor(onConnection: (socket: Socket) => void) {
    this.#onConnection = onConnection;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async open({ onConnection = () => {} }: { onConnection?: (socket: Socket) => void } = {}) {
    const listener = new TestListener(onConnection);
    await new Promise<void>((resolve) => listener.#server.listen(0, "127.0.0.1", resolve));
    return listener;
  }

  sink(token: string) {
    const address = this.#server.address();
    if (address === null || typeof address !== "object") throw new Error("the listener does not listen");
    return { host: "127.0.0.1", port: address.port, token };
  }

  /** All taps in the order they came. */
  get taps(): readonly HeardTap[] {
    return this.connections.flatMap(({ taps }) => [...taps.values()]);
  }

  tap(token: string): HeardTap {
    const tap = this.taps.find((one) => one.token === token);
    if (tap === undefined) throw new Error(`no tap ${token}`);
    return tap;
  }

  /** Tells the media worker that the tap is over. */
  end(token: string): void {
    for (const { socket, taps } of this.connections) {
      for (const [stream, tap] of taps) {
        if (tap.token !== token) continue;
        const answer = new TapEncoder(16);
        answer.ended(stream);
        socket.write(answer.take());
      }
    }
  }

  drop(): void {
    for (const { socket } of this.connections) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    const decoder = new TapDecoder();
    const connection: HeardConnection = { socket, taps: new Map(), closed: false };
    this.connections.push(connection);
    socket.on("error", () => {});
    socket.on("close", () => {
      connection.closed = true;
    });
    socket.on("data", (bytes) => {
      for (const event of decoder.push(bytes)) {
        if (event.kind === "broken" || event.kind === "ended")
          throw new Error(`a media worker never says ${event.kind}`);
        if (event.kind === "open") {
          connection.taps.set(event.stream, { token: event.token, frames: [], closed: false });
          continue;
        }
        const tap = connection.taps.get(event.stream);
        if (tap === undefined || tap.closed) throw new Error(`${event.kind} of a tap that is not open`);
        if (event.kind === "frame") tap.frames.push(event.frame);
        else tap.closed = true;
      }
    });
    this.#onConnection(socket);
  }
}

export function heardMs({ frames }: HeardTap): number {
  return frames.reduce((sum, { pcm }) => sum + pcm.length / 8, 0);
}
