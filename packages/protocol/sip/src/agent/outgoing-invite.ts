import { Listeners } from "@jikimi/kernel";
import type {
  HeaderLines,
  InviteOutcome,
  InviteRequest,
  OutgoingInvite,
  Provisional,
  ReasonHeader,
  SessionTimerState,
} from "../api.ts";
import { DigestClient } from "../auth/digest-client.ts";
import { DialogSession } from "../dialog/dialog-session.ts";
import { stateAsClient } from "../dialog/dialog-state.ts";
import { minSessionOf, sessionHeaders, sessionOfAnswer } from "../dialog/session-timer.ts";
import { formatVia, parseNameAddr } from "../message/fields.ts";
import { SipHeaders } from "../message/headers.ts";
import type { NameAddr, SipRequest, SipResponse } from "../message/message.ts";
import { formatReason, parseReasons } from "../message/reason-header.ts";
import { sdpOf } from "../message/sdp-body.ts";
import type { ClientTransaction } from "../transaction/client-transaction.ts";
import { type AgentCore, CAPABILITIES, contactFor, newTag, wishedSession } from "./core.ts";
import { initialRequest } from "./initial-request.ts";
import type { PendingRequest } from "./request-sender.ts";

const MAX_ATTEMPTS = 4;
/** Branches of one call that we keep a dialog for; answers of more are left unacknowledged. */
const MAX_BRANCHES = 20;

/**
 * A call of ours, from the INVITE to its outcome. Challenges (401, 407) and 422 are answered by another attempt.
 * Every 2xx is acknowledged; those that nobody waits for any more (after CANCEL, from a second branch) are ended.
 */
export class OutgoingInviteSession implements OutgoingInvite {
  readonly sipCallId: string;
  readonly outcome: Promise<InviteOutcome>;
  readonly #core: AgentCore;
  readonly #request: InviteRequest;
  readonly #auth: DigestClient | null;
  readonly #fromTag: string;
  readonly #provisionals: Listeners<Provisional>;
  readonly #sessions = new Map<string, DialogSession>();
  readonly #lastRSeq = new Map<string, number>();
  readonly #settle: (outcome: InviteOutcome) => void;
  readonly #onSettled: () => void;
  #session: SessionTimerState | null;
  #pending: PendingRequest | null = null;
  #attempt = 0;
  #phase: "calling" | "cancelling" | "over" = "calling";
  #heard = false;
  #cancelSent = false;
  #contact = "";

  constructor(options: { core: AgentCore; request: InviteRequest; onSettled: () => void }) {
    const { core, request } = options;
    this.#core = core;
    this.#request = request;
    this.#onSettled = options.onSettled;
    this.#auth = request.credentials
      ? new DigestClient({ credentials: request.credentials, random: core.random })
      : null;
    this.#fromTag = newTag(core.random);
    this.sipCallId = core.random.hex(12);
    this.#session = wishedSession(core);
    this.#provisionals = new Listeners((failure) => core.log.error({ failure }, "a call listener failed"));
    let settle: (outcome: InviteOutcome) => void = () => {};
    this.outcome = new Promise((resolve) => {
      settle = resolve;
    });
    this.#settle = settle;
  }

  onProvisional(listener: (provisional: Provisional) => void): () => void {
    return this.#provisionals.add(listener);
  }

  start(): void {
    const { signal } = this.#request;
    if (signal?.aborted) {
      this.#finish({ kind: "cancelled" });
      return;
    }
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#send();
  }

