import type { Clock, Log, Random } from "@jikimi/kernel";
import type { NameAddr, SipRequest, SipResponse, SipUri } from "./message/message.ts";

/**
 * What a user of this package sees. `SipUserAgent` implements `UserAgent`; everything else is handed out by it.
 * Nothing here throws because of what a peer sent.
 */
export interface UserAgent {
  /**
   * Opens one transport and adds it to the agent, which closes it from then on. A taken port is a value: try the next
   * with a new transport. Call once per transport (`UdpTransport`, `TcpTransport`, `WebSocketTransport`).
   */
  listen(transport: Transport): Promise<ListenResult>;
  /** Calls `handler` for every INVITE outside a dialog that passed the checks of RFC 3261 §8.2. One handler at a time. */
  onInvite(handler: (invite: IncomingInvite) => void): void;
  /** Places a call. Returns at once; provisional answers and the outcome come later, never before this returns. */
  invite(request: InviteRequest): OutgoingInvite;
  /** Sends one request outside any dialog (OPTIONS to probe a trunk, MESSAGE) and waits for its final answer. */
  request(request: OutOfDialogRequest): Promise<RequestResult>;
  /** Requests that belong together: REGISTER and its refreshes. */
  series(options: SeriesOptions): RequestSeries;
  /** Answers REGISTER with this registrar; without one it is refused with 405. */
  useRegistrar(registrar: RegisterHandler): void;
  /** The dialog with these tags, as a Replaces header (RFC 3891) or a transfer names it. */
  dialog(id: { callId: string; localTag: string; remoteTag: string }): Dialog | null;
  /** Takes over a dialog begun by another process (DESIGN §10); follow with `reinvite` to move its media. */
  adoptDialog(state: DialogState): Dialog;
  /** A connection (TCP, WebSocket) that was open has closed. Returns the way to stop listening. */
  onFlowClosed(listener: (flow: Flow) => void): () => void;
  /** True while the connection of a flow (TCP, WebSocket) is open; always true for UDP. */
  isFlowOpen(flow: Flow): boolean;
  readonly stats: UserAgentStats;
  /** Sends BYE and CANCEL for what still lives, waits at most `graceMs` for answers, closes every transport. */
  close(options?: { graceMs?: number }): Promise<void>;
}

export type SipUserAgentOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The User-Agent and Server headers. Default "Jikimi". */
  readonly userAgent?: string;
  /** The user part of our Contact. Default "jikimi". */
  readonly contactUser?: string;
  readonly limits?: Partial<SipLimits>;
  /** Milliseconds; RFC 3261 §17.1.1.1. Default 500, 4 000 and 5 000. */
  readonly timers?: { readonly t1Ms?: number; readonly t2Ms?: number; readonly t4Ms?: number };
  /** What we ask for in our own calls (RFC 4028); null asks for nothing but still honours what the peer asks. */
  readonly sessionTimer?: { readonly expiresSeconds: number } | null;
  /** How host names become addresses (RFC 3263). Default: `DnsResolver`. */
  readonly resolver?: Resolver;
};

export type SipLimits = {
  /**
   * Living transactions; a request beyond is answered 503 with Retry-After, statelessly. Over UDP each lives 32 s
   * beyond its use, so a call of two legs counts about 100 per call and second. Default 60 000.
   */
  readonly maxTransactions: number;
  readonly maxDialogs: number;
  /** Malformed messages answered (400) or logged per source per minute; the rest are counted and dropped. Default 20. */
  readonly maxMalformedPerMinute: number;
  /** Sources whose malformed messages are remembered. Default 1 024; the oldest is forgotten. */
  readonly maxTrackedSources: number;
};

/** Counters since the start; a gauge is named for what is alive now. */
export type UserAgentStats = {
  readonly messagesReceived: number;
  readonly messagesSent: number;
  readonly malformedMessages: number;
  readonly droppedMessages: number;
  readonly refusedForLoad: number;
  readonly liveTransactions: number;
  readonly liveDialogs: number;
};

// ---- transports -------------------------------------------------------------------------------------------------

export type TransportName = "UDP" | "TCP" | "TLS" | "WS" | "WSS";

/** The way back to one peer: an address for UDP, a live connection for TCP and WebSocket. A plain record. */
export type Flow = {
  readonly transport: TransportName;
  readonly localHost: string;
  readonly localPort: number;
  readonly remoteHost: string;
  readonly remotePort: number;
  /** Null for UDP. */
  readonly connectionId: string | null;
};

