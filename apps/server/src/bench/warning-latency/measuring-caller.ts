import { g711Silence } from "@jikimi/audio";
import type { Clock, Random } from "@jikimi/kernel";
import { openUdpPair, Pacer, RTP_HEADER_BYTES, RtpReader, type UdpPair, writeRtpHeader } from "@jikimi/rtp";
import type { Dialog, SipUserAgent } from "@jikimi/sip";
import { frameSamples, type Phrase } from "./phrase.ts";

const host = "127.0.0.1";
const ports = { first: 40_000, last: 44_999 };
const silence = new Uint8Array(frameSamples).fill(g711Silence("pcmu"));
/** Fewer samples that are not silence than this could be a click. */
const leastLoudSamples = 20;
/** No sound for this long: whatever played is over. */
const quietMs = 600;
const warningWithinMs = 12_000;

/**
 * A citizen's telephone that looks at its own socket: it knows when a packet left and when one came, which no report of
 * the server's could tell it. The agent's telephone says nothing, so the first packet with sound in it is the warning's.
 */
export class MeasuringCaller implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #pair: UdpPair;
  readonly #pacer: Pacer;
  readonly #reader = new RtpReader();
  readonly #ssrc: number;
  #sequence = 0;
  #timestamp = 0;
  #target = 0;
  #dialog: Dialog | null = null;
  #saying: { readonly phrase: Phrase; next: number; readonly spoken: (atMs: number) => void } | null = null;
  #lastLoudMs = 0;
  #onLoud: (atMs: number) => void = () => {};

  private constructor(pair: UdpPair, clock: Clock, random: Random) {
    this.#pair = pair;
    this.#clock = clock;
    this.#ssrc = random.integer(2 ** 32);
    this.#pacer = new Pacer({ clock, onTick: () => this.#tick() });
    pair.rtp.on("message", (message) => this.#hear(message));
  }

  /** Rings and is answered; rejects when anything else happens. */
  static async ring(options: {
    readonly userAgent: SipUserAgent;
    readonly user: string;
    readonly number: string;
    readonly sipPort: number;
    readonly clock: Clock;
    readonly random: Random;
  }): Promise<MeasuringCaller> {
    const { userAgent, user, number, sipPort, clock, random } = options;
    const caller = new MeasuringCaller(await openUdpPair({ bindAddress: host, ports, random }), clock, random);
    const outcome = await userAgent.invite({
      target: `sip:${number}@${host}:${sipPort}`,
      from: { uri: `sip:${user}@${host}` },
      offerSdp: caller.#offer(),
    }).outcome;
    const port = outcome.kind === "answered" ? /^m=audio (\d+)/m.exec(outcome.answerSdp ?? "")?.[1] : undefined;
    if (outcome.kind !== "answered" || port === undefined) {
      await caller[Symbol.asyncDispose]();
      throw new Error(`the call of ${user} was not answered: ${outcome.kind}`);
    }
    caller.#dialog = outcome.dialog;
    caller.#target = Number(port);
    caller.#pacer.start();
    return caller;
  }

  /** Says the phrase once all is quiet. Resolves to how long after its end a warning began; null when none came. */
  async provoke(phrase: Phrase, pauseMs: number): Promise<number | null> {
    await this.#quiet();
    await this.#clock.sleep(pauseMs);
    const spokenMs = await new Promise<number>((resolve) => {
      this.#saying = { phrase, next: 0, spoken: resolve };
    });
    const warnedMs = await new Promise<number | null>((resolve) => {
      const patience = this.#clock.after(warningWithinMs, () => resolve(null));
      this.#onLoud = (atMs) => {
        patience.cancel();
        resolve(atMs);
      };
    });
    this.#onLoud = () => {};
    return warnedMs === null ? null : warnedMs - spokenMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pacer.stop();
    await this.#dialog?.bye();
    for (const socket of [this.#pair.rtp, this.#pair.rtcp]) {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    }
  }

  /** The phrase's own trailing silence runs on meanwhile: it is part of what the server hears. */
  async #quiet(): Promise<void> {
    for (;;) {
      const quietForMs = this.#clock.monotonicMs() - this.#lastLoudMs;
      if (quietForMs >= quietMs && this.#saying === null) return;
      await this.#clock.sleep(Math.max(20, quietMs - quietForMs));
    }
  }

  #tick(): void {
    const saying = this.#saying;
    const frame = saying?.phrase.frames[saying.next] ?? silence;
    const packet = Buffer.alloc(RTP_HEADER_BYTES + frame.length);
    writeRtpHeader(packet, false, 0, this.#sequence, this.#timestamp, this.#ssrc);
    packet.set(frame, RTP_HEADER_BYTES);
    this.#pair.rtp.send(packet, this.#target, host);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#timestamp = (this.#timestamp + frameSamples) >>> 0;
    if (saying === null) return;
    if (saying.next === saying.phrase.lastVoicedFrame) saying.spoken(this.#clock.monotonicMs());
    saying.next += 1;
    if (saying.next >= saying.phrase.frames.length) this.#saying = null;
  }

  #hear(message: Buffer): void {
    if (!this.#reader.read(message) || !isLoud(this.#reader.payload())) return;
    const atMs = this.#clock.monotonicMs();
    this.#lastLoudMs = atMs;
    this.#onLoud(atMs);
  }

  #offer(): string {
    const lines = [
      "v=0",
      `o=bench 1 1 IN IP4 ${host}`,
      "s=-",
      `c=IN IP4 ${host}`,
      "t=0 0",
      `m=audio ${this.#pair.rtpPort} RTP/AVP 0`,
      "a=rtpmap:0 PCMU/8000",
      "a=sendrecv",
      "",
    ];
    return lines.join("\r\n");
  }
}

/** PCMU writes silence as 0xFF or 0x7F. */
function isLoud(payload: Uint8Array): boolean {
  let loud = 0;
  for (const byte of payload) if ((byte & 0x7f) !== 0x7f) loud += 1;
  return loud >= leastLoudSamples;
}