  /** Gives the call up. The outcome is known at once; CANCEL goes out as soon as the peer has been heard (§9.1). */
  cancel(): void {
    if (this.#phase !== "calling") return;
    this.#finish({ kind: "cancelled" });
    this.#phase = "cancelling";
    if (this.#heard) this.#sendCancel();
    else if (this.#pending?.transaction === null) this.#pending.abandoned = true;
  }

  readonly #onAbort = () => this.cancel();

  #send(): void {
    this.#attempt += 1;
    this.#heard = false;
    const { target, destination } = this.#request;
    const credentials = this.#auth?.headers("INVITE", target) ?? [];
    this.#pending = this.#core.sender.send(
      {
        nextHop: target,
        destination: destination ?? null,
        build: (way) => {
          this.#contact = contactFor(way.hop, this.#request.contactUser ?? this.#core.contactUser);
          return initialRequest({
            method: "INVITE",
            target,
            to: this.#request.to ?? { uri: target },
            from: this.#request.from,
            fromTag: this.#fromTag,
            callId: this.sipCallId,
            cseq: this.#attempt,
            way,
            maxForwards: this.#request.maxForwards,
            headers: [...this.#ownHeaders(), ...credentials, ...(this.#request.headers ?? [])],
            body: { contentType: "application/sdp", text: this.#request.offerSdp },
          });
        },
      },
      {
        onResponse: (response) => this.#receive(response),
        onTimeout: () => this.#fail({ kind: "timeout" }),
        onTransportFailed: (why) => this.#fail({ kind: "transport-failed", why }),
      },
    );
  }

  #ownHeaders(): HeaderLines {
    return [
      ["Contact", this.#contact],
      ...CAPABILITIES,
      ["User-Agent", this.#core.userAgent],
      ...sessionHeaders(this.#session),
    ];
  }

  #receive(response: SipResponse): void {
    if (response.status < 200) this.#receiveProvisional(response);
    else if (response.status < 300) this.#receiveAnswer(response);
    else this.#receiveRefusal(response);
  }

  #receiveProvisional(response: SipResponse): void {
    this.#heard = true;
    if (this.#phase === "cancelling") {
      this.#sendCancel();
      return;
    }
    if (response.status === 100 || this.#phase !== "calling") return;
    if (!this.#acknowledgeProvisional(response)) return;
    const { status, reason } = response;
    this.#provisionals.emit({ status, reason, sdp: sdpOf(response), response });
  }

  /** PRACK for a reliable provisional answer (RFC 3262 §4). False for one that came before or out of order. */
  #acknowledgeProvisional(response: SipResponse): boolean {
    const tag = response.to.params.get("tag");
    const rseqText = response.headers.get("rseq");
    if (!tag || rseqText === null || !response.headers.lists("require", "100rel")) return true;
    if (!/^\d{1,10}$/.test(rseqText)) return false;
    const rseq = Number(rseqText);
    const last = this.#lastRSeq.get(tag);
    if (last !== undefined && rseq !== last + 1) return false;
    this.#lastRSeq.set(tag, rseq);
    const { number, method } = response.cseq;
    void this.#sessionFor(response)?.requestEarly("PRACK", [["RAck", `${rseq} ${number} ${method}`]]);
    return true;
  }

  #receiveAnswer(response: SipResponse): void {
    const transaction = this.#pending?.transaction;
    const tag = response.to.params.get("tag") ?? "";
    const isNew = !this.#sessions.get(tag)?.isConfirmed;
    const session = this.#sessionFor(response);
    if (!transaction || session === null) return;
    const answerSdp = sdpOf(response);
    const timer = sessionOfAnswer(response, this.#session);
    const fresh = this.#stateOf(transaction, response);
    session.confirmAsClient(response, transaction.request, {
      remoteTarget: fresh.remoteTarget,
      routeSet: fresh.routeSet,
      pinnedToFlow: fresh.pinnedToFlow,
      peerAllowsUpdate: fresh.peerAllowsUpdate,
      localSdp: this.#request.offerSdp,
      remoteSdp: answerSdp,
      session: timer,
    });
    if (!isNew) return;
    if (this.#phase !== "calling") {
      void session.bye({ reason: { protocol: "SIP", cause: 487, text: "Request Terminated" } });
      return;
    }
    this.#finish({ kind: "answered", dialog: session, answerSdp, response });
    this.#discardEarly();
  }

  #receiveRefusal(response: SipResponse): void {
    const again = this.#phase === "calling" && this.#attempt < MAX_ATTEMPTS && this.#isWorthAnotherAttempt(response);
    this.#discardEarly();
    this.#sessions.clear();
    if (again) {
      this.#send();
      return;
    }
    const { status, reason, headers } = response;
    this.#finish({
      kind: "refused",
      status,
      reason,
      retryAfterSeconds: retryAfterOf(headers),
      contacts: status < 400 ? contactsOf(headers) : [],
      reasons: parseReasons(headers),
      response,
    });
  }

  #isWorthAnotherAttempt(response: SipResponse): boolean {
    if (response.status === 401 || response.status === 407) return this.#auth?.learn(response) ?? false;
    if (response.status !== 422) return false;
    const minimum = minSessionOf(response);
    if (minimum === null || this.#session === null || minimum <= this.#session.expiresSeconds) return false;
    this.#session = { ...this.#session, expiresSeconds: minimum };
    return true;
  }

  #sessionFor(response: SipResponse): DialogSession | null {
    const tag = response.to.params.get("tag") ?? "";
    const known = this.#sessions.get(tag);
    if (known !== undefined) return known;
    const transaction = this.#pending?.transaction;
    if (!transaction || this.#sessions.size >= MAX_BRANCHES) return null;
    const session = new DialogSession({
      core: this.#core,
      state: this.#stateOf(transaction, response),
      auth: this.#auth,
      phase: "early",
    });
    this.#sessions.set(tag, session);
    return session;
  }

  #stateOf({ request: invite, hop }: ClientTransaction, response: SipResponse) {
    const given = this.#request.destination?.kind === "flow";
    return stateAsClient(invite, response, hop.flow, given, this.#contact);
  }

  /** CANCEL (RFC 3261 §9.1): the INVITE's own Via and CSeq number. Without a final answer in 64·T1 the INVITE is over. */
  #sendCancel(): void {
    const transaction = this.#pending?.transaction;
    if (this.#cancelSent || !transaction) return;
    this.#cancelSent = true;
    const cancel = cancelFor(transaction.request, this.#request.signal?.reason);
    this.#core.transactions.startClient(cancel, transaction.hop, {
      onResponse: () => {},
      onTimeout: () => {},
      onTransportFailed: () => {},
    });
    this.#core.clock.after(64 * this.#core.timers.t1Ms, () => {
      transaction.abandonUnanswered();
      this.#discardEarly();
    });
  }

  #fail(outcome: InviteOutcome): void {
    this.#discardEarly();
    this.#finish(outcome);
  }

  /** Early dialogs that will never be confirmed: they must not stay in the agent's table. */
  #discardEarly(): void {
    for (const session of this.#sessions.values()) session.discard();
  }

  #finish(outcome: InviteOutcome): void {
    if (this.#phase === "over" || this.#phase === "cancelling") return;
    this.#phase = "over";
    this.#request.signal?.removeEventListener("abort", this.#onAbort);
    this.#settle(outcome);
    this.#onSettled();
  }
}

