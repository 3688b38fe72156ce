import type { AgentCore } from "../agent/core.ts";
import type { Way } from "../agent/request-sender.ts";
import type { Body, Destination, DialogState, HeaderLines, RequestResult } from "../api.ts";
import type { DigestClient } from "../auth/digest-client.ts";
import { createRequest } from "../message/build.ts";
import { parseNameAddr } from "../message/fields.ts";
import type { NameAddr, SipRequest, SipResponse } from "../message/message.ts";
import { parseSipUri } from "../message/uri.ts";
import type { Hop } from "../transport/transport-layer.ts";

type InDialogOptions = {
  readonly headers?: HeaderLines;
  readonly body?: Body | null;
  /** INVITE and UPDATE carry our Contact, others need none. */
  readonly withContact?: boolean;
};

/** A re-INVITE answered with provisional answers only is given up after this many T1. */
const PATIENCE_IN_T1 = 128;
const MAX_CHALLENGES = 3;

/** Builds and sends the requests of one dialog (RFC 3261 §12.2.1): CSeq, routes, credentials, the ACK of a 2xx. */
export class DialogRequests {
  readonly #core: AgentCore;
  readonly #auth: DigestClient | null;
  #state: DialogState;
  #lastAck: { readonly cseq: number; readonly bytes: Buffer; readonly hop: Hop } | null = null;

  constructor(core: AgentCore, state: DialogState, auth: DigestClient | null) {
    this.#core = core;
    this.#state = state;
    this.#auth = auth;
  }

  get state(): DialogState {
    return this.#state;
  }

  patch(change: Partial<DialogState>): void {
    this.#state = { ...this.#state, ...change };
  }

  /** Answers challenges when there are credentials. A 2xx to INVITE is acknowledged, also when it comes again. */
  async send(method: string, options: InDialogOptions = {}): Promise<RequestResult> {
    for (let challenges = 0; ; challenges += 1) {
      const result = await this.#sendOnce(method, options);
      if (result.kind !== "response" || (result.status !== 401 && result.status !== 407)) return result;
      if (this.#auth === null || challenges >= MAX_CHALLENGES || !this.#auth.learn(result.response)) return result;
    }
  }

  /** The ACK of a 2xx (RFC 3261 §13.2.2.4): built once per INVITE, sent again for every 2xx that comes again. */
  acknowledge(response: SipResponse, invite: SipRequest): void {
    const known = this.#lastAck;
    if (known?.cseq === response.cseq.number) {
      this.#core.transports.send(known.bytes, known.hop, () => {});
      return;
    }
    const credentials = ["Authorization", "Proxy-Authorization"].flatMap((name) =>
      invite.headers.lines(name).map((value) => [name, value] as const),
    );
    this.#core.sender.sendOnce(
      {
        nextHop: this.#nextHop(),
        destination: this.#destination(),
        build: (way) => this.#build(way, "ACK", response.cseq.number, { headers: credentials }),
      },
      (bytes, hop) => {
        this.#lastAck = { cseq: response.cseq.number, bytes, hop };
      },
    );
  }

  #sendOnce(method: string, options: InDialogOptions): Promise<RequestResult> {
    const cseq = this.#state.localCSeq + 1;
    this.patch({ localCSeq: cseq });
    const credentials = this.#auth?.headers(method, this.#state.remoteTarget) ?? [];
    const headers = [...(options.headers ?? []), ...credentials];
    return new Promise((resolve) => {
      const pending = this.#core.sender.send(
        {
          nextHop: this.#nextHop(),
          destination: this.#destination(),
          build: (way) => this.#build(way, method, cseq, { ...options, headers }),
        },
        {
          onResponse: (response) => {
            if (response.status < 200) return;
            patience?.cancel();
            const request = pending.transaction?.request;
            if (method === "INVITE" && response.status < 300 && request) this.acknowledge(response, request);
            resolve({ kind: "response", status: response.status, reason: response.reason, response });
          },
          onTimeout: () => {
            patience?.cancel();
            resolve({ kind: "timeout" });
          },
          onTransportFailed: (why) => {
            patience?.cancel();
            resolve({ kind: "transport-failed", why });
          },
        },
      );
      const patience =
        method === "INVITE"
          ? this.#core.clock.after(PATIENCE_IN_T1 * this.#core.timers.t1Ms, () => {
              pending.abandoned = true;
              pending.transaction?.abandon();
              resolve({ kind: "timeout" });
            })
          : null;
    });
  }

  /** The flow while it is open, else (or without one) the route set or target decides. */
  #destination(): Destination | null {
    const { flow, pinnedToFlow } = this.#state;
    if (!pinnedToFlow) return null;
    return flow.connectionId === null || this.#core.transports.isOpen(flow) ? { kind: "flow", flow } : null;
  }

  #nextHop(): string {
    return this.#state.routeSet[0] ?? this.#state.remoteTarget;
  }

  #build(way: Way, method: string, cseq: number, options: InDialogOptions): SipRequest {
    const state = this.#state;
    const { uri, routeSet } = routed(state);
    return createRequest({
      method,
      uri,
      via: way.via,
      from: `${state.local};tag=${state.localTag}`,
      to: state.remoteTag === "" ? state.remote : `${state.remote};tag=${state.remoteTag}`,
      fromAddress: addressOf(state.local),
      toAddress: addressOf(state.remote),
      callId: state.callId,
      cseq: { number: cseq, method },
      routeSet,
      headers: [
        ...(options.withContact ? [["Contact", state.localContact] as const] : []),
        ["User-Agent", this.#core.userAgent],
        ...(options.headers ?? []),
      ],
      body: options.body ?? null,
    });
  }
}

/** RFC 3261 §12.2.1.1: a first route without `lr` is a strict router and takes the Request-URI's place. */
function routed(state: DialogState): { uri: string; routeSet: readonly string[] } {
  const [first, ...rest] = state.routeSet;
  const strict = first === undefined ? null : parseNameAddr(first);
  if (strict === null || parseSipUri(strict.uri)?.params.has("lr")) {
    return { uri: state.remoteTarget, routeSet: state.routeSet };
  }
  return { uri: strict.uri, routeSet: [...rest, `<${state.remoteTarget}>`] };
}

function addressOf(text: string): NameAddr {
  return parseNameAddr(text) ?? { displayName: null, uri: text, params: new Map() };
}
