import { decodeG711, encodeG711, g711Silence } from "@jikimi/audio";
import type { Clock, Random } from "@jikimi/kernel";
import { AudioPlacer, CarriedEndpoint, RtpReader } from "@jikimi/rtp";
import { type NegotiatedAudio, OfferAnswer, type SecureTransport } from "@jikimi/sdp";
import type { IceRole } from "@jikimi/webrtc";
import { TestBrowser } from "@jikimi/webrtc/testing";
import { TelephoneOpus } from "../telephone-opus.ts";
import type { HeardPacket } from "./test-phone.ts";

/** A browser as a party on loopback: real ICE, handshake and encryption; it says and keeps what `TestPhone` does. */
export class TestBrowserPhone implements AsyncDisposable {
  readonly packets: HeardPacket[] = [];
  readonly digits: string[] = [];
  readonly negotiation: OfferAnswer;
  readonly endpoint: CarriedEndpoint;
  readonly browser: TestBrowser;
  audio: NegotiatedAudio | null = null;
  #speech: Int16Array = new Int16Array(0);
  #spoken = 0;
  #losing = 0;
  #remote: SecureTransport | null = null;
  readonly #heard: { position: number; pcm: Int16Array }[] = [];
  readonly #placer: AudioPlacer;

  private constructor(browser: TestBrowser, { clock, random }: { clock: Clock; random: Random }) {
    this.browser = browser;
    this.#placer = new AudioPlacer({
      out: {
        audio: (position, codec, payload) =>
          this.#heard.push({ position, pcm: decodeG711(codec === "pcma" ? "pcma" : "pcmu", payload) }),
        gap: () => {},
      },
      isQuiet: () => true,
      silence: (_codec, samples) => new Uint8Array(samples).fill(0xff),
    });
    this.endpoint = new CarriedEndpoint({
      carrier: {
        get isOpen() {
          return browser.isOpen;
        },
        sendRtp: (packet) => {
          if (this.#losing > 0) this.#losing -= 1;
          else browser.sendRtp(Buffer.from(packet));
        },
        sendRtcp: (packet) => browser.sendRtcp(Buffer.from(packet)),
        [Symbol.asyncDispose]: () => browser[Symbol.asyncDispose](),
      },
      clock,
      random,
      wide: () => new TelephoneOpus(),
      silence: g711Silence("pcmu"),
      listener: {
        audio: (packet, codec, nowMs) =>
          this.#placer.push(packet.ssrc, packet.sequence, packet.timestamp, packet.payload(), codec, nowMs),
        digit: ({ digit }) => this.digits.push(digit),
      },
    });
    const raw = new RtpReader();
    browser.onRtp = (bytes) => {
      if (raw.read(bytes)) {
        const { ssrc, sequence, timestamp, marker, payloadType } = raw;
        this.packets.push({ ssrc, sequence, timestamp, marker, payloadType });
      }
      this.endpoint.receiveRtp(bytes);
    };
    const port = browser.local.candidates[0]?.port ?? 9;
    this.negotiation = new OfferAnswer({
      local: {
        address: "127.0.0.1",
        rtpPort: port,
        rtcpPort: port,
        secure: { ssrc: this.endpoint.sender.ssrc, cname: "browser", transport: () => browser.local },
      },
      random,
    });
  }

  static async open(tools: { clock: Clock; random: Random }): Promise<TestBrowserPhone> {
    return new TestBrowserPhone(await TestBrowser.open(tools), tools);
  }

  /** As Chromium describes itself: whoever answers begins the handshake, and the offer leaves it open. */
  static asBrowser(sdp: string): string {
    return sdp.replace("a=setup:passive", "a=setup:active");
  }

  use(audio: NegotiatedAudio, role: IceRole): void {
    this.audio = audio;
    const { secure } = audio;
    this.endpoint.configure(audio);
    if (secure === null || (secure.ufrag === this.#remote?.ufrag && secure.password === this.#remote.password)) return;
    this.#remote = secure;
    this.browser.connect(secure, role);
  }

  say(pcm: Int16Array): void {
    this.#speech = pcm;
    this.#spoken = 0;
  }

  /** The next `packets` get lost on the way. */
  lose(packets: number): void {
    this.#losing = packets;
  }

  /** Sends 20 ms, if it has something to say. */
  step(nowMs: number): void {
    if (this.endpoint.stepDigits(nowMs) || this.audio === null || !this.endpoint.canSend) return;
    const frame = this.#speech.subarray(this.#spoken, this.#spoken + 160);
    this.#spoken += frame.length;
    if (frame.length < 160) return;
    this.endpoint.sendFrame(encodeG711(this.audio.codec === "pcma" ? "pcma" : "pcmu", frame), nowMs);
  }

  /** As `TestPhone.takeHeard`. */
  takeHeard(): Int16Array {
    this.#placer.flush();
    const pieces = this.#heard.splice(0);
    const start = pieces[0]?.position ?? 0;
    const last = pieces.at(-1);
    const whole = new Int16Array(last === undefined ? 0 : last.position + last.pcm.length - start);
    for (const { position, pcm } of pieces) whole.set(pcm, position - start);
    return whole;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endpoint[Symbol.asyncDispose]();
  }
}