export type BoundAddress = { readonly transport: TransportName; readonly host: string; readonly port: number };

export type ListenResult =
  | { readonly kind: "bound"; readonly address: BoundAddress }
  | { readonly kind: "port-taken"; readonly transport: TransportName; readonly host: string; readonly port: number }
  | { readonly kind: "failed"; readonly transport: TransportName; readonly why: string };

/** What a transport tells its owner. Called from the event loop, never from within `open` or `send`. */
export type TransportSink = {
  /** One framed message: a datagram, a WebSocket message, or a Content-Length framed piece of a stream. */
  readonly onMessage: (bytes: Buffer, flow: Flow) => void;
  readonly onFlowClosed: (flow: Flow) => void;
  /** Bytes that cannot be a message (a stream out of step, an oversized header); the connection is closed. */
  readonly onGarbage: (remoteHost: string, why: string) => void;
  /** The listening socket itself failed after it was bound. */
  readonly onTrouble: (why: string) => void;
};

export interface Transport {
  readonly name: TransportName;
  /** True when the transport itself retransmits: timers A, D, E, G, I, J and K change accordingly. */
  readonly reliable: boolean;
  /** What Via and Contact say; known once bound. */
  readonly advertised: { readonly host: string; readonly port: number };
  open(sink: TransportSink): Promise<ListenResult>;
  /** A flow to this address: the open connection when there is one, else a new one, opened by the first `send`. */
  flowTo(host: string, port: number): Flow;
  isOpen(flow: Flow): boolean;
  /** Fire and forget; `onFailed` is called later, at most once. */
  send(bytes: Buffer, flow: Flow, onFailed: (why: string) => void): void;
  close(): Promise<void>;
}

export type ResolvedAddress = { readonly transport: TransportName; readonly host: string; readonly port: number };

export interface Resolver {
  /** Candidates in the order to try; empty when the name does not resolve. Never rejects. */
  resolve(name: {
    host: string;
    port: number | null;
    transport: TransportName | null;
    secure: boolean;
  }): Promise<readonly ResolvedAddress[]>;
}

// ---- calls coming in --------------------------------------------------------------------------------------------

/** A person or number as a header names it. `user` is the number or name before the @, percent-decoded. */
export type Party = { readonly uri: SipUri; readonly user: string | null; readonly displayName: string | null };

export type HeaderLines = readonly (readonly [name: string, value: string])[];

export interface IncomingInvite {
  readonly request: SipRequest;
  /** The Call-ID header, not the product's `CallId`. */
  readonly sipCallId: string;
  readonly requestUri: SipUri;
  readonly from: Party;
  readonly to: Party;
  /** The first P-Asserted-Identity (RFC 3325). Trust it only from a trusted trunk. */
  readonly assertedIdentity: Party | null;
  /** Who asked for this call in place of whom (RFC 3892, RFC 3891), when the INVITE says so. */
  readonly referredBy: Party | null;
  readonly replaces: { readonly callId: string; readonly toTag: string; readonly fromTag: string } | null;
  readonly source: Flow;
  /** 70 when the header is absent. Hand `maxForwards - 1` to the other leg, so that a loop dies. */
  readonly maxForwards: number;
  /** Null when the peer wants us to offer: then `answer(sdp)` sends our offer and the peer's answer comes with the ACK. */
  readonly offerSdp: string | null;
  /** Aborts with a `CancelledInvite` when the caller gives up (CANCEL, BYE) before the final answer. */
  readonly cancelled: AbortSignal;
  /** 180. Repeating it is harmless. */
  ringing(): void;
  /** 183 (or 180) with SDP for early media. Sent reliably (RFC 3262) when the peer requires it. */
  progress(sdp: string, options?: { status?: 180 | 183; headers?: HeaderLines }): void;
  /**
   * 200. Retransmitted until the ACK; resolves with it, or after 64·T1 without one, BYE already sent. Where the caller
   * hangs up before its ACK arrives the call counts as answered, and its dialog has already ended.
   */
  answer(sdp: string, options?: { headers?: HeaderLines }): Promise<AnswerResult>;
  /** A final 3xx to 6xx. Only the first final answer counts. */
  reject(status: number, options?: { reason?: string; headers?: HeaderLines }): void;
  /** Checks the digest credentials; sends 401 itself when they are missing, stale or wrong. */
  authenticate(verifier: DigestAuthority): Promise<AuthenticateResult>;
}

