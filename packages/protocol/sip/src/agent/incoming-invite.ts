import type {
  AnswerResult,
  AuthenticateResult,
  CancelledInvite,
  DigestAuthority,
  Flow,
  HeaderLines,
  IncomingInvite,
  Party,
} from "../api.ts";
import { DialogSession } from "../dialog/dialog-session.ts";
import { stateAsServer } from "../dialog/dialog-state.ts";
import type { SessionAnswer } from "../dialog/session-timer.ts";
import { SipError } from "../errors.ts";
import { createResponse } from "../message/build.ts";
import type { SipRequest, SipUri } from "../message/message.ts";
import { parseParams } from "../message/params.ts";
import { parseReasons } from "../message/reason-header.ts";
import { sdpOf } from "../message/sdp-body.ts";
import { parseSipUri, sipUri } from "../message/uri.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import { type AgentCore, CAPABILITIES, contactFor, newTag } from "./core.ts";
import { partyOf, partyOfText } from "./party.ts";
import { ReliableProvisionals } from "./reliable-provisionals.ts";

/** An INVITE that asks us for a new call, from its arrival to its one final answer. */
export class IncomingInviteSession implements IncomingInvite {
  readonly request: SipRequest;
  readonly source: Flow;
  readonly requestUri: SipUri;
  readonly offerSdp: string | null;
  readonly #core: AgentCore;
  readonly #transaction: ServerTransaction;
  readonly #tag: string;
  readonly #session: DialogSession;
  readonly #cancelled = new AbortController();
  readonly #onFinal: () => void;
  readonly #timer: Extract<SessionAnswer, { kind: "ok" }>;
  readonly #reliable: ReliableProvisionals | null;
  #isFinal = false;

