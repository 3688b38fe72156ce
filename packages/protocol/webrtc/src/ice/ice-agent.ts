import type { Clock, Random, Timer } from "@jikimi/kernel";
import type { SecureCandidate } from "@jikimi/sdp";
import type { IceRole } from "../api.ts";
import { randomToken } from "./random-token.ts";
import { readStun, type StunMessage, writeStunError, writeStunRequest, writeStunSuccess } from "./stun.ts";

export type IceCredentials = { readonly ufrag: string; readonly password: string };

export type IceState = "new" | "checking" | "connected" | "disconnected" | "failed" | "closed";

export type IceAgentOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly send: (bytes: Buffer, port: number, address: string) => void;
  readonly onState: (state: IceState, why: string) => void;
};

/** RFC 8445 §14.2: one new check at a time. */
const PACE_MS = 20;
/** RFC 8445 §14.3 and RFC 8489 §6.2.1: doubled at each repetition. */
const REPEAT_MS = 500;
const MOST_SENDS = 6;
const GIVE_UP_MS = 20_000;
/** RFC 7675: consent is asked for more often than the 5 s it allows, so that a lost network is noticed and not guessed. */
const CONSENT_MS = 2_500;
const CONSENT_HURRY_MS = 500;
const DISCONNECTED_MS = 6_000;
const CONSENT_ENDS_MS = 30_000;
const MOST_PAIRS = 32;
const MOST_ASKED = 64;
/** Priority of a peer-reflexive candidate of ours (RFC 8445 §5.1.2.1), as a check tells it. */
const OWN_PRIORITY = 110 * 2 ** 24 + 65_535 * 2 ** 8 + 255;

type Pair = {
  readonly address: string;
  readonly port: number;
  readonly priority: number;
  state: "waiting" | "checking" | "works" | "failed";
  /** The party named this the way to take. */
  nominated: boolean;
  /** It has shown that it knows our description: it asked, or answered. */
  proven: boolean;
};

type Asked = { readonly pair: Pair; readonly request: Buffer; readonly nominates: boolean; sends: number; nextMs: number };

/**
 * The ICE of a leg (RFC 8445): one component, one socket, one host candidate of ours, full and not lite, so that a check of
 * ours opens the party's firewall. Nobody who has not proved to know our password gets an answer, is remembered or is
 * asked; what is remembered is bounded. Consent (RFC 7675) is asked for as long as the call lasts.
 *
 * ```
 *   new ─start─▶ checking ─a way works and is named─▶ connected ⇄ disconnected ─30 s─▶ failed
 *                    └────────── 20 s ───────────────────────────────────────────────────▲
 * ```
 */
export class IceAgent {
  readonly #options: IceAgentOptions;
  readonly #tieBreaker: bigint;
  #local: IceCredentials;
  /** From before a restart, answered until the new ones have found a way. */
  #previousLocal: IceCredentials | null = null;
  #remote: IceCredentials | null = null;
  #role: IceRole = "controlled";
  #pairs: Pair[] = [];
  readonly #asked = new Map<string, Asked>();
  #selected: Pair | null = null;
  #nominating: Pair | null = null;
  #isChecking = false;
  #startedMs = 0;
  #consentMs = 0;
  #consentAskedMs = 0;
  #state: IceState = "new";
  #timer: Timer | null = null;

  constructor(options: IceAgentOptions) {
    this.#options = options;
    this.#tieBreaker = Buffer.from(options.random.bytes(8)).readBigUInt64BE(0);
    this.#local = newCredentials(options.random);
  }

  get local(): IceCredentials {
    return this.#local;
  }

  get remote(): IceCredentials | null {
    return this.#remote;
  }

  get state(): IceState {
    return this.#state;
  }

  /** Where what we send goes; null as long as there is no way. */
  get selected(): { readonly address: string; readonly port: number } | null {
    return this.#state === "failed" || this.#state === "closed" ? null : this.#selected;
  }

  /** Whether a datagram from there can be the party's. */
  isProven(address: string, port: number): boolean {
    const selected = this.#selected;
    if (selected !== null && selected.port === port && selected.address === address) return true;
    return this.#find(address, port)?.proven ?? false;
  }

