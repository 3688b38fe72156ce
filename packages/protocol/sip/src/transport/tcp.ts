import { connect, createServer, type Server, type Socket } from "node:net";
import type { Clock, Timer } from "@jikimi/kernel";
import type { Flow, ListenResult, Transport, TransportSink } from "../api.ts";
import { bracketed, unbracketed } from "../message/uri.ts";
import { advertisableHost, isTaken, plainAddress } from "./local-address.ts";
import { StreamFramer } from "./stream-framer.ts";

export type TcpTransportOptions = {
  readonly clock: Clock;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly advertised?: { readonly host: string; readonly port?: number };
  /** Connections at a time, both ways; one more is closed at once. Default 2 000. */
  readonly maxConnections?: number;
  /** A connection on which nothing came for this long is closed. Default 15 minutes. */
  readonly idleTimeoutMs?: number;
  /** How often a connection that we opened is kept alive with a double CRLF. Default 2 minutes. */
  readonly keepAliveMs?: number;
};

type Connection = {
  readonly flow: Flow;
  readonly socket: Socket;
  readonly ours: boolean;
  readonly framer: StreamFramer;
  heardAtMs: number;
  pingedAtMs: number;
};

const SWEEP_MS = 30_000;
/** A peer that reads slower than this is not waited for. */
const MAX_UNSENT_BYTES = 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
const PING = Buffer.from("\r\n\r\n");
const PONG = Buffer.from("\r\n");

/** SIP over TCP (RFC 3261 §18, RFC 5626 keep-alive). Connections are reused in both directions. */
export class TcpTransport implements Transport {
  readonly name = "TCP";
  readonly reliable = true;
  readonly #options: Required<Omit<TcpTransportOptions, "advertised">> & Pick<TcpTransportOptions, "advertised">;
  readonly #connections = new Map<string, Connection>();
  readonly #idByAddress = new Map<string, string>();
  #server: Server | null = null;
  #sink: TransportSink | null = null;
  #sweeper: Timer | null = null;
  #boundPort = 0;
  #nextId = 1;

  constructor(options: TcpTransportOptions) {
    this.#options = { maxConnections: 2_000, idleTimeoutMs: 900_000, keepAliveMs: 120_000, ...options };
  }

  get advertised(): { host: string; port: number } {
    const { advertised, host } = this.#options;
    return {
      host: bracketed(advertised?.host ?? advertisableHost(host)),
      port: advertised?.port ?? this.#boundPort,
    };
  }

