import type { Clock, Random } from "@jikimi/kernel";
import { WebSocket } from "ws";
import type { Flow, ListenResult, Transport, TransportSink } from "../api.ts";
import { WebSocketConnections } from "./websocket-connections.ts";

export type WebSocketClientTransportOptions = {
  readonly clock: Clock;
  readonly random: Random;
  /** `ws://host:port/path` or `wss://…` */
  readonly url: string;
};

type Connected =
  | { readonly kind: "connected"; readonly flow: Flow }
  | { readonly kind: "failed"; readonly why: string };

const CONNECT_TIMEOUT_MS = 10_000;
const MAX_MESSAGE_BYTES = 65_535;

/**
 * SIP over WebSocket, the client's side (RFC 7118): one connection to one server, over which everything goes. When it
 * breaks its flow is reported closed, and the next `flowTo` and `send` connect anew.
 */
export class WebSocketClientTransport implements Transport {
  readonly name: "WS" | "WSS";
  readonly reliable = true;
  /** Nobody can connect to us, so the host is a made-up one that resolves nowhere (RFC 7118 appendix B.1). */
  readonly advertised: { host: string; port: number };
  readonly #options: WebSocketClientTransportOptions;
  readonly #connections: WebSocketConnections;
  readonly #remote: { host: string; port: number };
  #flow: Flow | null = null;
  #connecting: Promise<Connected> | null = null;
  #nextId = 1;

  constructor(options: WebSocketClientTransportOptions) {
    const url = new URL(options.url);
    this.#options = options;
    this.name = url.protocol === "wss:" ? "WSS" : "WS";
    this.advertised = { host: `${options.random.hex(6)}.invalid`, port: 5060 };
    this.#connections = new WebSocketConnections(options.clock);
    this.#remote = { host: url.hostname, port: Number(url.port) || (this.name === "WSS" ? 443 : 80) };
  }

  async open(sink: TransportSink): Promise<ListenResult> {
    this.#connections.open(sink);
    const connected = await this.#connect();
    if (connected.kind === "failed") {
      await this.#connections.close();
      return { kind: "failed", transport: this.name, why: connected.why };
    }
    return { kind: "bound", address: { transport: this.name, ...this.advertised } };
  }

  flowTo(_host: string, _port: number): Flow {
    return this.#current() ?? this.#newFlow(null);
  }

  isOpen(flow: Flow): boolean {
    return this.#connections.has(flow);
  }

  send(bytes: Buffer, flow: Flow, onFailed: (why: string) => void): void {
    const open = flow.connectionId === null ? this.#current() : flow;
    if (open !== null) {
      this.#connections.send(bytes, open, onFailed);
      return;
    }
    void this.#connect().then((connected) => {
      if (connected.kind === "failed") onFailed(connected.why);
      else this.#connections.send(bytes, connected.flow, onFailed);
    });
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  #newFlow(connectionId: string | null): Flow {
    return {
      transport: this.name,
      localHost: this.advertised.host,
      localPort: this.advertised.port,
      remoteHost: this.#remote.host,
      remotePort: this.#remote.port,
      connectionId,
    };
  }

  #current(): Flow | null {
    return this.#flow !== null && this.#connections.has(this.#flow) ? this.#flow : null;
  }

  /** Everybody who waits for a connection waits for the same one. */
  #connect(): Promise<Connected> {
    if (!this.#connections.isOpen) return Promise.resolve({ kind: "failed", why: "transport closed" });
    this.#connecting ??= this.#connectNow().finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  #connectNow(): Promise<Connected> {
    return new Promise((resolve) => {
      const socket = new WebSocket(this.#options.url, "sip", { maxPayload: MAX_MESSAGE_BYTES });
      const giveUp = this.#options.clock.after(CONNECT_TIMEOUT_MS, () => socket.terminate());
      const onFailure = (failure: Error) => {
        giveUp.cancel();
        resolve({ kind: "failed", why: failure.message });
      };
      socket.once("error", onFailure);
      socket.once("open", () => {
        giveUp.cancel();
        socket.off("error", onFailure);
        const flow = this.#newFlow(`wsc-${this.advertised.host}-${this.#nextId++}`);
        this.#flow = flow;
        this.#connections.add(socket, flow);
        resolve({ kind: "connected", flow });
      });
    });
  }
}
