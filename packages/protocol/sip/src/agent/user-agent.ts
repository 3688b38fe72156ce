import { Listeners } from "@jikimi/kernel";
import type {
  Dialog,
  DialogState,
  Flow,
  IncomingInvite,
  InviteRequest,
  ListenResult,
  OutgoingInvite,
  OutOfDialogRequest,
  RegisterHandler,
  RequestResult,
  RequestSeries,
  SeriesOptions,
  SipLimits,
  SipUserAgentOptions,
  Transport,
  UserAgent,
  UserAgentStats,
} from "../api.ts";
import { DialogSession } from "../dialog/dialog-session.ts";
import { Dialogs } from "../dialog/dialog-table.ts";
import { answerSession, MIN_SESSION_SECONDS } from "../dialog/session-timer.ts";
import { SipError } from "../errors.ts";
import { createResponse } from "../message/build.ts";
import type { SipRequest } from "../message/message.ts";
import { parseReasons } from "../message/reason-header.ts";
import { mediaType } from "../message/sdp-body.ts";
import { parseSipUri } from "../message/uri.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import { TransactionLayer } from "../transaction/transaction-layer.ts";
import { DnsResolver } from "../transport/resolver.ts";
import { TransportLayer } from "../transport/transport-layer.ts";
import {
  type AgentCore,
  ALLOWED_METHODS,
  CAPABILITIES,
  contactFor,
  newTag,
  unknownOptions,
  wishedSession,
} from "./core.ts";
import { IncomingInviteSession } from "./incoming-invite.ts";
import { OutgoingInviteSession } from "./outgoing-invite.ts";
import { RequestSender } from "./request-sender.ts";
import { Series } from "./series.ts";

const DEFAULT_LIMITS: SipLimits = {
  maxTransactions: 60_000,
  maxDialogs: 5_000,
  maxMalformedPerMinute: 20,
  maxTrackedSources: 1_024,
};

/** The way in and out of SIP for one process: see `UserAgent`. */
export class SipUserAgent implements UserAgent {
  readonly #core: AgentCore;
  readonly #dialogs = new Dialogs();
  readonly #invitesIn = new Map<ServerTransaction, IncomingInviteSession>();
  readonly #invitesOut = new Set<OutgoingInviteSession>();
  readonly #flowListeners: Listeners<Flow>;
  #onInvite: ((invite: IncomingInvite) => void) | null = null;
  #registrar: RegisterHandler | null = null;
  #closing = false;