  /** New credentials; the way that is taken stays until `start` has found one with them. */
  restart(): void {
    if (this.#state === "closed") return;
    this.#previousLocal = this.#local;
    this.#local = newCredentials(this.#options.random);
    this.#remote = null;
    this.#pairs = [];
    this.#asked.clear();
    this.#nominating = null;
    this.#isChecking = false;
  }

  /** Checks the party's candidates; those it did not tell are learnt from its own checks. */
  start(remote: IceCredentials & { candidates: readonly SecureCandidate[] }, role: IceRole): void {
    if (this.#state === "closed") return;
    this.#remote = { ufrag: remote.ufrag, password: remote.password };
    this.#role = role;
    this.#isChecking = true;
    this.#startedMs = this.#options.clock.monotonicMs();
    for (const { address, port, priority } of remote.candidates) this.#pair(address, port, priority);
    if (this.#selected === null || this.#state === "failed") this.#enter("checking", "the party's description came");
    this.#schedule(0);
  }

  /** A datagram that looks like STUN. */
  receive(bytes: Buffer, address: string, port: number): void {
    if (this.#state === "closed") return;
    const kind = (bytes[0] as number) & 1;
    const message = readStun(bytes, (username) =>
      kind === 1 ? (this.#remote?.password ?? null) : this.#passwordFor(username),
    );
    if (message === null) return;
    if (message.kind === "request") this.#answer(message, address, port);
    else if (message.kind !== "indication") this.#hearAnswer(message, address, port);
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#pairs = [];
    this.#asked.clear();
    this.#selected = null;
    this.#enter("closed", "closed");
  }

  /** Ours for a request to us (`ours:theirs`). */
  #passwordFor(username: string | null): string | null {
    const [ours, theirs] = username?.split(":") ?? [];
    if (ours === undefined || theirs === undefined) return null;
    if (ours === this.#previousLocal?.ufrag) return this.#previousLocal.password;
    if (ours !== this.#local.ufrag || (this.#remote !== null && theirs !== this.#remote.ufrag)) return null;
    return this.#local.password;
  }

  #answer(request: StunMessage, address: string, port: number): void {
    const { send } = this.#options;
    const isPrevious = this.#previousLocal !== null && request.username?.split(":")[0] === this.#previousLocal.ufrag;
    const { password } = isPrevious && this.#previousLocal !== null ? this.#previousLocal : this.#local;
    if (!isPrevious && this.#remote !== null && request.role?.kind === this.#role) {
      // RFC 8445 §7.3.1.1: both believe to have the same role; the greater number controls.
      const oursIsGreater = this.#tieBreaker >= request.role.tieBreaker;
      if (oursIsGreater === (this.#role === "controlling")) {
        send(writeStunError(request.transactionId, 487, "Role Conflict", password), port, address);
        return;
      }
      this.#role = this.#role === "controlling" ? "controlled" : "controlling";
    }
    send(writeStunSuccess(request.transactionId, { address, port }, password), port, address);
    if (isPrevious) return;
    const pair = this.#pair(address, port, request.priority ?? OWN_PRIORITY);
    if (pair === null) return;
    pair.proven = true;
    if (request.useCandidate && this.#role === "controlled") {
      pair.nominated = true;
      if (pair.state === "works" && pair !== this.#selected) this.#select(pair);
    }
    if (pair.state === "failed") pair.state = "waiting";
    if (pair.state === "waiting" && this.#remote !== null) this.#ask(pair, false);
  }

  #hearAnswer(answer: StunMessage, address: string, port: number): void {
    const asked = this.#asked.get(answer.transactionId);
    if (asked === undefined) return;
    this.#asked.delete(answer.transactionId);
    const { pair, nominates } = asked;
    if (answer.kind === "error") {
      if (answer.errorCode === 487) this.#role = this.#role === "controlling" ? "controlled" : "controlling";
      pair.state = answer.errorCode === 487 ? "waiting" : "failed";
      if (nominates) this.#nominating = null;
      return;
    }
    // RFC 8445 §7.2.5.2.1: the way back must be the way there.
    if (address !== pair.address || port !== pair.port) return;
    pair.proven = true;
    pair.state = "works";
    if (pair === this.#selected) this.#consented();
    if (this.#role === "controlled") {
      if (pair.nominated && pair !== this.#selected) this.#select(pair);
    } else if (nominates) {
      this.#nominating = null;
      if (pair !== this.#selected) this.#select(pair);
    } else if (this.#isChecking && this.#nominating === null) {
      this.#nominating = pair;
      this.#ask(pair, true);
    }
  }

  #select(pair: Pair): void {
    this.#selected = pair;
    this.#isChecking = false;
    this.#previousLocal = null;
    this.#consentAskedMs = this.#options.clock.monotonicMs();
    this.#consented();
  }

  #consented(): void {
    this.#consentMs = this.#options.clock.monotonicMs();
    this.#enter("connected", "the party answers");
  }

  /** Known, or learnt from the party itself; null when there are too many. */
  #pair(address: string, port: number, priority: number): Pair | null {
    const known = this.#find(address, port);
    if (known !== null) return known;
    if (this.#pairs.length >= MOST_PAIRS) return null;
    const pair: Pair = { address, port, priority, state: "waiting", nominated: false, proven: false };
    this.#pairs.push(pair);
    this.#pairs.sort((one, other) => other.priority - one.priority);
    return pair;
  }

  #find(address: string, port: number): Pair | null {
    return this.#pairs.find((pair) => pair.port === port && pair.address === address) ?? null;
  }

  #ask(pair: Pair, nominates: boolean): void {
    const remote = this.#remote;
    if (remote === null || this.#asked.size >= MOST_ASKED) return;
    const transactionId = this.#options.random.hex(12);
    const request = writeStunRequest({
      transactionId,
      username: `${remote.ufrag}:${this.#local.ufrag}`,
      password: remote.password,
      priority: OWN_PRIORITY,
      role: this.#role,
      tieBreaker: this.#tieBreaker,
      useCandidate: nominates || (pair === this.#selected && this.#role === "controlling"),
    });
    if (pair.state === "waiting") pair.state = "checking";
    const asked = { pair, request, nominates, sends: 0, nextMs: 0 };
    this.#asked.set(transactionId, asked);
    this.#send(asked);
    this.#schedule(PACE_MS);
  }

  #send(asked: Asked): void {
    asked.nextMs = this.#options.clock.monotonicMs() + REPEAT_MS * 2 ** asked.sends;
    asked.sends += 1;
    this.#options.send(asked.request, asked.pair.port, asked.pair.address);
  }

  /** The nearer of what is planned and this. */
  #schedule(delayMs: number): void {
    if (this.#state === "closed") return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(delayMs, () => this.#work());
  }

  #work(): void {
    this.#timer = null;
    const nowMs = this.#options.clock.monotonicMs();
    this.#repeat(nowMs);
    if (this.#isChecking) {
      const next = this.#pairs.find(({ state }) => state === "waiting");
      if (next !== undefined) this.#ask(next, false);
      if (nowMs - this.#startedMs > GIVE_UP_MS) {
        this.#isChecking = false;
        if (this.#selected === null) this.#enter("failed", "no way to the party was found");
      }
    }
    if (this.#selected !== null) this.#keepConsent(this.#selected, nowMs);
    if (this.#isChecking) this.#schedule(PACE_MS);
    else if (this.#state === "connected" || this.#state === "disconnected") this.#schedule(CONSENT_HURRY_MS);
  }

  #repeat(nowMs: number): void {
    for (const [transactionId, asked] of this.#asked) {
      if (nowMs < asked.nextMs) continue;
      // Consent is asked for anew instead; a check that nobody answers is over.
      if (asked.sends < MOST_SENDS && asked.pair !== this.#selected) {
        this.#send(asked);
        continue;
      }
      this.#asked.delete(transactionId);
      if (asked.nominates) this.#nominating = null;
      if (asked.pair.state === "checking") asked.pair.state = "failed";
    }
  }

  #keepConsent(pair: Pair, nowMs: number): void {
    const silentMs = nowMs - this.#consentMs;
    if (this.#state === "failed") return;
    if (silentMs > CONSENT_ENDS_MS) {
      this.#selected = null;
      this.#enter("failed", "the party has not answered for 30 s");
      return;
    }
    if (silentMs > DISCONNECTED_MS) this.#enter("disconnected", "the party does not answer");
    const everyMs = silentMs > CONSENT_MS + CONSENT_HURRY_MS ? CONSENT_HURRY_MS : CONSENT_MS;
    // After a restart the old way is kept without asking: its credentials are gone.
    if (nowMs - this.#consentAskedMs < everyMs || !this.#pairs.includes(pair)) return;
    this.#consentAskedMs = nowMs;
    this.#ask(pair, false);
  }

  #enter(state: IceState, why: string): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState(state, why);
  }
}

function newCredentials(random: Random): IceCredentials {
  // RFC 8839 §5.4 asks for 24 and 128 bits of chance at least; a character here has 6.
  return { ufrag: randomToken(random, 8), password: randomToken(random, 24) };
}