export type CancelledInvite = { readonly by: "cancel" | "bye" | "closed"; readonly reasons: readonly ReasonHeader[] };

export type AnswerResult =
  | {
      readonly kind: "answered";
      readonly dialog: Dialog /** From the ACK, when our 200 carried the offer. */;
      readonly remoteSdp: string | null;
    }
  | { readonly kind: "no-ack"; readonly dialog: Dialog }
  /** The caller gave up, or another final answer was already sent. */
  | { readonly kind: "not-sent"; readonly why: "cancelled" | "already-final" };

export type AuthenticateResult =
  | { readonly kind: "authenticated"; readonly username: string }
  /** A 401 went out; the peer will send a new INVITE. */
  | { readonly kind: "challenged" }
  /** 403 went out. */
  | { readonly kind: "denied" };

// ---- calls going out --------------------------------------------------------------------------------------------

export type Destination =
  | { readonly kind: "flow"; readonly flow: Flow }
  | {
      readonly kind: "address";
      readonly transport: TransportName;
      readonly host: string;
      readonly port: number | null;
    };

export type DigestCredentials = { readonly username: string; readonly password: string };

export type InviteRequest = {
  /** The Request-URI, e.g. `sip:0212345678@trunk.example` or a binding's contact. */
  readonly target: string;
  /** To when it differs from the target. */
  readonly to?: { readonly uri: string; readonly displayName?: string | null };
  readonly from: { readonly uri: string; readonly displayName?: string | null };
  /** Where to send it when the target alone does not say: a binding's flow, an outbound proxy. */
  readonly destination?: Destination | null;
  readonly offerSdp: string;
  readonly headers?: HeaderLines;
  /** Used to answer one 401 or 407 per realm, and once more when the nonce was stale. */
  readonly credentials?: DigestCredentials | null;
  /** Default 70. */
  readonly maxForwards?: number;
  /** User part of our Contact when it must differ from the agent's. */
  readonly contactUser?: string;
  /** Aborting cancels the call (also a deadline for ringing); the reason may be a `ReasonHeader`. */
  readonly signal?: AbortSignal;
};

export interface OutgoingInvite {
  readonly sipCallId: string;
  /** 101 to 199, in order; `sdp` when the peer sends early media. */
  onProvisional(listener: (provisional: Provisional) => void): () => void;
  /** Settles once and never rejects. After `cancelled` a late 200 is acknowledged and ended by itself. */
  readonly outcome: Promise<InviteOutcome>;
}

export type Provisional = {
  readonly status: number;
  readonly reason: string;
  readonly sdp: string | null;
  readonly response: SipResponse;
};

export type InviteOutcome =
  | {
      readonly kind: "answered";
      readonly dialog: Dialog;
      readonly answerSdp: string | null;
      readonly response: SipResponse;
    }
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly reason: string;
      readonly retryAfterSeconds: number | null;
      /** Contacts of a 3xx, best first. */
      readonly contacts: readonly NameAddr[];
      readonly reasons: readonly ReasonHeader[];
      readonly response: SipResponse;
    }
  /** Nothing at all came back within 64·T1. */
  | { readonly kind: "timeout" }
  | { readonly kind: "cancelled" }
  | { readonly kind: "transport-failed"; readonly why: string };

export type OutOfDialogRequest = {
  readonly method: string;
  readonly target: string;
  readonly to?: { readonly uri: string; readonly displayName?: string | null };
  readonly from: { readonly uri: string; readonly displayName?: string | null };
  readonly destination?: Destination | null;
  readonly headers?: HeaderLines;
  readonly body?: Body | null;
  readonly credentials?: DigestCredentials | null;
};

export type SeriesOptions = {
  readonly from: { readonly uri: string; readonly displayName?: string | null };
  readonly credentials?: DigestCredentials | null;
  /** User part of our Contact; null sends none. */
  readonly contactUser?: string | null;
  /** A `line` parameter of our Contact: a peer's requests to it come back with it (RFC 3261 §16.6). */
  readonly contactLine?: string | null;
};

