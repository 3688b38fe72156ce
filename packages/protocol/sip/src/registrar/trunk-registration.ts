import { type Clock, Listeners, type Log, type Random, type Timer } from "@jikimi/kernel";
import type {
  Destination,
  DigestCredentials,
  IncomingInvite,
  RegistrationStatus,
  RequestResult,
  RequestSeries,
  UserAgent,
} from "../api.ts";
import { parseNameAddr } from "../message/fields.ts";
import type { SipResponse } from "../message/message.ts";
import { parseSipUri } from "../message/uri.ts";

export type TrunkRegistrationOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly userAgent: UserAgent;
  /** The Request-URI: `sip:provider.example`. */
  readonly registrar: string;
  /** The address of record: `sip:0212345678@provider.example`. */
  readonly addressOfRecord: string;
  /** User part of our Contact: what the provider writes into the Request-URI of its calls. Default: the AOR's. */
  readonly contactUser?: string;
  readonly credentials?: DigestCredentials | null;
  /** An outbound proxy, when it is not the registrar. */
  readonly destination?: Destination | null;
  /** What we ask for; default 300. The provider may grant less, or demand more by 423. */
  readonly expiresSeconds?: number;
};

/** 30 s doubling up to 30 minutes, each time between half and the whole of it (as RFC 5626 §4.5 spreads its load). */
const RETRY_BASE_MS = 30_000;
const RETRY_MAX_MS = 1_800_000;
/** Refreshed this long before the end, or at half time where that is sooner. */
const REFRESH_MARGIN_MS = 30_000;

/**
 * Keeps us registered with a provider, or a phone with its server.
 *
 *   stopped ─ start ─► registering ─ 200 ─► registered ─ refresh due ─► registering
 *      ▲                   │ ▲
 *      └── stop: Expires 0 │ └── back-off over ── failed ◄── anything else
 *                          └─────────────────────────┘
 */
export class TrunkRegistration {
  readonly #options: TrunkRegistrationOptions;
  /** Of this registration alone, and told to nobody but the provider. */
  readonly #line: string;
  readonly #series: RequestSeries;
  readonly #listeners: Listeners<RegistrationStatus>;
  #status: RegistrationStatus = { kind: "stopped" };
  #timer: Timer | null = null;
  #underWay: Promise<unknown> = Promise.resolve();
  #failures = 0;
  #expiresSeconds: number;
  /** Counts starts and stops, so that an answer to an earlier attempt is known as such. */
  #epoch = 0;

  constructor(options: TrunkRegistrationOptions) {
    const { addressOfRecord, random, userAgent } = options;
    this.#options = options;
    this.#line = random.hex(12);
    this.#expiresSeconds = options.expiresSeconds ?? 300;
    this.#listeners = new Listeners((failure) => options.log.error({ failure }, "a registration listener failed"));
    this.#series = userAgent.series({
      from: { uri: addressOfRecord },
      credentials: options.credentials ?? null,
      contactUser: options.contactUser ?? parseSipUri(addressOfRecord)?.user ?? "jikimi",
      contactLine: this.#line,
    });
  }

  get status(): RegistrationStatus {
    return this.#status;
  }

  onStatus(listener: (status: RegistrationStatus) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Whether the provider sent this INVITE: it rings our Contact, or comes from the address that we registered at. */
  isFromProvider({ requestUri, source }: IncomingInvite): boolean {
    if (this.#status.kind === "stopped") return false;
    return requestUri.params.get("line") === this.#line || source.remoteHost === this.#series.peerHost;
  }

  start(): void {
    if (this.#status.kind !== "stopped") return;
    this.#epoch += 1;
    void this.#attempt(this.#epoch);
  }

  /** Unregisters; resolves when the provider has answered or cannot. */
  async stop(): Promise<void> {
    const mayBeRegistered = this.#status.kind === "registered" || this.#status.kind === "registering";
    this.#epoch += 1;
    this.#timer?.cancel();
    this.#timer = null;
    this.#tell({ kind: "stopped" });
    await this.#underWay;
    if (mayBeRegistered) await this.#register(0);
  }

  async #attempt(epoch: number): Promise<void> {
    if (this.#status.kind !== "registered") this.#tell({ kind: "registering" });
    const first = this.#register(this.#expiresSeconds);
    this.#underWay = first;
    let result = await first;
    const minimum = minExpiresOf(result);
    if (minimum !== null && minimum > this.#expiresSeconds) {
      this.#expiresSeconds = minimum;
      if (epoch === this.#epoch) result = await this.#register(minimum);
    }
    if (epoch !== this.#epoch) return;
    if (result.kind === "response" && result.status < 300) this.#succeed(result.response, epoch);
    else this.#fail(result, epoch);
  }

  #register(expiresSeconds: number): Promise<RequestResult> {
    return this.#series.send({
      method: "REGISTER",
      target: this.#options.registrar,
      to: { uri: this.#options.addressOfRecord },
      destination: this.#options.destination ?? null,
      headers: [["Expires", String(expiresSeconds)]],
    });
  }

  #succeed(response: SipResponse, epoch: number): void {
    this.#failures = 0;
    const lastsMs = grantedSeconds(response, this.#series.contact, this.#expiresSeconds) * 1_000;
    this.#tell({ kind: "registered", expiresAtMs: this.#options.clock.nowMs() + lastsMs });
    this.#after(Math.max(lastsMs / 2, lastsMs - REFRESH_MARGIN_MS), epoch);
  }

  #fail(result: RequestResult, epoch: number): void {
    const { clock, random, log } = this.#options;
    this.#failures += 1;
    const ceilingMs = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** (this.#failures - 1));
    const askedMs = result.kind === "response" ? retryAfterMs(result.response) : 0;
    const delayMs = Math.max(askedMs, ceilingMs / 2 + random.integer(ceilingMs / 2));
    const status = result.kind === "response" ? result.status : null;
    const why = result.kind === "response" ? result.reason : result.kind;
    log.warn({ why, status, retryInMs: delayMs }, "registration failed");
    this.#tell({ kind: "failed", why, status, retryAtMs: clock.nowMs() + delayMs });
    this.#after(delayMs, epoch);
  }

  #after(delayMs: number, epoch: number): void {
    this.#timer = this.#options.clock.after(delayMs, () => {
      if (epoch === this.#epoch) void this.#attempt(epoch);
    });
  }

  #tell(status: RegistrationStatus): void {
    this.#status = status;
    this.#listeners.emit(status);
  }
}

function minExpiresOf(result: RequestResult): number | null {
  if (result.kind !== "response" || result.status !== 423) return null;
  const text = result.response.headers.get("min-expires") ?? "";
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function retryAfterMs(response: SipResponse): number {
  const digits = /^\d{1,6}/.exec(response.headers.get("retry-after") ?? "")?.[0];
  return digits === undefined ? 0 : Number(digits) * 1_000;
}

/** What the provider granted our own contact; else its Expires header; else what we asked. At least 1 s. */
function grantedSeconds(response: SipResponse, contact: string | null, askedSeconds: number): number {
  const contacts = response.headers.values("contact").flatMap((text) => parseNameAddr(text) ?? []);
  const ours = contacts.find((address) => address.uri === contact) ?? (contacts.length === 1 ? contacts[0] : undefined);
  const text = ours?.params.get("expires") ?? response.headers.get("expires") ?? "";
  return Math.max(1, /^\d{1,9}$/.test(text) ? Number(text) : askedSeconds);
}