  constructor(options: SipUserAgentOptions) {
    const { clock, random, log } = options;
    this.#flowListeners = new Listeners((failure) => log.error({ failure }, "a listener of connections failed"));
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const { t1Ms = 500, t2Ms = 4_000, t4Ms = 5_000 } = options.timers ?? {};
    const timers = { t1Ms, t2Ms, t4Ms };
    const transports: TransportLayer = new TransportLayer({
      clock,
      log,
      limits,
      onRequest: (request, flow) => transactions.receiveRequest(request, flow),
      onResponse: (response) => transactions.receiveResponse(response),
      onFlowClosed: (flow) => {
        this.#registrar?.flowClosed(flow);
        this.#flowListeners.emit(flow);
      },
    });
    const transactions = new TransactionLayer({
      clock,
      transports,
      limits,
      timers,
      onRequest: (transaction) => this.#receive(transaction),
      onCancel: (cancel, invite) => this.#receiveCancel(cancel, invite),
      onAck: (ack) => this.#dialogs.of(ack)?.receiveAck(ack),
    });
    const resolver = options.resolver ?? new DnsResolver();
    this.#core = {
      clock,
      random,
      log,
      userAgent: options.userAgent ?? "Jikimi",
      contactUser: options.contactUser ?? "jikimi",
      limits,
      timers,
      sessionTimer: options.sessionTimer ?? null,
      transports,
      transactions,
      sender: new RequestSender({ random, resolver, transports, transactions }),
      dialogs: this.#dialogs,
    };
  }

  get stats(): UserAgentStats {
    const { transports, transactions } = this.#core;
    return {
      messagesReceived: transports.received,
      messagesSent: transports.sent,
      malformedMessages: transports.malformed,
      droppedMessages: transports.dropped,
      refusedForLoad: transactions.refusedForLoad,
      liveTransactions: transactions.liveCount,
      liveDialogs: this.#dialogs.size,
    };
  }

  listen(transport: Transport): Promise<ListenResult> {
    if (this.#closing) throw new SipError("already-closed", "this agent has been closed");
    return this.#core.transports.add(transport);
  }

  onInvite(handler: (invite: IncomingInvite) => void): void {
    this.#onInvite = handler;
  }

  useRegistrar(registrar: RegisterHandler): void {
    this.#registrar = registrar;
  }

  onFlowClosed(listener: (flow: Flow) => void): () => void {
    return this.#flowListeners.add(listener);
  }

  isFlowOpen(flow: Flow): boolean {
    return this.#core.transports.isOpen(flow);
  }

  invite(request: InviteRequest): OutgoingInvite {
    const session: OutgoingInviteSession = new OutgoingInviteSession({
      core: this.#core,
      request,
      onSettled: () => this.#invitesOut.delete(session),
    });
    this.#invitesOut.add(session);
    session.start();
    return session;
  }

  request(request: OutOfDialogRequest): Promise<RequestResult> {
    const { from, credentials, ...rest } = request;
    return this.series({ from, credentials: credentials ?? null }).send(rest);
  }

  series(options: SeriesOptions): RequestSeries {
    return new Series(this.#core, options);
  }

  dialog(id: { callId: string; localTag: string; remoteTag: string }): Dialog | null {
    const found = this.#dialogs.get(id);
    return found?.isConfirmed ? found : null;
  }

  adoptDialog(state: DialogState): Dialog {
    const hop = this.#core.transports.hopOf(state.flow);
    const localContact = hop === null ? state.localContact : contactFor(hop, this.#core.contactUser);
    return new DialogSession({
      core: this.#core,
      state: { ...state, localContact },
      auth: null,
      phase: "confirmed",
    });
  }

  async close({ graceMs = 2_000 }: { graceMs?: number } = {}): Promise<void> {
    this.#closing = true;
    for (const invite of [...this.#invitesIn.values()]) invite.cancel({ by: "closed", reasons: [] });
    for (const invite of [...this.#invitesOut]) invite.cancel();
    const confirmed = this.#dialogs.all().filter((dialog) => dialog.isConfirmed);
    const byes = confirmed.map((dialog) => dialog.bye());
    if (byes.length > 0) {
      const waited = new AbortController();
      await Promise.race([
        Promise.allSettled(byes).then(() => waited.abort()),
        this.#core.clock.sleep(graceMs, { signal: waited.signal }).catch(() => {}),
      ]);
    }
    this.#core.transactions.close();
    await this.#core.transports.close();
  }

  /** RFC 3261 §8.2 in its order: method, header checks, then who it is for. */
  #receive(transaction: ServerTransaction): void {
    const { request } = transaction;
    const unknown = unknownOptions(request);
    if (unknown.length > 0) {
      this.#answer(transaction, 420, [["Unsupported", unknown.join(", ")]]);
      return;
    }
    if (request.to.params.has("tag")) {
      const dialog = this.#dialogs.of(request);
      if (dialog === null) this.#answer(transaction, 481);
      else dialog.receive(transaction);
      return;
    }
    if (parseSipUri(request.uri) === null) {
      this.#answer(transaction, /^(?:sips?|tel):/i.test(request.uri) ? 400 : 416);
      return;
    }
    switch (request.method) {
      case "INVITE":
        this.#receiveInvite(transaction);
        return;
      case "OPTIONS":
        this.#answer(transaction, 200, [...CAPABILITIES, ["Accept", "application/sdp"]]);
        return;
      case "REGISTER":
        void this.#receiveRegister(transaction);
        return;
      case "BYE":
      case "PRACK":
      case "UPDATE":
      case "INFO":
      case "NOTIFY":
        this.#answer(transaction, 481);
        return;
      case "REFER":
        this.#answer(transaction, 603);
        return;
      default:
        this.#answer(transaction, 405, [["Allow", ALLOWED_METHODS]]);
    }
  }

  #receiveInvite(transaction: ServerTransaction): void {
    const { request } = transaction;
    const handler = this.#onInvite;
    const type = request.headers.get("content-type");
    if (this.#closing || this.#dialogs.size >= this.#core.limits.maxDialogs) {
      this.#answer(transaction, 503, [["Retry-After", "5"]]);
    } else if (handler === null) this.#answer(transaction, 480);
    else if (request.headers.get("max-forwards") === "0") this.#answer(transaction, 483);
    else if (request.body !== "" && type !== null && !isSdp(type)) {
      this.#answer(transaction, 415, [["Accept", "application/sdp"]]);
    } else if (isEncoded(request)) this.#answer(transaction, 415, [["Accept-Encoding", "identity"]]);
    else {
      const timer = answerSession(request, wishedSession(this.#core));
      if (timer.kind === "too-small") {
        this.#answer(transaction, 422, [["Min-SE", String(MIN_SESSION_SECONDS)]]);
        return;
      }
      const invite: IncomingInviteSession = new IncomingInviteSession({
        core: this.#core,
        transaction,
        timer,
        onFinal: () => this.#invitesIn.delete(transaction),
      });
      this.#invitesIn.set(transaction, invite);
      try {
        handler(invite);
      } catch (failure) {
        this.#core.log.error({ failure }, "the INVITE handler failed");
        invite.reject(500);
      }
    }
  }

  #receiveCancel(cancel: ServerTransaction, invite: ServerTransaction | null): void {
    if (invite === null) {
      this.#answer(cancel, 481);
      return;
    }
    this.#answer(cancel, 200);
    if (!invite.isPending) return;
    const session = this.#invitesIn.get(invite);
    if (session !== undefined) session.cancel({ by: "cancel", reasons: parseReasons(cancel.request.headers) });
    else this.#answer(invite, 487);
  }

  async #receiveRegister(transaction: ServerTransaction): Promise<void> {
    const registrar = this.#registrar;
    if (registrar === null) {
      this.#answer(transaction, 405, [["Allow", ALLOWED_METHODS]]);
      return;
    }
    try {
      const { status, reason, headers } = await registrar.register(transaction.request, transaction.source);
      const toTag = newTag(this.#core.random);
      transaction.respond(createResponse(transaction.request, status, { toTag, reason, headers }));
    } catch (failure) {
      this.#core.log.error({ failure }, "the registrar failed");
      this.#answer(transaction, 500);
    }
  }

  #answer(transaction: ServerTransaction, status: number, headers: readonly (readonly [string, string])[] = []): void {
    transaction.respond(
      createResponse(transaction.request, status, {
        toTag: newTag(this.#core.random),
        headers: [["Server", this.#core.userAgent], ...headers],
      }),
    );
  }
}

function isSdp(contentType: string): boolean {
  const type = mediaType(contentType);
  return type === "application/sdp" || type.startsWith("multipart/");
}

function isEncoded(request: SipRequest): boolean {
  const encoding = request.headers.get("content-encoding");
  return encoding !== null && encoding.toLowerCase() !== "identity";
}
