import type { Clock, Timer } from "@jikimi/kernel";
import type { WebSocket } from "ws";
import type { Flow, TransportSink } from "../api.ts";

type Connection = { readonly flow: Flow; readonly socket: WebSocket; alive: boolean };

/** How often a ping asks whether the other side is still there; unanswered by the next, it is gone. */
const PING_MS = 30_000;
const MAX_UNSENT_BYTES = 1024 * 1024;

/** The open WebSockets of one transport, server or client side: one SIP message per frame (RFC 7118 §5). */
export class WebSocketConnections {
  readonly #clock: Clock;
  readonly #byId = new Map<string, Connection>();
  #sink: TransportSink | null = null;
  #pinger: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#byId.size;
  }

  open(sink: TransportSink): void {
    this.#sink = sink;
    this.#schedulePing();
  }

  get isOpen(): boolean {
    return this.#sink !== null;
  }

  has(flow: Flow): boolean {
    return flow.connectionId !== null && this.#byId.has(flow.connectionId);
  }

  /** Takes over an open socket; its flow carries a connection id. */
  add(socket: WebSocket, flow: Flow): void {
    const id = flow.connectionId ?? "";
    const connection: Connection = { flow, socket, alive: true };
    this.#byId.set(id, connection);
    socket.on("pong", () => {
      connection.alive = true;
    });
    socket.on("message", (data) => {
      connection.alive = true;
      const bytes = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
      if (isKeepAlive(bytes)) {
        if (bytes.length === 4) socket.send("\r\n");
        return;
      }
      this.#sink?.onMessage(bytes, flow);
    });
    socket.on("error", (failure) => {
      this.#sink?.onGarbage(flow.remoteHost, failure.message);
      socket.terminate();
    });
    socket.on("close", () => {
      this.#byId.delete(id);
      this.#sink?.onFlowClosed(flow);
    });
  }

  send(bytes: Buffer, flow: Flow, onFailed: (why: string) => void): void {
    const connection = flow.connectionId === null ? undefined : this.#byId.get(flow.connectionId);
    if (connection === undefined) {
      queueMicrotask(() => onFailed("connection closed"));
      return;
    }
    const { socket } = connection;
    if (socket.bufferedAmount > MAX_UNSENT_BYTES) {
      socket.terminate();
      queueMicrotask(() => onFailed("peer does not read"));
      return;
    }
    socket.send(bytes, { binary: false }, (failure) => {
      if (failure) onFailed(failure.message);
    });
  }

  async close(): Promise<void> {
    this.#sink = null;
    this.#pinger?.cancel();
    this.#pinger = null;
    const closed = [...this.#byId.values()].map(
      ({ socket }) =>
        new Promise<void>((resolve) => {
          socket.once("close", () => resolve());
          socket.close(1001);
          // Whoever does not answer the closing handshake is not waited for.
          this.#clock.after(1_000, () => socket.terminate());
        }),
    );
    await Promise.all(closed);
  }

  #schedulePing(): void {
    this.#pinger = this.#clock.after(PING_MS, () => {
      for (const connection of this.#byId.values()) {
        if (!connection.alive) connection.socket.terminate();
        else {
          connection.alive = false;
          connection.socket.ping();
        }
      }
      this.#schedulePing();
    });
  }
}

function isKeepAlive(bytes: Buffer): boolean {
  return bytes.length === 0 || (bytes.length <= 4 && bytes.every((byte) => byte === 13 || byte === 10));
}