  constructor(options: {
    core: AgentCore;
    transaction: ServerTransaction;
    timer: Extract<SessionAnswer, { kind: "ok" }>;
    onFinal: () => void;
  }) {
    const { core, transaction } = options;
    const { request } = transaction;
    this.#core = core;
    this.#transaction = transaction;
    this.#onFinal = options.onFinal;
    this.#timer = options.timer;
    this.request = request;
    this.source = transaction.source;
    this.requestUri = parseSipUri(request.uri) ?? sipUri({ host: "" });
    this.offerSdp = sdpOf(request);
    this.#tag = newTag(core.random);
    const hop = core.transports.hopOf(transaction.source);
    const contact = hop === null ? `<${request.uri}>` : contactFor(hop, core.contactUser);
    this.#session = new DialogSession({
      core,
      state: stateAsServer(request, transaction.source, this.#tag, contact),
      auth: null,
      phase: "early",
      early: (within) => this.#receiveEarly(within),
    });
    this.#reliable = request.headers.lists("require", "100rel")
      ? new ReliableProvisionals({
          clock: core.clock,
          random: core.random,
          t1Ms: core.timers.t1Ms,
          transaction,
          onGivenUp: () => this.reject(504),
        })
      : null;
  }

  get sipCallId(): string {
    return this.request.callId;
  }

  get from(): Party {
    return partyOf(this.request.from);
  }

  get to(): Party {
    return partyOf(this.request.to);
  }

  get assertedIdentity(): Party | null {
    return partyOfText(this.request.headers.values("p-asserted-identity")[0]);
  }

  get referredBy(): Party | null {
    return partyOfText(this.request.headers.get("referred-by") ?? undefined);
  }

  get replaces(): { callId: string; toTag: string; fromTag: string } | null {
    const text = this.request.headers.get("replaces");
    const semicolon = text?.indexOf(";") ?? -1;
    if (text === null || semicolon < 0) return null;
    const params = parseParams(text, semicolon);
    const toTag = params.get("to-tag");
    const fromTag = params.get("from-tag");
    return toTag && fromTag ? { callId: text.slice(0, semicolon).trim(), toTag, fromTag } : null;
  }

  get maxForwards(): number {
    const text = this.request.headers.get("max-forwards");
    return text !== null && /^\d{1,3}$/.test(text) ? Math.min(255, Number(text)) : 70;
  }

  get cancelled(): AbortSignal {
    return this.#cancelled.signal;
  }

  ringing(): void {
    this.#provisional(180, null, []);
  }

  progress(sdp: string, options: { status?: 180 | 183; headers?: HeaderLines } = {}): void {
    this.#provisional(options.status ?? 183, sdp, options.headers ?? []);
  }

  async answer(sdp: string, options: { headers?: HeaderLines } = {}): Promise<AnswerResult> {
    await this.#reliable?.settled();
    if (this.#isFinal) return { kind: "not-sent", why: this.cancelled.aborted ? "cancelled" : "already-final" };
    this.#finish();
    const response = createResponse(this.request, 200, {
      toTag: this.#tag,
      headers: [...this.#dialogHeaders(), ...this.#timer.headers, ...(options.headers ?? [])],
      body: { contentType: "application/sdp", text: sdp },
    });
    const acknowledged = await this.#session.confirmAsServer(this.#transaction, response, {
      localSdp: sdp,
      remoteSdp: this.offerSdp,
      session: this.#timer.session,
    });
    const dialog = this.#session;
    if (acknowledged.kind === "no-ack") return { kind: "no-ack", dialog };
    return { kind: "answered", dialog, remoteSdp: this.offerSdp === null ? acknowledged.sdp : null };
  }

  reject(status: number, options: { reason?: string; headers?: HeaderLines } = {}): void {
    if (status < 300 || status > 699) throw new SipError("invalid-argument", `an INVITE is not refused with ${status}`);
    if (this.#isFinal) return;
    this.#finish();
    const { reason, headers } = options;
    this.#transaction.respond(
      createResponse(this.request, status, {
        toTag: this.#tag,
        reason,
        headers: [["Server", this.#core.userAgent], ...(headers ?? [])],
      }),
    );
    this.#session.discard();
  }

  async authenticate(verifier: DigestAuthority): Promise<AuthenticateResult> {
    const verdict = await verifier.verify(this.request, this.source);
    switch (verdict.kind) {
      case "ok":
        return { kind: "authenticated", username: verdict.username };
      case "challenge":
        this.reject(401, { headers: verdict.challenges.map((challenge) => ["WWW-Authenticate", challenge] as const) });
        return { kind: "challenged" };
      case "denied":
        this.reject(403);
        return { kind: "denied" };
    }
  }

  /** The caller gave up, or the agent closes. */
  cancel(how: CancelledInvite): void {
    if (this.#isFinal) return;
    this.reject(how.by === "closed" ? 503 : 487);
    this.#cancelled.abort(how);
  }

  #provisional(status: number, sdp: string | null, headers: HeaderLines): void {
    if (this.#isFinal) return;
    const make = (more: HeaderLines) =>
      createResponse(this.request, status, {
        toTag: this.#tag,
        headers: [...this.#dialogHeaders(), ...headers, ...more],
        body: sdp === null ? null : { contentType: "application/sdp", text: sdp },
      });
    if (this.#reliable === null) this.#transaction.respond(make([]));
    // Without an offer the first reliable answer would have to make one (RFC 3262 §5): silence is allowed instead.
    else if (this.offerSdp !== null) this.#reliable.send(make);
  }

  #dialogHeaders(): HeaderLines {
    const recorded = this.request.headers.lines("record-route").map((line) => ["Record-Route", line] as const);
    return [
      ...recorded,
      ["Contact", this.#session.state.localContact],
      ...CAPABILITIES,
      ["Server", this.#core.userAgent],
    ];
  }

  #receiveEarly(within: ServerTransaction): boolean {
    switch (within.request.method) {
      case "PRACK": {
        const isAwaited = this.#reliable?.isAwaited(within.request) ?? false;
        // We never offer in a provisional answer, so a PRACK has nothing to answer; an offer of its own is declined.
        const status = !isAwaited ? 481 : sdpOf(within.request) === null ? 200 : 488;
        within.respond(createResponse(within.request, status));
        if (isAwaited) this.#reliable?.acknowledged();
        return true;
      }
      case "BYE":
        within.respond(createResponse(within.request, 200));
        this.cancel({ by: "bye", reasons: parseReasons(within.request.headers) });
        return true;
      default:
        return false;
    }
  }

  #finish(): void {
    this.#isFinal = true;
    this.#reliable?.stop();
    this.#onFinal();
  }
}
