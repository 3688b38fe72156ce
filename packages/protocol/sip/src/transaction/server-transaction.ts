import type { Clock, Timer } from "@jikimi/kernel";
import type { Flow } from "../api.ts";
import { createResponse, serialize } from "../message/build.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { Hop } from "../transport/transport-layer.ts";
import type { SendBytes } from "./client-transaction.ts";
import { type ServerEvent, type ServerInviteState, stepServerInvite } from "./server-invite.ts";
import { type ServerNonInviteState, stepServerNonInvite } from "./server-non-invite.ts";
import type { TimerName, TimerSettings, TransactionEffect } from "./timers.ts";

const TRYING_AFTER_MS = 200;

/** Runs one of the two server machines: absorbs retransmissions, sends and resends the user's answers. */
export class ServerTransaction {
  readonly request: SipRequest;
  /** Where the request came from. */
  readonly source: Flow;
  readonly #hop: Hop | null;
  readonly #clock: Clock;
  readonly #settings: TimerSettings;
  readonly #sendBytes: SendBytes;
  readonly #onTerminated: () => void;
  readonly #timers = new Map<TimerName, Timer>();
  readonly #trying: Timer | null;
  #answer: Buffer | null = null;
  #answered: SipResponse | null = null;
  #invite: ServerInviteState | null;
  #other: ServerNonInviteState = { kind: "trying" };

  constructor(options: {
    request: SipRequest;
    source: Flow;
    /** Where answers go; null when no transport of ours leads there any more. */
    hop: Hop | null;
    clock: Clock;
    settings: TimerSettings;
    sendBytes: SendBytes;
    onTerminated: () => void;
  }) {
    this.request = options.request;
    this.source = options.source;
    this.#hop = options.hop;
    this.#clock = options.clock;
    this.#settings = options.settings;
    this.#sendBytes = options.sendBytes;
    this.#onTerminated = options.onTerminated;
    this.#invite = options.request.method === "INVITE" ? { kind: "proceeding", answered: false } : null;
    // An INVITE that the user does not answer quickly gets 100, so that its sender stops repeating it (§17.2.1).
    this.#trying = this.#invite === null ? null : this.#clock.after(TRYING_AFTER_MS, () => this.#sayTrying());
  }

  get isTerminated(): boolean {
    return (this.#invite ?? this.#other).kind === "terminated";
  }

  /** True until a final answer was given. */
  get isPending(): boolean {
    const { kind } = this.#invite ?? this.#other;
    return kind === "trying" || kind === "proceeding";
  }

  /** Sends an answer; the same 2xx of an INVITE may be handed in again to be resent. False when it came too late. */
  respond(response: SipResponse): boolean {
    if (!this.isPending && !(this.#invite?.kind === "accepted" && response.status < 300)) return false;
    this.#trying?.cancel();
    if (response !== this.#answered) {
      this.#answered = response;
      this.#answer = serialize(response);
    }
    this.#step({ kind: "answer", status: response.status });
    return true;
  }

  retransmitted(): void {
    this.#step({ kind: "retransmitted" });
  }

  acknowledged(): void {
    this.#step({ kind: "acknowledged" });
  }

  abandon(): void {
    if (this.isTerminated) return;
    if (this.#invite !== null) this.#invite = { kind: "terminated" };
    else this.#other = { kind: "terminated" };
    this.#finish();
  }

  #sayTrying(): void {
    if (this.#answered === null && this.isPending) this.respond(createResponse(this.request, 100));
  }

  #step(event: ServerEvent): void {
    if (this.isTerminated) return;
    let effects: readonly TransactionEffect[];
    if (this.#invite !== null) [this.#invite, effects] = stepServerInvite(this.#invite, event, this.#settings);
    else [this.#other, effects] = stepServerNonInvite(this.#other, event, this.#settings);
    if (this.isTerminated) this.#finish();
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: TransactionEffect): void {
    switch (effect.kind) {
      case "send":
        if (this.#answer !== null && this.#hop !== null) {
          this.#sendBytes(this.#answer, this.#hop, () => this.#step({ kind: "transport-failed" }));
        }
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
      case "pass-up":
      case "send-ack":
      case "report":
        // The ACK of a 2xx goes to its dialog; a final answer that is never acknowledged concerns nobody.
        return;
    }
  }

  #finish(): void {
    this.#trying?.cancel();
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#onTerminated();
  }
}
