import { Listeners } from "@jikimi/kernel";
import { type AgentCore, CAPABILITIES, type DialogEntry } from "../agent/core.ts";
import type {
  Body,
  Dialog,
  DialogEnd,
  DialogState,
  Flow,
  HeaderLines,
  IncomingInfo,
  IncomingRefer,
  ReasonHeader,
  ReinviteAnswer,
  ReinviteHandler,
  ReinviteResult,
  RequestResult,
} from "../api.ts";
import type { DigestClient } from "../auth/digest-client.ts";
import { createResponse } from "../message/build.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { formatReason, parseReasons } from "../message/reason-header.ts";
import { sdpOf } from "../message/sdp-body.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import { type Acknowledged, AnswerSender } from "./answer-sender.ts";
import { DialogRequests } from "./dialog-requests.ts";
import { contactOf, dialogId } from "./dialog-state.ts";
import { readRefer } from "./refer.ts";
import {
  answerSession,
  MIN_SESSION_SECONDS,
  minSessionOf,
  SessionTimer,
  sessionHeaders,
  sessionOfAnswer,
} from "./session-timer.ts";

const MAX_OFFER_ATTEMPTS = 5;

/**
 * One dialog and its session.
 *
 *   early ── 2xx ──► confirmed ── BYE either way, no ACK, expiry, 408/481 ──► ended
 *     └──────────── no 2xx: discard ─────────────────────────────────────────►
 *
 * An early dialog is known to the agent's table, so that PRACK, UPDATE and BYE find it, but not yet to the user.
 */
export class DialogSession implements Dialog, DialogEntry {
  readonly id: string;
  readonly #core: AgentCore;
  readonly #requests: DialogRequests;
  readonly #timer: SessionTimer;
  readonly #endedController = new AbortController();
  readonly #byeListeners: Listeners<readonly ReasonHeader[]>;
  readonly #infoListeners: Listeners<IncomingInfo>;
  readonly #sdpListeners: Listeners<string>;
  #phase: "early" | "confirmed" | "ended";
  #endedBy: DialogEnd | null = null;
  #reinviteHandler: ReinviteHandler | null = null;
  #referHandler: ((refer: IncomingRefer) => void) | null = null;
  /** Requests of an early dialog that its INVITE must see: PRACK, BYE. True when taken. */
  #early: ((transaction: ServerTransaction) => boolean) | null;
  /** Our own INVITEs go one after another. */
  #turn: Promise<unknown> = Promise.resolve();
  #offering = false;
  /** The peer's INVITE or UPDATE that our user has not answered yet. */
  #answering: ServerTransaction | null = null;
  #answered: Promise<unknown> = Promise.resolve();
  #sending: AnswerSender | null = null;
  #byeDone: Promise<void> = Promise.resolve();

