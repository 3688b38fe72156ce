import type { Random } from "@jikimi/kernel";
import type { Destination, Flow, ResolvedAddress, Resolver, TransportName } from "../api.ts";
import { BRANCH_COOKIE, serialize } from "../message/build.ts";
import { parseNameAddr } from "../message/fields.ts";
import type { SipParams, SipRequest, SipUri, Via } from "../message/message.ts";
import { parseSipUri } from "../message/uri.ts";
import type { ClientHandlers, ClientTransaction } from "../transaction/client-transaction.ts";
import type { TransactionLayer } from "../transaction/transaction-layer.ts";
import { resolveLiteral } from "../transport/resolver.ts";
import type { Hop, TransportLayer } from "../transport/transport-layer.ts";

/** A request that waits for its way out: the Via (and Contact) depend on the hop. */
export type Outbound = {
  /** URI or name-addr text of the first route or the target. */
  readonly nextHop: string;
  readonly destination: Destination | null;
  readonly build: (way: Way) => SipRequest;
};

export type Way = { readonly hop: Hop; readonly via: Via };

/** A request under way; its transaction exists once a name was resolved. */
export type PendingRequest = { transaction: ClientTransaction | null; abandoned: boolean };

/** Finds the way to a peer (RFC 3263) and starts the transaction there; tries the next address when one fails. */
export class RequestSender {
  readonly #random: Random;
  readonly #resolver: Resolver;
  readonly #transports: TransportLayer;
  readonly #transactions: TransactionLayer;

  constructor(options: {
    random: Random;
    resolver: Resolver;
    transports: TransportLayer;
    transactions: TransactionLayer;
  }) {
    this.#random = options.random;
    this.#resolver = options.resolver;
    this.#transports = options.transports;
    this.#transactions = options.transactions;
  }

  send(outbound: Outbound, handlers: ClientHandlers): PendingRequest {
    const pending: PendingRequest = { transaction: null, abandoned: false };
    this.#withHops(outbound, (hops) => this.#tryInTurn(pending, outbound, hops, handlers));
    return pending;
  }

  /** Sends without a transaction: the ACK of a 2xx (RFC 3261 §13.2.2.4). `keep` gets what a repeated 2xx needs again. */
  sendOnce(outbound: Outbound, keep: (bytes: Buffer, hop: Hop) => void = () => {}): void {
    this.#withHops(outbound, (hops) => {
      const [hop] = hops;
      if (hop === undefined) return;
      const bytes = serialize(outbound.build(this.#way(hop)));
      keep(bytes, hop);
      this.#transports.send(bytes, hop, () => {});
    });
  }

  #tryInTurn(pending: PendingRequest, outbound: Outbound, hops: readonly Hop[], handlers: ClientHandlers): void {
    if (pending.abandoned) return;
    const [hop, ...rest] = hops;
    if (hop === undefined) {
      queueMicrotask(() => handlers.onTransportFailed("no way to the peer"));
      return;
    }
    pending.transaction = this.#transactions.startClient(outbound.build(this.#way(hop)), hop, {
      onResponse: handlers.onResponse,
      onTimeout: handlers.onTimeout,
      onTransportFailed: (why) => {
        if (rest.length > 0) this.#tryInTurn(pending, outbound, rest, handlers);
        else handlers.onTransportFailed(why);
      },
    });
  }

  #way(hop: Hop): Way {
    const { host, port } = hop.transport.advertised;
    const branch = `${BRANCH_COOKIE}${this.#random.hex(10)}`;
    const params: SipParams = new Map([
      ["branch", branch],
      ["rport", null],
    ] as [string, string | null][]);
    return { hop, via: { transport: hop.transport.name, host, port, branch, params } };
  }

  /** Runs `then` at once unless a name must be looked up. */
  #withHops({ destination, nextHop }: Outbound, then: (hops: readonly Hop[]) => void): void {
    if (destination?.kind === "flow" && !this.#isBroken(destination.flow)) {
      const hop = this.#transports.hopOf(destination.flow);
      then(hop === null ? [] : [hop]);
      return;
    }
    const name = destination?.kind === "address" ? { ...destination, secure: false } : nameOf(nextHop);
    if (name === null) {
      then([]);
      return;
    }
    const literal = resolveLiteral(name);
    if (literal !== null) {
      then(this.#hopsTo([literal], name.transport === null));
      return;
    }
    void this.#resolver
      .resolve(name)
      .catch(() => [])
      .then((addresses) => then(this.#hopsTo(addresses, name.transport === null)));
  }

  /** A phone whose TCP connection is gone may still listen at its Contact; a browser never does. */
  #isBroken(flow: Flow): boolean {
    return flow.connectionId !== null && flow.transport === "TCP" && !this.#transports.isOpen(flow);
  }

  /** Where the URI left the transport open and UDP is not bound, what is bound takes its place. */
  #hopsTo(addresses: readonly ResolvedAddress[], transportIsOpen: boolean): Hop[] {
    const hops: Hop[] = [];
    for (const address of addresses) {
      const hop =
        this.#transports.hopTo(address) ??
        (transportIsOpen ? this.#transports.hopTo({ ...address, transport: "TCP" }) : null);
      if (hop !== null) hops.push(hop);
    }
    return hops;
  }
}

function nameOf(nextHop: string) {
  const text = nextHop.includes("<") ? parseNameAddr(nextHop)?.uri : nextHop;
  const uri = text === undefined ? null : parseSipUri(text);
  if (uri === null || uri.scheme === "tel") return null;
  return { host: uri.host, port: uri.port, transport: transportOf(uri), secure: uri.scheme === "sips" };
}

function transportOf(uri: SipUri): TransportName | null {
  const named = uri.params.get("transport")?.toUpperCase();
  if (uri.scheme === "sips") return named === "WS" ? "WSS" : "TLS";
  return named === "UDP" || named === "TCP" || named === "TLS" || named === "WS" || named === "WSS" ? named : null;
}
