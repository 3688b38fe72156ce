import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { Flow, ListenResult, Transport, TransportSink } from "../api.ts";
import { bracketed, unbracketed } from "../message/uri.ts";
import { advertisableHost, isTaken, plainAddress } from "./local-address.ts";

export type UdpTransportOptions = {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** What Via and Contact say when it differs from what is bound (NAT with a port forward). */
  readonly advertised?: { readonly host: string; readonly port?: number };
};

/** Room for a burst while the event loop is busy: about 4 000 messages. The kernel may grant less. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** SIP over UDP (RFC 3261 §18). Datagrams that are keep-alives or STUN are not handed up. */
export class UdpTransport implements Transport {
  readonly name = "UDP";
  readonly reliable = false;
  readonly #options: UdpTransportOptions;
  #socket: Socket | null = null;
  #boundPort = 0;

  constructor(options: UdpTransportOptions) {
    this.#options = options;
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
    const socket = createSocket({ type: isIPv6(host) ? "udp6" : "udp4", recvBufferSize: RECEIVE_BUFFER_BYTES });
    return new Promise((resolve) => {
      const onFailure = (failure: Error) => {
        socket.close();
        resolve(
          isTaken(failure)
            ? { kind: "port-taken", transport: "UDP", host, port }
            : { kind: "failed", transport: "UDP", why: failure.message },
        );
      };
      socket.once("error", onFailure);
      socket.bind(port, host, () => {
        socket.off("error", onFailure);
        socket.on("error", (failure) => sink.onTrouble(failure.message));
        this.#socket = socket;
        this.#boundPort = socket.address().port;
        socket.on("message", (bytes, remote) => {
          if (isNotSip(bytes)) return;
          sink.onMessage(bytes, this.flowTo(plainAddress(remote.address), remote.port));
        });
        resolve({ kind: "bound", address: { transport: "UDP", host, port: this.#boundPort } });
      });
    });
  }

  flowTo(host: string, port: number): Flow {
    return {
      transport: "UDP",
      localHost: this.#options.host,
      localPort: this.#boundPort,
      remoteHost: unbracketed(host),
      remotePort: port,
      connectionId: null,
    };
  }

  isOpen(_flow: Flow): boolean {
    return this.#socket !== null;
  }

  send(bytes: Buffer, flow: Flow, onFailed: (why: string) => void): void {
    const socket = this.#socket;
    if (socket === null) {
      queueMicrotask(() => onFailed("transport closed"));
      return;
    }
    socket.send(bytes, flow.remotePort, flow.remoteHost, (failure) => {
      if (failure) onFailed(failure.message);
    });
  }

  close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = null;
    return socket === null ? Promise.resolve() : new Promise((resolve) => socket.close(() => resolve()));
  }
}

/** CRLF keep-alives (RFC 5626 §4.4.1) and STUN, whose first two bits are zero and which no SIP message starts with. */
function isNotSip(bytes: Buffer): boolean {
  const first = bytes[0];
  if (first === undefined || first < 4) return true;
  return bytes.length <= 4 && (first === 13 || first === 10);
}
