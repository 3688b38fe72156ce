import type { Clock, Timer } from "@jikimi/kernel";
import type { SipResponse } from "../message/message.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";

export type Acknowledged = { readonly kind: "acknowledged"; readonly sdp: string | null } | { readonly kind: "no-ack" };

/**
 * Sends a 2xx to an INVITE again until its ACK comes: after T1, doubling up to T2, for 64·T1 in all, over any
 * transport (RFC 3261 §13.3.1.4).
 */
export class AnswerSender {
  readonly cseq: number;
  readonly settled: Promise<Acknowledged>;
  readonly #clock: Clock;
  readonly #t2Ms: number;
  readonly #transaction: ServerTransaction;
  readonly #response: SipResponse;
  readonly #settle: (how: Acknowledged) => void;
  readonly #giveUp: Timer;
  #resend: Timer;
  #done = false;

  constructor(options: {
    clock: Clock;
    t1Ms: number;
    t2Ms: number;
    transaction: ServerTransaction;
    response: SipResponse;
  }) {
    this.#clock = options.clock;
    this.#t2Ms = options.t2Ms;
    this.#transaction = options.transaction;
    this.#response = options.response;
    this.cseq = options.transaction.request.cseq.number;
    let settle: (how: Acknowledged) => void = () => {};
    this.settled = new Promise((resolve) => {
      settle = resolve;
    });
    this.#settle = settle;
    this.#giveUp = this.#clock.after(64 * options.t1Ms, () => this.#finish({ kind: "no-ack" }));
    this.#resend = this.#later(options.t1Ms);
    this.#transaction.respond(this.#response);
  }

  acknowledge(sdp: string | null): void {
    this.#finish({ kind: "acknowledged", sdp });
  }

  #later(delayMs: number): Timer {
    return this.#clock.after(delayMs, () => {
      this.#transaction.respond(this.#response);
      this.#resend = this.#later(Math.min(delayMs * 2, this.#t2Ms));
    });
  }

  #finish(how: Acknowledged): void {
    if (this.#done) return;
    this.#done = true;
    this.#giveUp.cancel();
    this.#resend.cancel();
    this.#settle(how);
  }
}
