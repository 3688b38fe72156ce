import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock } from "@jikimi/kernel";
import { WebSocketServer } from "ws";
import type { Flow, ListenResult, Transport, TransportSink } from "../api.ts";
import { bracketed } from "../message/uri.ts";
import { plainAddress } from "./local-address.ts";
import { WebSocketConnections } from "./websocket-connections.ts";

export type WebSocketTransportOptions = {
  readonly clock: Clock;
  /** What Via and Contact say: the HTTP server's own address. */
  readonly advertised: { readonly host: string; readonly port: number };
  /** True behind TLS: Via says WSS. */
  readonly secure?: boolean;
  /** One more is refused with 503. Default 2 000. */
  readonly maxConnections?: number;
  /**
   * Origins (`https://desk.example`) whose pages may connect; a browser from elsewhere is refused with 403. Absent
   * lets every origin in. Programs that are no browser send none and are let in: the digest decides about them.
   */
  readonly allowedOrigins?: readonly string[];
};

const MAX_MESSAGE_BYTES = 65_535;

/**
 * SIP over WebSocket, the server's side (RFC 7118). It has no port of its own: hand it the upgrade requests of an HTTP
 * server (`server.on("upgrade", …)`) whose path is SIP's. It can reach only who has connected.
 */
export class WebSocketTransport implements Transport {
  readonly name: "WS" | "WSS";
  readonly reliable = true;
  readonly advertised: { host: string; port: number };
  readonly #options: WebSocketTransportOptions;
  readonly #connections: WebSocketConnections;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (protocols) => (protocols.has("sip") ? "sip" : false),
  });
  #nextId = 1;

  constructor(options: WebSocketTransportOptions) {
    this.#options = options;
    this.name = options.secure ? "WSS" : "WS";
    this.advertised = { host: bracketed(options.advertised.host), port: options.advertised.port };
    this.#connections = new WebSocketConnections(options.clock);
  }

  open(sink: TransportSink): Promise<ListenResult> {
    this.#connections.open(sink);
    return Promise.resolve({ kind: "bound", address: { transport: this.name, ...this.advertised } });
  }

  /**
   * Takes an HTTP upgrade request; refuses one that does not speak `sip`, or comes too many or from elsewhere. `onOpen`
   * learns of the connection before its first message.
   */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, onOpen: (flow: Flow) => void = () => {}): void {
    const refusal = this.#refusalOf(request);
    if (refusal !== null) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const remoteHost = plainAddress(request.socket.remoteAddress);
    const remotePort = request.socket.remotePort ?? 0;
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const flow = {
        ...this.flowTo(remoteHost, remotePort),
        connectionId: `ws-${this.advertised.port}-${this.#nextId++}`,
      };
      onOpen(flow);
      this.#connections.add(webSocket, flow);
    });
  }

  flowTo(host: string, port: number): Flow {
    return {
      transport: this.name,
      localHost: this.advertised.host,
      localPort: this.advertised.port,
      remoteHost: host,
      remotePort: port,
      connectionId: null,
    };
  }

  isOpen(flow: Flow): boolean {
    return this.#connections.has(flow);
  }

  send(bytes: Buffer, flow: Flow, onFailed: (why: string) => void): void {
    this.#connections.send(bytes, flow, onFailed);
  }

  async close(): Promise<void> {
    await this.#connections.close();
    this.#server.close();
  }

  #refusalOf(request: IncomingMessage): string | null {
    if (!this.#connections.isOpen) return "503 Service Unavailable";
    if (this.#connections.size >= (this.#options.maxConnections ?? 2_000)) return "503 Service Unavailable";
    const protocols = request.headers["sec-websocket-protocol"]?.split(",").map((name) => name.trim().toLowerCase());
    if (!protocols?.includes("sip")) return "400 Bad Request";
    const { origin } = request.headers;
    const { allowedOrigins } = this.#options;
    if (origin !== undefined && allowedOrigins !== undefined && !allowedOrigins.includes(origin))
      return "403 Forbidden";
    return null;
  }
}