/** Requests with one Call-ID and From tag, a growing CSeq, and credentials whose nonces are kept (RFC 3261 §10.2). */
export interface RequestSeries {
  /** The Contact URI that the last request carried, null before and without one. */
  readonly contact: string | null;
  /** The IP address that the last request went to, null before. */
  readonly peerHost: string | null;
  send(request: Omit<OutOfDialogRequest, "from" | "credentials">): Promise<RequestResult>;
}

export type Body = { readonly contentType: string; readonly text: string };

export type RequestResult =
  | { readonly kind: "response"; readonly status: number; readonly reason: string; readonly response: SipResponse }
  | { readonly kind: "timeout" }
  | { readonly kind: "transport-failed"; readonly why: string }
  /** The dialog had ended before the request could be sent. */
  | { readonly kind: "ended" };

// ---- dialogs ----------------------------------------------------------------------------------------------------

/** `Reason: Q.850;cause=16;text="Normal call clearing"` (RFC 3326). */
export type ReasonHeader = { readonly protocol: string; readonly cause: number | null; readonly text: string | null };

export interface Dialog {
  /** Call-ID and both tags; unique among living dialogs. */
  readonly id: string;
  /** A snapshot that `adoptDialog` takes: plain data, JSON-safe. */
  readonly state: DialogState;
  readonly localUri: string;
  readonly remoteUri: string;
  readonly source: Flow;
  /** Aborts once with a `DialogEnd` as its reason. */
  readonly ended: AbortSignal;
  readonly endedBy: DialogEnd | null;
  /**
   * Offers new SDP by re-INVITE. Waits its turn behind another of ours, retries a glare (491) as RFC 3261 §14.1 says,
   * up to 4 times. A refusal leaves the session as it was; 408 and 481 end the dialog.
   */
  reinvite(offerSdp: string, options?: { headers?: HeaderLines }): Promise<ReinviteResult>;
  /** Ends the dialog. Resolves when the peer answered or can no longer answer; `ended` aborts at once. */
  bye(options?: { reason?: ReasonHeader; headers?: HeaderLines }): Promise<void>;
  info(body: Body, options?: { headers?: HeaderLines }): Promise<RequestResult>;
  /** A NOTIFY within the dialog (e.g. of a REFER; `IncomingRefer` sends its own). */
  notify(event: string, subscriptionState: string, body: Body | null): Promise<RequestResult>;
  /** Asks the peer to call `referTo` instead of us (blind transfer, RFC 3515); 202 means that it tries. */
  refer(referTo: string): Promise<RequestResult>;
  /**
   * Answers re-INVITE and UPDATE. `offerSdp` null: the peer asks for our offer, whose answer then comes to
   * `onRemoteSdp`. Without a handler an offer is refused with 488. One handler at a time.
   */
  onReinvite(handler: ReinviteHandler): void;
  /** The peer's answer to an offer we made in a 200 (offerless re-INVITE), when it arrives in the ACK. */
  onRemoteSdp(listener: (answerSdp: string) => void): () => void;
  /** Answered with 200 before the listener runs; `application/dtmf-relay` and others come as they are. */
  onInfo(listener: (info: IncomingInfo) => void): () => void;
  /** Without a handler REFER is refused with 603. One handler at a time. */
  onRefer(handler: (refer: IncomingRefer) => void): void;
  /** Runs when the peer hangs up; for every way of ending use `ended`. */
  onBye(listener: (reasons: readonly ReasonHeader[]) => void): () => void;
}

export type DialogEnd =
  | { readonly kind: "remote-bye"; readonly reasons: readonly ReasonHeader[] }
  | { readonly kind: "local-bye" }
  /** Our 200 was never acknowledged. */
  | { readonly kind: "no-ack" }
  /** Nobody refreshed the session in time (RFC 4028). */
  | { readonly kind: "session-expired" }
  /** The peer answered a request of ours with 408 or 481, or did not answer it at all. */
  | { readonly kind: "peer-lost"; readonly status: number | null }
  | { readonly kind: "closed" };

export type ReinviteResult =
  | { readonly kind: "ok"; readonly answerSdp: string | null; readonly response: SipResponse }
  | { readonly kind: "refused"; readonly status: number; readonly reason: string; readonly response: SipResponse }
  | { readonly kind: "timeout" }
  | { readonly kind: "transport-failed"; readonly why: string }
  | { readonly kind: "ended" };

export type ReinviteHandler = (offerSdp: string | null) => Promise<ReinviteAnswer>;

