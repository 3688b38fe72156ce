import type { Clock, Random } from "@jikimi/kernel";
import type { Flow, ListenResult, Transport, TransportName, TransportSink } from "../src/api.ts";
import { unbracketed } from "../src/message/uri.ts";

/** What passed over the network, in order, also what was lost. */
export type Passage = { readonly from: string; readonly to: string; readonly text: string; readonly lost: boolean };

/**
 * A network in memory, run by the clock alone: each datagram arrives after `latencyMs`, unless it is lost.
 * Its transports keep the same contract as the real ones.
 */
export class MemoryNetwork {
  readonly clock: Clock;
  readonly #random: Random;
  readonly #latencyMs: number;
  readonly #transports = new Map<string, MemoryTransport>();
  readonly passages: Passage[] = [];
  /** Decides for each datagram; the default loses none. */
  loses: (passage: { from: string; to: string; text: string }) => boolean = () => false;

  constructor({ clock, random, latencyMs = 5 }: { clock: Clock; random: Random; latencyMs?: number }) {
    this.clock = clock;
    this.#random = random;
    this.#latencyMs = latencyMs;
  }

  /** Loses this share of all datagrams from now on. */
  loseAtRandom(share: number): void {
    this.loses = () => this.#random.integer(1_000_000) < share * 1_000_000;
  }

  transport(host: string, port: number, options: { name?: TransportName; reliable?: boolean } = {}): MemoryTransport {
    return new MemoryTransport(this, host, port, options.name ?? "UDP", options.reliable ?? false);
  }

  bind(transport: MemoryTransport): boolean {
    const key = addressKey(transport.host, transport.port);
    if (this.#transports.has(key)) return false;
    this.#transports.set(key, transport);
    return true;
  }

  unbind(transport: MemoryTransport): void {
    this.#transports.delete(addressKey(transport.host, transport.port));
  }

  carry(bytes: Buffer, from: MemoryTransport, toHost: string, toPort: number): void {
    const to = addressKey(toHost, toPort);
    const passage = { from: addressKey(from.host, from.port), to, text: bytes.toString("utf8") };
    const lost = this.loses(passage);
    this.passages.push({ ...passage, lost });
    if (lost) return;
    this.clock.after(this.#latencyMs, () => {
      this.#transports.get(to)?.deliver(Buffer.from(bytes), from);
    });
  }
}

function addressKey(host: string, port: number): string {
  return `${host}:${port}`;
}

export class MemoryTransport implements Transport {
  readonly name: TransportName;
  readonly reliable: boolean;
  readonly host: string;
  readonly port: number;
  readonly #network: MemoryNetwork;
  readonly #broken = new Set<string>();
  #sink: TransportSink | null = null;

  constructor(network: MemoryNetwork, host: string, port: number, name: TransportName, reliable: boolean) {
    this.#network = network;
    this.host = host;
    this.port = port;
    this.name = name;
    this.reliable = reliable;
  }

  get advertised(): { host: string; port: number } {
    return { host: this.host, port: this.port };
  }

  open(sink: TransportSink): Promise<ListenResult> {
    const { name: transport, host, port } = this;
    if (!this.#network.bind(this)) return Promise.resolve({ kind: "port-taken", transport, host, port });
    this.#sink = sink;
    return Promise.resolve({ kind: "bound", address: { transport, host, port } });
  }

  flowTo(host: string, port: number): Flow {
    const remoteHost = unbracketed(host);
    return {
      transport: this.name,
      localHost: this.host,
      localPort: this.port,
      remoteHost,
      remotePort: port,
      connectionId: this.reliable ? `${remoteHost}:${port}` : null,
    };
  }

  isOpen({ connectionId }: Flow): boolean {
    return this.#sink !== null && !(connectionId !== null && this.#broken.has(connectionId));
  }

  send(bytes: Buffer, flow: Flow, onFailed: (why: string) => void): void {
    if (!this.isOpen(flow)) queueMicrotask(() => onFailed("transport closed"));
    else this.#network.carry(bytes, this, flow.remoteHost, flow.remotePort);
  }

  deliver(bytes: Buffer, from: MemoryTransport): void {
    this.#sink?.onMessage(bytes, this.flowTo(from.host, from.port));
  }

  /** A connection breaks, for good: what a TCP or WebSocket transport reports. */
  breakFlow(flow: Flow): void {
    if (flow.connectionId !== null) this.#broken.add(flow.connectionId);
    this.#sink?.onFlowClosed(flow);
  }

  close(): Promise<void> {
    this.#sink = null;
    this.#network.unbind(this);
    return Promise.resolve();
  }
}
