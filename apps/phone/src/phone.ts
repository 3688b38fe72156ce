import type { Clock, Log, Random } from "@jikimi/kernel";
import { readDirection } from "@jikimi/sdp";
import {
  type Dialog,
  formatSipUri,
  type IncomingInvite,
  SipUserAgent,
  sipUri,
  TrunkRegistration,
  UdpTransport,
} from "@jikimi/sip";
import type { PhoneConfig, PhoneReport, PhoneRequest } from "@jikimi/worker-messages";
import { PhoneMedia } from "./phone-media.ts";

/**
 * A telephone with one line: a SIP user agent and an RTP endpoint of its own, told what to do by a director. It keeps
 * to the protocol as any telephone would, and knows nothing of what the server decides.
 */
export class Phone implements AsyncDisposable {
  readonly #config: PhoneConfig;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Log;
  readonly #report: (report: PhoneReport) => void;
  readonly #userAgent: SipUserAgent;
  #media: PhoneMedia | null = null;
  #dialog: Dialog | null = null;
  #dialling: AbortController | null = null;
  #registration: TrunkRegistration | null = null;
  #credentials: { username: string; password: string } | null = null;

  constructor(options: {
    config: PhoneConfig;
    clock: Clock;
    random: Random;
    log: Log;
    report: (report: PhoneReport) => void;
  }) {
    const { config, clock, random, log } = options;
    this.#config = config;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
    this.#report = options.report;
    this.#userAgent = new SipUserAgent({ clock, random, log, userAgent: "Jikimi phone", contactUser: config.user });
    this.#userAgent.onInvite((invite) => void this.#ring(invite));
  }

  async start(): Promise<void> {
    const bound = await this.#userAgent.listen(new UdpTransport({ host: this.#config.bindHost, port: 0 }));
    if (bound.kind !== "bound") throw new Error("the telephone has no SIP port");
    this.#report({ kind: "ready", sipPort: bound.address.port });
  }

  async carryOut(request: PhoneRequest): Promise<void> {
    switch (request.kind) {
      case "register":
        return this.#register(request);
      case "call":
        return this.#call(request.number);
      case "say":
        return this.#say(request.sayId, request.path);
      case "press":
        return this.#media?.press(request.digits);
      case "hold":
      case "resume":
        return this.#renegotiate(request.kind === "hold");
      case "refer": {
        const result = await this.#dialog?.refer(this.#serverUri(request.target));
        const status = result?.kind === "response" ? result.status : 503;
        return this.#report({ kind: "transferred", status });
      }
      case "hang-up":
        this.#dialling?.abort();
        await this.#dialog?.bye();
        return;
      case "stop":
        return this[Symbol.asyncDispose]();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#registration?.stop();
    await this.#userAgent.close({ graceMs: 500 });
    await this.#media?.close();
    this.#media = null;
  }

  #register(credentials: { username: string; password: string }): void {
    this.#credentials = { username: credentials.username, password: credentials.password };
    const registration = new TrunkRegistration({
      userAgent: this.#userAgent,
      clock: this.#clock,
      random: this.#random,
      log: this.#log,
      registrar: formatSipUri(sipUri(this.#config.server)),
      addressOfRecord: this.#serverUri(this.#config.user),
      contactUser: this.#config.user,
      credentials: this.#credentials,
    });
    registration.onStatus((status) => {
      if (status.kind === "registered") this.#report({ kind: "registered" });
      if (status.kind === "failed") {
        this.#report({ kind: "refused", what: "register", status: status.status ?? 408, reason: status.why });
      }
    });
    registration.start();
    this.#registration = registration;
  }

  async #call(number: string): Promise<void> {
    const media = await this.#openMedia();
    const offer = media.offer();
    this.#dialling = new AbortController();
    const outgoing = this.#userAgent.invite({
      target: this.#serverUri(number),
      from: { uri: this.#serverUri(this.#config.user), displayName: this.#config.displayName },
      offerSdp: offer,
      headers: [["X-Jikimi-Simulated", "yes"]],
      credentials: this.#credentials,
      signal: this.#dialling.signal,
    });
    outgoing.onProvisional(({ sdp }) => {
      if (sdp === null) this.#report({ kind: "ringing" });
      else media.accept(sdp);
    });
    const outcome = await outgoing.outcome;
    if (outcome.kind !== "answered") {
      const status = outcome.kind === "refused" ? outcome.status : 408;
      const reason = outcome.kind === "refused" ? outcome.reason : outcome.kind;
      this.#report({ kind: "refused", what: "call", status, reason });
      await this.#closeMedia();
      return;
    }
    if (outcome.answerSdp !== null) media.accept(outcome.answerSdp);
    this.#talk(outcome.dialog, media);
  }