export type ReinviteAnswer =
  | { readonly kind: "answer"; readonly sdp: string }
  | { readonly kind: "reject"; readonly status: number; readonly reason?: string };

export type IncomingInfo = { readonly contentType: string; readonly body: string; readonly request: SipRequest };

export interface IncomingRefer {
  readonly request: SipRequest;
  readonly referTo: NameAddr;
  readonly referredBy: NameAddr | null;
  /** 202, then NOTIFY "100 Trying" (RFC 3515); report how the new call goes through what comes back. */
  accept(): ReferProgress;
  reject(status: number, reason?: string): void;
}

export interface ReferProgress {
  /** A NOTIFY with `SIP/2.0 status reason`; a final status (200 and above) ends the subscription. */
  report(status: number, reason?: string): Promise<RequestResult>;
}

/** Everything a dialog is, in JSON-safe data. URIs and name-addrs are header text. */
export type DialogState = {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** Name-addr text without tags. */
  readonly local: string;
  readonly remote: string;
  readonly remoteTarget: string;
  readonly localContact: string;
  readonly routeSet: readonly string[];
  readonly localCSeq: number;
  readonly remoteCSeq: number | null;
  /** Who sent the first INVITE; decides the glare delay. */
  readonly role: "uac" | "uas";
  readonly flow: Flow;
  /** True when requests go over `flow` (WebSocket, NAT) and not to `remoteTarget`. */
  readonly pinnedToFlow: boolean;
  readonly localSdp: string | null;
  readonly remoteSdp: string | null;
  readonly peerAllowsUpdate: boolean;
  readonly session: SessionTimerState | null;
};

export type SessionTimerState = { readonly expiresSeconds: number; readonly refresher: "local" | "remote" };

// ---- digest, registrar ------------------------------------------------------------------------------------------

export type DigestAlgorithm = "MD5" | "SHA-256";

/** Hexadecimal H(username:realm:password) for this algorithm, or null for an unknown user. */
export type Ha1Lookup = (user: {
  username: string;
  realm: string;
  algorithm: DigestAlgorithm;
}) => Promise<string | null> | string | null;

/** Implemented by `DigestVerifier`; another may know who is at the other end of a connection without asking. */
export interface DigestAuthority {
  verify(request: SipRequest, source: Flow): Promise<DigestVerdict>;
}

export type DigestVerdict =
  | { readonly kind: "ok"; readonly username: string }
  /** Values for one WWW-Authenticate header each, strongest algorithm first. */
  | {
      readonly kind: "challenge";
      readonly challenges: readonly string[];
      readonly why: "missing" | "stale" | "replayed" | "wrong";
    }
  | { readonly kind: "denied" };

/** What `useRegistrar` takes; implemented by `Registrar`. */
export interface RegisterHandler {
  /** Returns the answer to one REGISTER. Never rejects. */
  register(request: SipRequest, source: Flow): Promise<RegisterAnswer>;
  flowClosed(flow: Flow): void;
}

export type RegisterAnswer = { readonly status: number; readonly reason?: string; readonly headers: HeaderLines };

/** One phone or browser of an address of record. */
export type Binding = {
  /** The user part of the address of record. One registrar serves one domain, under whatever name phones know it. */
  readonly user: string;
  /** The Contact URI: the Request-URI of a call to it. */
  readonly contact: string;
  /** 0 to 1; `lookup` returns the highest first. */
  readonly q: number;
  readonly expiresAtMs: number;
  readonly callId: string;
  readonly cseq: number;
  readonly instanceId: string | null;
  readonly userAgent: string | null;
  /** Where to send its calls: `invite({ target: binding.contact, destination: bindingDestination(binding) })`. */
  readonly flow: Flow;
};

export type RegistrarEvent =
  | { readonly kind: "registered"; readonly binding: Binding; readonly refreshed: boolean }
  | {
      readonly kind: "unregistered";
      readonly binding: Binding;
      /** `withdrawn`: by us, see `Registrar.withdraw`. */
      readonly why: "asked" | "expired" | "connection-closed" | "replaced" | "withdrawn";
    };

export type RegistrationStatus =
  | { readonly kind: "stopped" }
  | { readonly kind: "registering" }
  | { readonly kind: "registered"; readonly expiresAtMs: number }
  | {
      readonly kind: "failed";
      readonly why: string;
      readonly status: number | null;
      readonly retryAtMs: number | null;
    };
