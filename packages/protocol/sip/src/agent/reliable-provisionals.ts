import type { Clock, Random, Timer } from "@jikimi/kernel";
import type { HeaderLines } from "../api.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";

/** Makes the provisional answer with these headers added. */
type MakeProvisional = (headers: HeaderLines) => SipResponse;

/**
 * Sends provisional answers reliably (RFC 3262 §3): one at a time, again after T1 and doubling until its PRACK, given
 * up after 64·T1.
 */
export class ReliableProvisionals {
  readonly #clock: Clock;
  readonly #t1Ms: number;
  readonly #transaction: ServerTransaction;
  readonly #onGivenUp: () => void;
  readonly #waiting: MakeProvisional[] = [];
  #rseq: number;
  #outstanding: { readonly rseq: number; readonly giveUp: Timer; resend: Timer } | null = null;
  #onSettled: (() => void)[] = [];

  constructor(options: {
    clock: Clock;
    random: Random;
    t1Ms: number;
    transaction: ServerTransaction;
    onGivenUp: () => void;
  }) {
    this.#clock = options.clock;
    this.#t1Ms = options.t1Ms;
    this.#transaction = options.transaction;
    this.#onGivenUp = options.onGivenUp;
    this.#rseq = 1 + options.random.integer(2 ** 30);
  }

  send(make: MakeProvisional): void {
    if (this.#outstanding !== null) {
      this.#waiting.push(make);
      return;
    }
    this.#rseq += 1;
    const response = make([
      ["Require", "100rel"],
      ["RSeq", String(this.#rseq)],
    ]);
    this.#outstanding = {
      rseq: this.#rseq,
      giveUp: this.#clock.after(64 * this.#t1Ms, () => {
        this.stop();
        this.#onGivenUp();
      }),
      resend: this.#resendLater(response, this.#t1Ms),
    };
    this.#transaction.respond(response);
  }

  /** Whether this PRACK acknowledges what waits for one. */
  isAwaited(prack: SipRequest): boolean {
    const match = /^(\d{1,10})\s+(\d{1,10})\s+(\S+)$/.exec(prack.headers.get("rack") ?? "");
    const { number, method } = this.#transaction.request.cseq;
    if (match === null || this.#outstanding === null) return false;
    return Number(match[1]) === this.#outstanding.rseq && Number(match[2]) === number && match[3] === method;
  }

  /** The PRACK came: the next may go. */
  acknowledged(): void {
    this.#clear();
    const next = this.#waiting.shift();
    if (next === undefined) for (const settle of this.#onSettled.splice(0)) settle();
    else this.send(next);
  }

  /** Resolves when nothing waits for a PRACK: only then may the 2xx go out (RFC 3262 §3). */
  settled(): Promise<void> {
    return this.#outstanding === null ? Promise.resolve() : new Promise((resolve) => this.#onSettled.push(resolve));
  }

  /** No more provisional answers: the final one is sent. */
  stop(): void {
    this.#clear();
    this.#waiting.length = 0;
    for (const settle of this.#onSettled.splice(0)) settle();
  }

  #clear(): void {
    this.#outstanding?.giveUp.cancel();
    this.#outstanding?.resend.cancel();
    this.#outstanding = null;
  }

  #resendLater(response: SipResponse, delayMs: number): Timer {
    return this.#clock.after(delayMs, () => {
      if (this.#outstanding === null) return;
      this.#transaction.respond(response);
      this.#outstanding.resend = this.#resendLater(response, delayMs * 2);
    });
  }
}