  open(sink: TransportSink): Promise<ListenResult> {
    const { host, port } = this.#options;
    const server = createServer((socket) => this.#accept(socket));
    return new Promise((resolve) => {
      const onFailure = (failure: Error) =>
        resolve(
          isTaken(failure)
            ? { kind: "port-taken", transport: "TCP", host, port }
            : { kind: "failed", transport: "TCP", why: failure.message },
        );
      server.once("error", onFailure);
      server.listen(port, host, () => {
        server.off("error", onFailure);
        server.on("error", (failure) => sink.onTrouble(failure.message));
        const address = server.address();
        this.#boundPort = typeof address === "object" && address !== null ? address.port : port;
        this.#server = server;
        this.#sink = sink;
        this.#scheduleSweep();
        resolve({ kind: "bound", address: { transport: "TCP", host, port: this.#boundPort } });
      });
    });
  }

  flowTo(host: string, port: number): Flow {
    const remoteHost = unbracketed(host);
    const known = this.#idByAddress.get(`${remoteHost} ${port}`);
    const connection = known === undefined ? undefined : this.#connections.get(known);
    if (connection !== undefined) return connection.flow;
    return this.#newFlow(remoteHost, port);
  }

  isOpen(flow: Flow): boolean {
    return flow.connectionId !== null && this.#connections.has(flow.connectionId);
  }

  send(bytes: Buffer, flow: Flow, onFailed: (why: string) => void): void {
    const connection = this.#connectionFor(flow);
    if (connection === null) {
      queueMicrotask(() => onFailed("connection closed"));
      return;
    }
    const { socket } = connection;
    if (socket.writableLength > MAX_UNSENT_BYTES) {
      socket.destroy();
      queueMicrotask(() => onFailed("peer does not read"));
      return;
    }
    socket.write(bytes, (failure) => {
      if (failure) onFailed(failure.message);
    });
  }

  async close(): Promise<void> {
    this.#sweeper?.cancel();
    this.#sweeper = null;
    const server = this.#server;
    this.#server = null;
    this.#sink = null;
    const closed = server === null ? Promise.resolve() : new Promise<void>((resolve) => server.close(() => resolve()));
    for (const connection of this.#connections.values()) {
      connection.socket.end();
      connection.socket.destroySoon();
    }
    await closed;
  }

  #newFlow(remoteHost: string, remotePort: number): Flow {
    return {
      transport: "TCP",
      localHost: this.#options.host,
      localPort: this.#boundPort,
      remoteHost,
      remotePort,
      connectionId: `tcp-${this.#boundPort}-${this.#nextId++}`,
    };
  }

  /** A flow handed out by `flowTo` connects on its first use; one that was open and closed stays closed. */
  #connectionFor(flow: Flow): Connection | null {
    if (flow.connectionId === null || this.#server === null) return null;
    const existing = this.#connections.get(flow.connectionId);
    if (existing !== undefined) return existing;
    const again = this.flowTo(flow.remoteHost, flow.remotePort);
    const reused = again.connectionId === null ? undefined : this.#connections.get(again.connectionId);
    if (reused !== undefined) return reused;
    if (this.#connections.size >= this.#options.maxConnections) return null;
    const socket = connect({ host: flow.remoteHost, port: flow.remotePort });
    const giveUp = this.#options.clock.after(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error("connect timed out")));
    socket.once("connect", () => giveUp.cancel());
    socket.once("close", () => giveUp.cancel());
    return this.#adopt(socket, flow, true);
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= this.#options.maxConnections) {
      socket.destroy();
      return;
    }
    this.#adopt(socket, this.#newFlow(plainAddress(socket.remoteAddress), socket.remotePort ?? 0), false);
  }

  #adopt(socket: Socket, flow: Flow, ours: boolean): Connection {
    const nowMs = this.#options.clock.monotonicMs();
    const connection = { flow, socket, ours, framer: new StreamFramer(), heardAtMs: nowMs, pingedAtMs: nowMs };
    const id = flow.connectionId ?? "";
    const address = `${flow.remoteHost} ${flow.remotePort}`;
    this.#connections.set(id, connection);
    this.#idByAddress.set(address, id);
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#receive(connection, chunk));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#connections.delete(id);
      if (this.#idByAddress.get(address) === id) this.#idByAddress.delete(address);
      this.#sink?.onFlowClosed(flow);
    });
    return connection;
  }

  #receive(connection: Connection, chunk: Buffer): void {
    connection.heardAtMs = this.#options.clock.monotonicMs();
    for (const event of connection.framer.push(chunk)) {
      if (event.kind === "message") this.#sink?.onMessage(event.bytes, connection.flow);
      else if (event.kind === "ping") connection.socket.write(PONG);
      else {
        this.#sink?.onGarbage(connection.flow.remoteHost, event.why);
        connection.socket.destroy();
      }
    }
  }

  #scheduleSweep(): void {
    this.#sweeper = this.#options.clock.after(SWEEP_MS, () => {
      const nowMs = this.#options.clock.monotonicMs();
      for (const connection of this.#connections.values()) {
        if (nowMs - connection.heardAtMs > this.#options.idleTimeoutMs) connection.socket.destroy();
        else if (connection.ours && nowMs - connection.pingedAtMs >= this.#options.keepAliveMs) {
          connection.pingedAtMs = nowMs;
          connection.socket.write(PING);
        }
      }
      this.#scheduleSweep();
    });
  }
}