function cancelFor(invite: SipRequest, why: unknown): SipRequest {
  const headers = new SipHeaders();
  headers.append("Via", formatVia(invite.via));
  headers.append("Max-Forwards", "70");
  for (const route of invite.headers.lines("route")) headers.append("Route", route);
  headers.append("From", invite.headers.get("from") ?? "");
  headers.append("To", invite.headers.get("to") ?? "");
  headers.append("Call-ID", invite.callId);
  headers.append("CSeq", `${invite.cseq.number} CANCEL`);
  if (isReason(why)) headers.append("Reason", formatReason(why));
  return { ...invite, method: "CANCEL", headers, body: "", cseq: { ...invite.cseq, method: "CANCEL" } };
}

function isReason(value: unknown): value is ReasonHeader {
  return typeof value === "object" && value !== null && "protocol" in value && "cause" in value && "text" in value;
}

function retryAfterOf(headers: SipHeaders): number | null {
  const digits = /^\d{1,9}/.exec(headers.get("retry-after") ?? "")?.[0];
  return digits === undefined ? null : Number(digits);
}

/** Contacts of a redirection, highest q first; those without q count as 1. */
function contactsOf(headers: SipHeaders): NameAddr[] {
  return headers
    .values("contact")
    .flatMap((text) => parseNameAddr(text) ?? [])
    .sort((a, b) => qOf(b) - qOf(a));
}

function qOf(address: NameAddr): number {
  const q = Number(address.params.get("q") ?? "1");
  return Number.isFinite(q) ? q : 0;
}