  async #ring(invite: IncomingInvite): Promise<void> {
    if (this.#dialog !== null || this.#media !== null) return invite.reject(486);
    invite.ringing();
    this.#report({ kind: "incoming", from: invite.from.user ?? "" });
    const { answerAfterMs } = this.#config;
    if (answerAfterMs === null) return;
    const media = await this.#openMedia();
    await this.#clock.sleep(answerAfterMs, { signal: invite.cancelled }).catch(() => {});
    const sdp = invite.offerSdp === null ? media.offer() : media.answer(invite.offerSdp);
    if (invite.cancelled.aborted) return this.#closeMedia();
    if (sdp === null) {
      invite.reject(488);
      return this.#closeMedia();
    }
    const answered = await invite.answer(sdp);
    if (answered.kind !== "answered") return this.#closeMedia();
    if (invite.offerSdp === null && answered.remoteSdp !== null) media.accept(answered.remoteSdp);
    this.#talk(answered.dialog, media);
  }

  #talk(dialog: Dialog, media: PhoneMedia): void {
    this.#dialog = dialog;
    media.start();
    dialog.onReinvite(async (offerSdp) => {
      const sdp = offerSdp === null ? media.offer() : media.answer(offerSdp);
      if (sdp === null) return { kind: "reject", status: 488 };
      this.#log.info({ direction: offerSdp === null ? null : readDirection(offerSdp) }, "a new offer was answered");
      return { kind: "answer", sdp };
    });
    const onEnded = () => {
      if (this.#dialog !== dialog) return;
      this.#dialog = null;
      const end = dialog.endedBy;
      const reason = end?.kind === "remote-bye" ? (end.reasons[0]?.text ?? null) : null;
      void this.#closeMedia().then(() => {
        this.#report({ kind: "ended", by: end?.kind === "remote-bye" ? "remote" : "local", reason });
      });
    };
    dialog.ended.addEventListener("abort", onEnded, { once: true });
    this.#report({ kind: "answered" });
    if (dialog.ended.aborted) onEnded();
  }

  async #say(sayId: number, path: string): Promise<void> {
    const completed = (await this.#media?.say(path)) ?? false;
    this.#report({ kind: "said", sayId, completed });
  }

  async #renegotiate(hold: boolean): Promise<void> {
    const media = this.#media;
    if (media === null || this.#dialog === null) return;
    const result = await this.#dialog.reinvite(media.offer({ hold }));
    if (result.kind === "ok" && result.answerSdp !== null) media.accept(result.answerSdp);
  }

  async #openMedia(): Promise<PhoneMedia> {
    await this.#closeMedia();
    const { bindHost, heardPath } = this.#config;
    const media = await PhoneMedia.open({ bindHost, heardPath, clock: this.#clock, random: this.#random });
    media.onDigit((digit) => this.#report({ kind: "digit", digit }));
    this.#media = media;
    return media;
  }

  async #closeMedia(): Promise<void> {
    const media = this.#media;
    this.#media = null;
    await media?.close();
  }

  #serverUri(user: string): string {
    return formatSipUri(sipUri({ user, ...this.#config.server }));
  }
}