  constructor(options: {
    core: AgentCore;
    state: DialogState;
    auth: DigestClient | null;
    phase: "early" | "confirmed";
    early?: (transaction: ServerTransaction) => boolean;
  }) {
    const { core, state } = options;
    this.#core = core;
    this.id = dialogId(state.callId, state.localTag, state.remoteTag);
    this.#requests = new DialogRequests(core, state, options.auth);
    this.#phase = options.phase;
    this.#early = options.early ?? null;
    const onFailure = (failure: unknown) => core.log.error({ failure, dialog: this.id }, "a dialog listener failed");
    this.#byeListeners = new Listeners(onFailure);
    this.#infoListeners = new Listeners(onFailure);
    this.#sdpListeners = new Listeners(onFailure);
    this.#timer = new SessionTimer({
      clock: core.clock,
      refresh: () => void this.#refresh(),
      expire: () => void this.#endWithBye({ kind: "session-expired" }, sipReason(408, "Session Timer Expired")),
    });
    core.dialogs.add(this);
    if (options.phase === "confirmed") this.#timer.arm(state.session);
  }

  get state(): DialogState {
    return this.#requests.state;
  }

  get localUri(): string {
    return this.state.local;
  }

  get remoteUri(): string {
    return this.state.remote;
  }

  get source(): Flow {
    return this.state.flow;
  }

  get ended(): AbortSignal {
    return this.#endedController.signal;
  }

  get endedBy(): DialogEnd | null {
    return this.#endedBy;
  }

  get isConfirmed(): boolean {
    return this.#phase === "confirmed";
  }

  // ---- for the INVITE that makes this dialog ----

  /** Sends within the dialog before it is confirmed: PRACK. */
  requestEarly(method: string, headers: HeaderLines): Promise<RequestResult> {
    return this.#requests.send(method, { headers });
  }

  /** As the caller: our INVITE was answered. Acknowledges, also when the same 2xx comes again. */
  confirmAsClient(response: SipResponse, invite: SipRequest, change: Partial<DialogState>): void {
    if (this.#phase === "early") {
      this.#phase = "confirmed";
      this.#early = null;
      this.#requests.patch(change);
      this.#timer.arm(this.state.session);
    }
    this.#requests.acknowledge(response, invite);
  }

  /** As the callee: sends the 2xx until it is acknowledged; without an ACK the dialog ends with BYE. */
  async confirmAsServer(
    transaction: ServerTransaction,
    response: SipResponse,
    change: Partial<DialogState>,
  ): Promise<Acknowledged> {
    this.#phase = "confirmed";
    this.#early = null;
    this.#requests.patch(change);
    this.#timer.arm(this.state.session);
    return this.#sendAnswer(transaction, response);
  }

  /** The INVITE came to nothing: the dialog never was. */
  discard(): void {
    if (this.#phase === "early") this.#end({ kind: "closed" });
  }

  // ---- Dialog ----

  reinvite(offerSdp: string, options: { headers?: HeaderLines } = {}): Promise<ReinviteResult> {
    const result = this.#turn.then(() => this.#reinviteNow(offerSdp, options.headers ?? []));
    this.#turn = result.catch(() => {});
    return result;
  }

  async bye(options: { reason?: ReasonHeader; headers?: HeaderLines } = {}): Promise<void> {
    const headers = [...(options.headers ?? [])];
    if (options.reason) headers.push(["Reason", formatReason(options.reason)]);
    await this.#endWithBye({ kind: "local-bye" }, headers);
  }

  info(body: Body, options: { headers?: HeaderLines } = {}): Promise<RequestResult> {
    return this.#send("INFO", options.headers ?? [], body);
  }

  notify(event: string, subscriptionState: string, body: Body | null): Promise<RequestResult> {
    const headers: HeaderLines = [
      ["Event", event],
      ["Subscription-State", subscriptionState],
    ];
    return this.#send("NOTIFY", headers, body);
  }

  refer(referTo: string): Promise<RequestResult> {
    return this.#send("REFER", [["Refer-To", `<${referTo}>`]], null);
  }

  onReinvite(handler: ReinviteHandler): void {
    this.#reinviteHandler = handler;
  }

  onRemoteSdp(listener: (answerSdp: string) => void): () => void {
    return this.#sdpListeners.add(listener);
  }

  onInfo(listener: (info: IncomingInfo) => void): () => void {
    return this.#infoListeners.add(listener);
  }

  onRefer(handler: (refer: IncomingRefer) => void): void {
    this.#referHandler = handler;
  }

  onBye(listener: (reasons: readonly ReasonHeader[]) => void): () => void {
    return this.#byeListeners.add(listener);
  }

  // ---- requests of the peer ----

  receive(transaction: ServerTransaction): void {
    const { request } = transaction;
    const { remoteCSeq, pinnedToFlow } = this.state;
    if (remoteCSeq !== null && request.cseq.number <= remoteCSeq) {
      this.#refuse(transaction, 500, "CSeq Out Of Order");
      return;
    }
    this.#requests.patch({ remoteCSeq: request.cseq.number, ...(pinnedToFlow ? { flow: transaction.source } : {}) });
    if (this.#phase === "early" && this.#early?.(transaction)) return;
    switch (request.method) {
      case "BYE":
        this.#receiveBye(transaction);
        return;
      case "INVITE":
      case "UPDATE":
        void this.#receiveOffer(transaction);
        return;
      case "INFO":
        transaction.respond(createResponse(request, 200));
        this.#infoListeners.emit({
          contentType: request.headers.get("content-type") ?? "",
          body: request.body,
          request,
        });
        return;
      case "REFER":
        this.#receiveRefer(transaction);
        return;
      case "OPTIONS":
        transaction.respond(createResponse(request, 200, { headers: CAPABILITIES }));
        return;
      case "PRACK":
      case "NOTIFY":
        this.#refuse(transaction, 481);
        return;
      default:
        transaction.respond(createResponse(request, 405, { headers: CAPABILITIES.slice(0, 1) }));
    }
  }

  receiveAck(ack: SipRequest): void {
    if (this.#sending?.cseq === ack.cseq.number) this.#sending.acknowledge(sdpOf(ack));
  }

  #receiveBye(transaction: ServerTransaction): void {
    transaction.respond(createResponse(transaction.request, 200));
    if (this.#answering !== null) this.#refuse(this.#answering, 487);
    const reasons = parseReasons(transaction.request.headers);
    if (this.#phase === "ended") return;
    this.#end({ kind: "remote-bye", reasons });
    // Who hangs up has seen our 2xx: its ACK was lost or is overtaken, and nothing need be repeated.
    this.#sending?.acknowledge(null);
    this.#byeListeners.emit(reasons);
  }

  #receiveRefer(transaction: ServerTransaction): void {
    const send = (headers: HeaderLines, body: Body) => this.#send("NOTIFY", headers, body);
    const refer = readRefer(transaction, this.state.localContact, send);
    if (refer === null) this.#refuse(transaction, 400, "Bad Refer-To");
    else if (this.#referHandler === null || this.#phase !== "confirmed") this.#refuse(transaction, 603);
    else this.#guard(transaction, () => this.#referHandler?.(refer));
  }

  /** Re-INVITE and UPDATE (RFC 3261 §14.2, RFC 3311 §5.2): one offer at a time, ours or theirs. */
  async #receiveOffer(transaction: ServerTransaction): Promise<void> {
    const { request } = transaction;
    const offerSdp = sdpOf(request);
    const isInvite = request.method === "INVITE";
    const offers = isInvite || offerSdp !== null;
    if (offers && this.#offering) {
      this.#refuse(transaction, 491);
      return;
    }
    if (this.#phase === "early" && offers) {
      this.#refuseForNow(transaction);
      return;
    }
    if (offers && (this.#answering !== null || (isInvite && this.#sending !== null))) {
      this.#refuseForNow(transaction);
      return;
    }
    const session = answerSession(request, this.state.session);
    if (session.kind === "too-small") {
      this.#refuse(transaction, 422, undefined, [["Min-SE", String(MIN_SESSION_SECONDS)]]);
      return;
    }
    if (!offers) {
      this.#takeTarget(request);
      this.#takeSession(session.session);
      transaction.respond(createResponse(request, 200, { headers: this.#answerHeaders(session.headers) }));
      return;
    }
    this.#answering = transaction;
    const answering = this.#askUser(offerSdp);
    this.#answered = answering;
    const answer = await answering;
    if (this.#answering === transaction) this.#answering = null;
    if (!transaction.isPending) return;
    if (this.#phase === "ended") {
      this.#refuse(transaction, 487);
      return;
    }
    if (answer.kind === "reject") {
      this.#refuse(transaction, answer.status, answer.reason);
      return;
    }
    this.#takeTarget(request);
    this.#takeSession(session.session);
    this.#requests.patch({ localSdp: answer.sdp, ...(offerSdp === null ? {} : { remoteSdp: offerSdp }) });
    const response = createResponse(request, 200, {
      headers: this.#answerHeaders(session.headers),
      body: { contentType: "application/sdp", text: answer.sdp },
    });
    if (!isInvite) {
      transaction.respond(response);
      return;
    }
    const acknowledged = await this.#sendAnswer(transaction, response);
    if (acknowledged.kind === "acknowledged" && acknowledged.sdp !== null && offerSdp === null) {
      this.#requests.patch({ remoteSdp: acknowledged.sdp });
      this.#sdpListeners.emit(acknowledged.sdp);
    }
  }

  async #askUser(offerSdp: string | null): Promise<ReinviteAnswer> {
    if (this.#reinviteHandler === null) {
      const { localSdp } = this.state;
      return offerSdp === null && localSdp !== null
        ? { kind: "answer", sdp: localSdp }
        : { kind: "reject", status: 488 };
    }
    try {
      return await this.#reinviteHandler(offerSdp);
    } catch (failure) {
      this.#core.log.error({ failure, dialog: this.id }, "answering a re-INVITE failed");
      return { kind: "reject", status: 500 };
    }
  }

  async #sendAnswer(transaction: ServerTransaction, response: SipResponse): Promise<Acknowledged> {
    const { clock, timers } = this.#core;
    const sending = new AnswerSender({ clock, t1Ms: timers.t1Ms, t2Ms: timers.t2Ms, transaction, response });
    this.#sending = sending;
    this.#answered = sending.settled;
    const acknowledged = await sending.settled;
    if (this.#sending === sending) this.#sending = null;
    if (acknowledged.kind === "no-ack" && this.#phase === "confirmed") {
      void this.#endWithBye({ kind: "no-ack" }, sipReason(408, "ACK Timeout"));
    }
    return acknowledged;
  }

  // ---- requests of ours ----

  async #send(method: string, headers: HeaderLines, body: Body | null): Promise<RequestResult> {
    if (this.#phase === "ended") return { kind: "ended" };
    return this.#requests.send(method, { headers, body });
  }

  async #reinviteNow(offerSdp: string, headers: HeaderLines): Promise<ReinviteResult> {
    for (let attempt = 1; ; attempt += 1) {
      while (this.#answering !== null || this.#sending !== null) await this.#answered;
      if (this.#phase !== "confirmed") return { kind: "ended" };
      this.#offering = true;
      const result = await this.#requests.send("INVITE", {
        headers: [...CAPABILITIES, ...sessionHeaders(this.state.session), ...headers],
        body: { contentType: "application/sdp", text: offerSdp },
        withContact: true,
      });
      this.#offering = false;
      if (this.isOver) return { kind: "ended" };
      if (result.kind !== "response") {
        this.#peerLost(null);
        return result;
      }
      const { status, reason, response } = result;
      if (status < 300) {
        const answerSdp = sdpOf(response);
        this.#takeTarget(response);
        this.#requests.patch({ localSdp: offerSdp, ...(answerSdp === null ? {} : { remoteSdp: answerSdp }) });
        this.#takeSession(sessionOfAnswer(response, this.state.session));
        return { kind: "ok", answerSdp, response };
      }
      if (status === 408 || status === 481) this.#peerLost(status);
      else if (attempt < MAX_OFFER_ATTEMPTS && (status === 491 || this.#takeMinSession(response))) {
        if (status === 491 && !(await this.#waitAfterGlare())) return { kind: "ended" };
        continue;
      }
      return { kind: "refused", status, reason, response };
    }
  }

  /** True once the dialog has ended; a getter, so that it is looked up again after every wait. */
  get isOver(): boolean {
    return this.#phase === "ended";
  }

  /** RFC 3261 §14.1: who made the Call-ID waits 2.1 to 4 s, the other 0 to 2 s. False when the dialog ended meanwhile. */
  async #waitAfterGlare(): Promise<boolean> {
    const { clock, random } = this.#core;
    const delayMs = this.state.role === "uac" ? 2_100 + 10 * random.integer(191) : 10 * random.integer(201);
    return clock.sleep(delayMs, { signal: this.ended }).then(
      () => true,
      () => false,
    );
  }

  /** On 422: takes the peer's minimum for the next attempt. False when that would change nothing. */
  #takeMinSession(response: SipResponse): boolean {
    const { session } = this.state;
    const minimum = response.status === 422 ? minSessionOf(response) : null;
    if (session === null || minimum === null || minimum <= session.expiresSeconds) return false;
    this.#requests.patch({ session: { ...session, expiresSeconds: minimum } });
    return true;
  }

  async #refresh(): Promise<void> {
    const { peerAllowsUpdate, localSdp, session } = this.state;
    if (!peerAllowsUpdate) {
      if (localSdp !== null) await this.reinvite(localSdp);
      return;
    }
    const result = await this.#requests.send("UPDATE", {
      headers: [...CAPABILITIES, ...sessionHeaders(session)],
      withContact: true,
    });
    if (this.isOver) return;
    if (result.kind !== "response" || result.status === 408 || result.status === 481) {
      this.#peerLost(result.kind === "response" ? result.status : null);
    } else if (result.status < 300) {
      this.#takeTarget(result.response);
      this.#takeSession(sessionOfAnswer(result.response, session));
    } else if (this.#takeMinSession(result.response)) {
      await this.#refresh();
    } else if (result.status === 405 || result.status === 501) {
      this.#requests.patch({ peerAllowsUpdate: false });
      await this.#refresh();
    }
  }

  // ---- the end ----

  #peerLost(status: number | null): void {
    void this.#endWithBye({ kind: "peer-lost", status }, []);
  }

  /** An unacknowledged 2xx keeps BYE waiting (RFC 3261 §15); everybody else learns of the end at once. */
  #endWithBye(how: DialogEnd, headers: HeaderLines): Promise<void> {
    if (this.isOver) return this.#byeDone;
    this.#end(how);
    const sending = this.#sending;
    const bye = async () => {
      if (sending !== null) await sending.settled;
      await this.#requests.send("BYE", { headers });
      this.#core.dialogs.remove(this);
    };
    if (sending !== null) this.#core.dialogs.add(this);
    this.#byeDone = bye();
    return this.#byeDone;
  }

  #end(how: DialogEnd): void {
    this.#phase = "ended";
    this.#endedBy = how;
    this.#timer.stop();
    this.#core.dialogs.remove(this);
    this.#endedController.abort(how);
  }

  // ---- helpers ----

  #takeTarget(message: SipRequest | SipResponse): void {
    const contact = contactOf(message);
    if (contact !== null) this.#requests.patch({ remoteTarget: contact });
    if (message.headers.has("allow")) {
      this.#requests.patch({ peerAllowsUpdate: message.headers.lists("allow", "UPDATE") });
    }
  }

  #takeSession(session: DialogState["session"]): void {
    this.#requests.patch({ session });
    this.#timer.arm(session);
  }

  #answerHeaders(session: HeaderLines): HeaderLines {
    return [["Contact", this.state.localContact], ...CAPABILITIES, ["Server", this.#core.userAgent], ...session];
  }

  #refuse(transaction: ServerTransaction, status: number, reason?: string, headers: HeaderLines = []): void {
    transaction.respond(createResponse(transaction.request, status, { reason, headers }));
  }

  #refuseForNow(transaction: ServerTransaction): void {
    this.#refuse(transaction, 500, undefined, [["Retry-After", String(this.#core.random.integer(10))]]);
  }

  #guard(transaction: ServerTransaction, action: () => void): void {
    try {
      action();
    } catch (failure) {
      this.#core.log.error({ failure, dialog: this.id }, "a dialog handler failed");
      this.#refuse(transaction, 500);
    }
  }
}

function sipReason(cause: number, text: string): HeaderLines {
  return [["Reason", formatReason({ protocol: "SIP", cause, text })]];
}
