import type { Clock } from "@jikimi/kernel";
import type { Flow, SipLimits } from "../api.ts";
import { BRANCH_COOKIE, createResponse, serialize } from "../message/build.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { Hop, TransportLayer } from "../transport/transport-layer.ts";
import { type ClientHandlers, ClientTransaction, type SendBytes } from "./client-transaction.ts";
import { ServerTransaction } from "./server-transaction.ts";
import type { TimerSettings } from "./timers.ts";

type TransactionLayerOptions = {
  readonly clock: Clock;
  readonly transports: TransportLayer;
  readonly limits: SipLimits;
  readonly timers: Omit<TimerSettings, "reliable">;
  /** A request not seen before; it has a transaction that waits for an answer. Never ACK, never CANCEL. */
  readonly onRequest: (transaction: ServerTransaction) => void;
  /** `invite` is the transaction it cancels, null when there is none. */
  readonly onCancel: (cancel: ServerTransaction, invite: ServerTransaction | null) => void;
  /** An ACK that acknowledges a 2xx: it belongs to a dialog. */
  readonly onAck: (ack: SipRequest, flow: Flow) => void;
};

/** Keeps every transaction (RFC 3261 §17) and matches each message to its own. */
export class TransactionLayer {
  readonly #options: TransactionLayerOptions;
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #servers = new Map<string, ServerTransaction>();
  /** Call-ID, CSeq and From tag of initial requests being served, to see one that came twice by two ways. */
  readonly #initial = new Map<string, ServerTransaction>();
  readonly #sendBytes: SendBytes;
  refusedForLoad = 0;

  constructor(options: TransactionLayerOptions) {
    this.#options = options;
    this.#sendBytes = (bytes, hop, onFailed) => options.transports.send(bytes, hop, onFailed);
  }

  get liveCount(): number {
    return this.#clients.size + this.#servers.size;
  }

  startClient(request: SipRequest, hop: Hop, handlers: ClientHandlers): ClientTransaction {
    const key = clientKey(request.via.branch, request.cseq.method);
    const transaction = new ClientTransaction({
      request,
      hop,
      clock: this.#options.clock,
      settings: this.#settings(hop.transport.reliable),
      handlers,
      sendBytes: this.#sendBytes,
      onTerminated: () => this.#clients.delete(key),
    });
    this.#clients.set(key, transaction);
    transaction.start();
    return transaction;
  }

  receiveResponse(response: SipResponse): void {
    this.#clients.get(clientKey(response.via.branch, response.cseq.method))?.receive(response);
  }

  receiveRequest(request: SipRequest, flow: Flow): void {
    const key = serverKey(request, request.method === "ACK" ? "INVITE" : request.method);
    const known = this.#servers.get(key);
    if (request.method === "ACK") {
      known?.acknowledged();
      // A 2xx is acknowledged under a branch of its own; some peers reuse the INVITE's.
      if (known === undefined || !known.isPending) this.#options.onAck(request, flow);
      return;
    }
    if (known !== undefined) {
      known.retransmitted();
      return;
    }
    if (this.#refuseForLoad(request, flow)) return;
    const transaction = this.#startServer(request, flow, key);
    if (request.method === "CANCEL") {
      this.#options.onCancel(transaction, this.#servers.get(serverKey(request, "INVITE")) ?? null);
      return;
    }
    if (this.#isMerged(request, transaction)) {
      transaction.respond(createResponse(request, 482, { toTag: "merged" }));
      return;
    }
    this.#options.onRequest(transaction);
  }

  /** Drops every transaction without another message. */
  close(): void {
    for (const transaction of [...this.#clients.values(), ...this.#servers.values()]) transaction.abandon();
  }

  #startServer(request: SipRequest, flow: Flow, key: string): ServerTransaction {
    const { transports, clock } = this.#options;
    const hop = transports.hopOf(transports.answerFlow(request.via, flow));
    const transaction = new ServerTransaction({
      request,
      source: flow,
      hop,
      clock,
      settings: this.#settings(hop?.transport.reliable ?? false),
      sendBytes: this.#sendBytes,
      onTerminated: () => {
        this.#servers.delete(key);
        const merge = mergeKey(request);
        if (this.#initial.get(merge) === transaction) this.#initial.delete(merge);
      },
    });
    this.#servers.set(key, transaction);
    return transaction;
  }

  /** RFC 3261 §8.2.2.2: the same request by another way, which a forking proxy upstream made. */
  #isMerged(request: SipRequest, transaction: ServerTransaction): boolean {
    if (request.to.params.has("tag")) return false;
    const key = mergeKey(request);
    if (this.#initial.has(key)) return true;
    this.#initial.set(key, transaction);
    return false;
  }

  /** New calls are turned away first; what ends or changes a call gets through to twice the bound. */
  #refuseForLoad(request: SipRequest, flow: Flow): boolean {
    const { limits, transports } = this.#options;
    const bound = request.to.params.has("tag") || request.method === "CANCEL" ? 2 : 1;
    if (this.liveCount < limits.maxTransactions * bound) return false;
    this.refusedForLoad += 1;
    const hop = transports.hopOf(transports.answerFlow(request.via, flow));
    const answer = createResponse(request, 503, { toTag: "overload", headers: [["Retry-After", "5"]] });
    if (hop !== null) transports.send(serialize(answer), hop, () => {});
    return true;
  }

  #settings(reliable: boolean): TimerSettings {
    return { ...this.#options.timers, reliable };
  }
}

function clientKey(branch: string | null, method: string): string {
  return `${branch ?? ""} ${method}`;
}

/** RFC 3261 §17.2.3: branch, sent-by and method; what an RFC 2543 peer offers instead when its branch is no cookie. */
function serverKey(request: SipRequest, method: string): string {
  const { via, callId, cseq, from } = request;
  const sentBy = `${via.host}:${via.port ?? ""}`;
  if (via.branch?.startsWith(BRANCH_COOKIE)) return `${via.branch} ${sentBy} ${method}`;
  return `old ${callId} ${cseq.number} ${from.params.get("tag") ?? ""} ${via.branch ?? ""} ${sentBy} ${method}`;
}

function mergeKey(request: SipRequest): string {
  return `${request.callId} ${request.cseq.number} ${request.method} ${request.from.params.get("tag") ?? ""}`;
}
