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
  ReinviteHandler,
  ReinviteResult,
  RequestResult,
  SessionTimerState,
} from "../api.ts";
import type { DigestClient } from "../auth/digest-client.ts";
import { createResponse } from "../message/build.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { formatReason, parseReasons } from "../message/reason-header.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { Acknowledged } from "./answer-sender.ts";
import { DialogRequests } from "./dialog-requests.ts";
import { contactOf, dialogId } from "./dialog-state.ts";
import { OwnOffers } from "./own-offers.ts";
import { PeerOffers, refuse } from "./peer-offers.ts";
import { readRefer } from "./refer.ts";
import { SessionTimer } from "./session-timer.ts";

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
  readonly #offers: OwnOffers;
  readonly #peerOffers: PeerOffers;
  readonly #timer: SessionTimer;
  readonly #endedController = new AbortController();
  readonly #byeListeners: Listeners<readonly ReasonHeader[]>;
  readonly #infoListeners: Listeners<IncomingInfo>;
  readonly #sdpListeners: Listeners<string>;
  #phase: "early" | "confirmed" | "ended";
  #endedBy: DialogEnd | null = null;
  #referHandler: ((refer: IncomingRefer) => void) | null = null;
  /** Requests of an early dialog that its INVITE must see: PRACK, BYE. True when taken. */
  #early: ((transaction: ServerTransaction) => boolean) | null;
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
      refresh: () => void this.#offers.refresh(),
      expire: () => void this.#endWithBye({ kind: "session-expired" }, sipReason(408, "Session Timer Expired")),
    });
    const shared = {
      core,
      requests: this.#requests,
      ended: this.ended,
      takeTarget: (message: SipRequest | SipResponse) => this.#takeTarget(message),
      takeSession: (session: SessionTimerState | null) => this.#takeSession(session),
    };
    this.#offers = new OwnOffers({
      ...shared,
      peerIsQuiet: () => this.#peerOffers.quiet(),
      peerLost: (status) => void this.#endWithBye({ kind: "peer-lost", status }, []),
    });
    this.#peerOffers = new PeerOffers({
      ...shared,
      isConfirmed: () => this.isConfirmed,
      isOffering: () => this.#offers.isPending,
      onRemoteSdp: (answerSdp) => this.#sdpListeners.emit(answerSdp),
      onNoAck: () => void this.#endWithBye({ kind: "no-ack" }, sipReason(408, "ACK Timeout")),
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
    return this.#peerOffers.sendAnswer(transaction, response);
  }

  /** The INVITE came to nothing: the dialog never was. */
  discard(): void {
    if (this.#phase === "early") this.#end({ kind: "closed" });
  }

  // ---- Dialog ----

  reinvite(offerSdp: string, options: { headers?: HeaderLines } = {}): Promise<ReinviteResult> {
    return this.#offers.reinvite(offerSdp, options.headers ?? []);
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
    this.#peerOffers.handler = handler;
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
      refuse(transaction, 500, "CSeq Out Of Order");
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
        void this.#peerOffers.receive(transaction);
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
        refuse(transaction, 481);
        return;
      default:
        transaction.respond(createResponse(request, 405, { headers: CAPABILITIES.slice(0, 1) }));
    }
  }

  receiveAck(ack: SipRequest): void {
    this.#peerOffers.receiveAck(ack);
  }

  #receiveBye(transaction: ServerTransaction): void {
    transaction.respond(createResponse(transaction.request, 200));
    const reasons = parseReasons(transaction.request.headers);
    if (this.#phase === "ended") return;
    this.#end({ kind: "remote-bye", reasons });
    this.#peerOffers.hungUp();
    this.#byeListeners.emit(reasons);
  }

  #receiveRefer(transaction: ServerTransaction): void {
    const send = (headers: HeaderLines, body: Body) => this.#send("NOTIFY", headers, body);
    const refer = readRefer(transaction, this.state.localContact, send);
    if (refer === null) refuse(transaction, 400, "Bad Refer-To");
    else if (this.#referHandler === null || this.#phase !== "confirmed") refuse(transaction, 603);
    else this.#guard(transaction, () => this.#referHandler?.(refer));
  }

  // ---- requests of ours ----

  async #send(method: string, headers: HeaderLines, body: Body | null): Promise<RequestResult> {
    if (this.#phase === "ended") return { kind: "ended" };
    return this.#requests.send(method, { headers, body });
  }

  /** True once the dialog has ended; a getter, so that it is looked up again after every wait. */
  get isOver(): boolean {
    return this.#phase === "ended";
  }

  // ---- the end ----

  /** An unacknowledged 2xx keeps BYE waiting (RFC 3261 §15); everybody else learns of the end at once. */
  #endWithBye(how: DialogEnd, headers: HeaderLines): Promise<void> {
    if (this.isOver) return this.#byeDone;
    this.#end(how);
    const acknowledgement = this.#peerOffers.acknowledgement;
    const bye = async () => {
      await acknowledgement;
      await this.#requests.send("BYE", { headers });
      this.#core.dialogs.remove(this);
    };
    if (acknowledgement !== null) this.#core.dialogs.add(this);
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

  #guard(transaction: ServerTransaction, action: () => void): void {
    try {
      action();
    } catch (failure) {
      this.#core.log.error({ failure, dialog: this.id }, "a dialog handler failed");
      refuse(transaction, 500);
    }
  }
}

function sipReason(cause: number, text: string): HeaderLines {
  return [["Reason", formatReason({ protocol: "SIP", cause, text })]];
}
