import type { Clock, Timer } from "@jikimi/kernel";
import { serialize } from "../message/build.ts";
import { SipHeaders } from "../message/headers.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { Hop } from "../transport/transport-layer.ts";
import { type ClientEvent, type ClientInviteState, stepClientInvite } from "./client-invite.ts";
import { type ClientNonInviteState, stepClientNonInvite } from "./client-non-invite.ts";
import type { TimerName, TimerSettings, TransactionEffect } from "./timers.ts";

/** Exactly one of `onResponse` with a final status, `onTimeout` and `onTransportFailed` ends a transaction's news. */
export type ClientHandlers = {
  readonly onResponse: (response: SipResponse) => void;
  readonly onTimeout: () => void;
  readonly onTransportFailed: (why: string) => void;
};

export type SendBytes = (bytes: Buffer, hop: Hop, onFailed: (why: string) => void) => void;

/** Runs one of the two client machines: owns its timers, sends its request, reports what comes back. */
export class ClientTransaction {
  readonly request: SipRequest;
  readonly hop: Hop;
  readonly #clock: Clock;
  readonly #settings: TimerSettings;
  readonly #handlers: ClientHandlers;
  readonly #sendBytes: SendBytes;
  readonly #onTerminated: () => void;
  readonly #timers = new Map<TimerName, Timer>();
  readonly #bytes: Buffer;
  #ack: Buffer | null = null;
  #response: SipResponse | null = null;
  #failure = "";
  #invite: ClientInviteState | null;
  #other: ClientNonInviteState = { kind: "idle" };

  constructor(options: {
    request: SipRequest;
    hop: Hop;
    clock: Clock;
    settings: TimerSettings;
    handlers: ClientHandlers;
    sendBytes: SendBytes;
    onTerminated: () => void;
  }) {
    this.request = options.request;
    this.hop = options.hop;
    this.#clock = options.clock;
    this.#settings = options.settings;
    this.#handlers = options.handlers;
    this.#sendBytes = options.sendBytes;
    this.#onTerminated = options.onTerminated;
    this.#invite = options.request.method === "INVITE" ? { kind: "idle" } : null;
    this.#bytes = serialize(options.request);
  }

  get isTerminated(): boolean {
    return (this.#invite ?? this.#other).kind === "terminated";
  }

  start(): void {
    this.#step({ kind: "started" });
  }

  receive(response: SipResponse): void {
    this.#response = response;
    this.#step({ kind: "response", status: response.status });
  }

  /** Forgets the transaction without a word to its handlers: a cancelled INVITE that nobody answers. */
  abandon(): void {
    if (this.isTerminated) return;
    if (this.#invite !== null) this.#invite = { kind: "terminated" };
    else this.#other = { kind: "terminated" };
    this.#finish();
  }

  /** Forgets a cancelled INVITE unless a final answer came after all (RFC 3261 §9.1). */
  abandonUnanswered(): void {
    if (this.#invite?.kind === "calling" || this.#invite?.kind === "proceeding") this.abandon();
  }

  #step(event: ClientEvent): void {
    if (this.isTerminated) return;
    let effects: readonly TransactionEffect[];
    if (this.#invite !== null) {
      [this.#invite, effects] = stepClientInvite(this.#invite, event, this.#settings);
    } else {
      [this.#other, effects] = stepClientNonInvite(this.#other, event, this.#settings);
    }
    // Before the effects, so that a handler which starts anew finds this transaction gone.
    if (this.isTerminated) this.#finish();
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: TransactionEffect): void {
    switch (effect.kind) {
      case "send":
        this.#sendBytes(this.#bytes, this.hop, (why) => this.#fail(why));
        return;
      case "send-ack":
        if (this.#response !== null) this.#ack ??= serialize(ackFor(this.request, this.#response));
        if (this.#ack !== null) this.#sendBytes(this.#ack, this.hop, () => {});
        return;
      case "pass-up":
        if (this.#response !== null) this.#handlers.onResponse(this.#response);
        return;
      case "start":
        if (this.isTerminated) return;
        this.#timers.get(effect.timer)?.cancel();
        this.#timers.set(
          effect.timer,
          this.#clock.after(effect.afterMs, () => {
            this.#timers.delete(effect.timer);
            this.#step({ kind: "timer", timer: effect.timer });
          }),
        );
        return;
      case "stop":
        this.#timers.get(effect.timer)?.cancel();
        this.#timers.delete(effect.timer);
        return;
      case "report":
        if (effect.what === "timeout") this.#handlers.onTimeout();
        else this.#handlers.onTransportFailed(this.#failure);
    }
  }

  #fail(why: string): void {
    this.#failure = why;
    this.#step({ kind: "transport-failed" });
  }

  #finish(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#onTerminated();
  }
}

/** The ACK of a final answer of 300 or more (RFC 3261 §17.1.1.3): same branch, the answer's To. */
function ackFor(invite: SipRequest, response: SipResponse): SipRequest {
  const headers = new SipHeaders();
  headers.append("Via", invite.headers.get("via") ?? "");
  headers.append("Max-Forwards", "70");
  for (const route of invite.headers.lines("route")) headers.append("Route", route);
  headers.append("From", invite.headers.get("from") ?? "");
  headers.append("To", response.headers.get("to") ?? "");
  headers.append("Call-ID", invite.callId);
  headers.append("CSeq", `${invite.cseq.number} ACK`);
  return { ...invite, method: "ACK", headers, body: "", to: response.to, cseq: { ...invite.cseq, method: "ACK" } };
}
