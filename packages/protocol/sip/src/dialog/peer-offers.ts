import { type AgentCore, CAPABILITIES } from "../agent/core.ts";
import type { HeaderLines, ReinviteAnswer, ReinviteHandler, SessionTimerState } from "../api.ts";
import { createResponse } from "../message/build.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { sdpOf } from "../message/sdp-body.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import { type Acknowledged, AnswerSender } from "./answer-sender.ts";
import type { DialogRequests } from "./dialog-requests.ts";
import { answerSession, MIN_SESSION_SECONDS } from "./session-timer.ts";

/** What answering needs of its dialog. */
type AnsweringDialog = {
  readonly core: AgentCore;
  readonly requests: DialogRequests;
  readonly ended: AbortSignal;
  readonly isConfirmed: () => boolean;
  /** An offer of ours waits for its answer. */
  readonly isOffering: () => boolean;
  readonly takeTarget: (request: SipRequest) => void;
  readonly takeSession: (session: SessionTimerState | null) => void;
  readonly onRemoteSdp: (answerSdp: string) => void;
  /** A 2xx of ours was never acknowledged. */
  readonly onNoAck: () => void;
};

/** The peer's re-INVITEs and UPDATEs (RFC 3261 §14.2, RFC 3311 §5.2), and every 2xx that waits for its ACK. */
export class PeerOffers {
  readonly #dialog: AnsweringDialog;
  handler: ReinviteHandler | null = null;
  /** The INVITE or UPDATE that our user has not answered yet. */
  #asking: { readonly transaction: ServerTransaction; readonly answer: Promise<unknown> } | null = null;
  #sending: AnswerSender | null = null;

  constructor(dialog: AnsweringDialog) {
    this.#dialog = dialog;
  }

  /** Resolves when nothing of the peer's waits for an answer or an ACK. */
  async quiet(): Promise<void> {
    while (this.#asking !== null || this.#sending !== null) await (this.#asking?.answer ?? this.#sending?.settled);
  }

  /** True while a 2xx of ours waits for its ACK; `acknowledgement` resolves with the wait. */
  get acknowledgement(): Promise<Acknowledged> | null {
    return this.#sending?.settled ?? null;
  }

  receiveAck(ack: SipRequest): void {
    if (this.#sending?.cseq === ack.cseq.number) this.#sending.acknowledge(sdpOf(ack));
  }

  /** Who hangs up has seen our 2xx: its ACK was lost or is overtaken, and nothing need be repeated. */
  hungUp(): void {
    if (this.#asking !== null) refuse(this.#asking.transaction, 487);
    this.#sending?.acknowledge(null);
  }

  async sendAnswer(transaction: ServerTransaction, response: SipResponse): Promise<Acknowledged> {
    const { clock, timers } = this.#dialog.core;
    const sending = new AnswerSender({ clock, t1Ms: timers.t1Ms, t2Ms: timers.t2Ms, transaction, response });
    this.#sending = sending;
    const acknowledged = await sending.settled;
    if (this.#sending === sending) this.#sending = null;
    if (acknowledged.kind === "no-ack") this.#dialog.onNoAck();
    return acknowledged;
  }

  /** One offer at a time, ours or theirs; an UPDATE without SDP only keeps the session alive. */
  async receive(transaction: ServerTransaction): Promise<void> {
    const { request } = transaction;
    const { core, requests, ended, takeTarget, takeSession } = this.#dialog;
    const isInvite = request.method === "INVITE";
    const offerSdp = sdpOf(request);
    const offers = isInvite || offerSdp !== null;
    if (offers && this.#dialog.isOffering()) {
      refuse(transaction, 491);
      return;
    }
    const isBusy = !this.#dialog.isConfirmed() || this.#asking !== null || (isInvite && this.#sending !== null);
    if (offers && isBusy) {
      refuse(transaction, 500, undefined, [["Retry-After", String(core.random.integer(10))]]);
      return;
    }
    const session = answerSession(request, requests.state.session);
    if (session.kind === "too-small") {
      refuse(transaction, 422, undefined, [["Min-SE", String(MIN_SESSION_SECONDS)]]);
      return;
    }
    const answer = offers ? await this.#ask(transaction, offerSdp) : null;
    if (!transaction.isPending) return;
    if (ended.aborted) {
      refuse(transaction, 487);
      return;
    }
    if (answer?.kind === "reject") {
      refuse(transaction, answer.status, answer.reason);
      return;
    }
    takeTarget(request);
    takeSession(session.session);
    if (answer !== null) {
      requests.patch({ localSdp: answer.sdp, ...(offerSdp === null ? {} : { remoteSdp: offerSdp }) });
    }
    const response = createResponse(request, 200, {
      headers: [
        ["Contact", requests.state.localContact],
        ...CAPABILITIES,
        ["Server", core.userAgent],
        ...session.headers,
      ],
      body: answer === null ? null : { contentType: "application/sdp", text: answer.sdp },
    });
    if (!isInvite) transaction.respond(response);
    else await this.#sendAndHear(transaction, response, offerSdp === null);
  }

  /** `weOffered`: our 2xx carried the offer, so the ACK carries the answer. */
  async #sendAndHear(transaction: ServerTransaction, response: SipResponse, weOffered: boolean): Promise<void> {
    const acknowledged = await this.sendAnswer(transaction, response);
    if (acknowledged.kind !== "acknowledged" || acknowledged.sdp === null || !weOffered) return;
    this.#dialog.requests.patch({ remoteSdp: acknowledged.sdp });
    this.#dialog.onRemoteSdp(acknowledged.sdp);
  }

  async #ask(transaction: ServerTransaction, offerSdp: string | null): Promise<ReinviteAnswer> {
    const answer = this.#askUser(offerSdp);
    this.#asking = { transaction, answer };
    const given = await answer;
    this.#asking = null;
    return given;
  }

  async #askUser(offerSdp: string | null): Promise<ReinviteAnswer> {
    if (this.handler === null) {
      const { localSdp } = this.#dialog.requests.state;
      return offerSdp === null && localSdp !== null
        ? { kind: "answer", sdp: localSdp }
        : { kind: "reject", status: 488 };
    }
    try {
      return await this.handler(offerSdp);
    } catch (failure) {
      this.#dialog.core.log.error({ failure }, "answering a re-INVITE failed");
      return { kind: "reject", status: 500 };
    }
  }
}

export function refuse(
  transaction: ServerTransaction,
  status: number,
  reason?: string,
  headers: HeaderLines = [],
): void {
  transaction.respond(createResponse(transaction.request, status, { reason, headers }));
}
