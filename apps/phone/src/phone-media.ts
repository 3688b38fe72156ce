import { readFile, writeFile } from "node:fs/promises";
import { decodeG711, encodeG711, type G711Codec, g711Silence, readSound, writeWav } from "@jikimi/audio";
import type { Clock, Random } from "@jikimi/kernel";
import { Pacer, RtpEndpoint, type RtpReader, timestampDistance } from "@jikimi/rtp";
import { type NegotiatedAudio, OfferAnswer } from "@jikimi/sdp";

/** Where a telephone's RTP ports lie: apart from the server's own default range. */
const ports = { first: 40_000, last: 49_999 };
const frameSamples = 160;
const sampleRateHz = 8000;

type Saying = { readonly pcm: Int16Array; next: number; readonly done: (completed: boolean) => void };

/**
 * A telephone's microphone and loudspeaker: says sound files, silence in between, every 20 ms; keeps what it hears when
 * asked to.
 */
export class PhoneMedia {
  readonly #endpoint: RtpEndpoint;
  readonly #offerAnswer: OfferAnswer;
  readonly #pacer: Pacer;
  readonly #heardPath: string | null;
  readonly #heard: { readonly at: number; readonly pcm: Int16Array }[] = [];
  #codec: G711Codec = "pcmu";
  #saying: Saying | null = null;
  #firstTimestamp: number | null = null;
  #onDigit: (digit: string) => void = () => {};
  #closed = false;

  private constructor(endpoint: RtpEndpoint, offerAnswer: OfferAnswer, clock: Clock, heardPath: string | null) {
    this.#endpoint = endpoint;
    this.#offerAnswer = offerAnswer;
    this.#heardPath = heardPath;
    this.#pacer = new Pacer({ clock, onTick: (dueMs) => this.#tick(dueMs) });
  }

  static async open(options: {
    bindHost: string;
    heardPath: string | null;
    clock: Clock;
    random: Random;
  }): Promise<PhoneMedia> {
    const { bindHost, clock, random } = options;
    let media: PhoneMedia | null = null;
    const endpoint = await RtpEndpoint.open({
      bindAddress: bindHost,
      ports,
      clock,
      random,
      listener: {
        audio: (packet, codec) => media?.hear(packet, codec),
        digit: ({ digit }) => media?.hearDigit(digit),
      },
    });
    const local = { address: bindHost, rtpPort: endpoint.rtpPort, rtcpPort: endpoint.rtcpPort };
    media = new PhoneMedia(endpoint, new OfferAnswer({ local, random }), clock, options.heardPath);
    return media;
  }

  offer({ hold = false }: { hold?: boolean } = {}): string {
    return this.#offerAnswer.offer({ hold });
  }

  /** Null when the offer is not for a telephone like this one. */
  answer(offerSdp: string): string | null {
    const answered = this.#offerAnswer.answer(offerSdp);
    if (answered.kind !== "ok") return null;
    this.#configure(answered.audio);
    return answered.sdp;
  }

  accept(answerSdp: string): void {
    const accepted = this.#offerAnswer.acceptAnswer(answerSdp);
    if (accepted.kind === "ok") this.#configure(accepted.audio);
  }

  /** Begins to send; until then the line is only agreed on. */
  start(): void {
    this.#pacer.start();
  }

  onDigit(listener: (digit: string) => void): void {
    this.#onDigit = listener;
  }

  press(digits: string): void {
    this.#endpoint.queueDigits(digits);
  }

  /** Resolves when the last packet left (true), or when something else was said or the call ended before (false). */
  async say(path: string): Promise<boolean> {
    const sound = readSound(await readFile(path));
    if (sound.kind === "unreadable") throw new Error(`${path}: ${sound.why}`);
    this.#saying?.done(false);
    if (this.#closed) return false;
    return new Promise((resolve) => {
      this.#saying = { pcm: sound.pcm, next: 0, done: resolve };
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#pacer.stop();
    this.#saying?.done(false);
    this.#saying = null;
    await this.#endpoint[Symbol.asyncDispose]();
    if (this.#heardPath !== null) await writeFile(this.#heardPath, this.#heardWav());
  }

  #configure(audio: NegotiatedAudio): void {
    this.#codec = audio.codec === "pcma" ? "pcma" : "pcmu";
    this.#endpoint.configure(audio);
  }

  #tick(dueMs: number): void {
    if (this.#endpoint.stepDigits(dueMs)) return;
    const saying = this.#saying;
    if (saying === null) {
      this.#endpoint.sendFrame(new Uint8Array(frameSamples).fill(g711Silence(this.#codec)), dueMs);
      return;
    }
    const frame = new Int16Array(frameSamples);
    frame.set(saying.pcm.subarray(saying.next, saying.next + frameSamples));
    saying.next += frameSamples;
    this.#endpoint.sendFrame(encodeG711(this.#codec, frame), dueMs);
    if (saying.next >= saying.pcm.length) {
      this.#saying = null;
      saying.done(true);
    }
  }

  private hearDigit(digit: string): void {
    this.#onDigit(digit);
  }

  private hear(packet: RtpReader, codec: string): void {
    if (this.#heardPath === null) return;
    this.#firstTimestamp ??= packet.timestamp;
    const at = timestampDistance(this.#firstTimestamp, packet.timestamp);
    if (at >= 0) this.#heard.push({ at, pcm: decodeG711(codec as G711Codec, packet.payload()) });
  }

  /** Placed by RTP timestamp, so that what was not sent is silence here. */
  #heardWav(): Uint8Array {
    const pcm = new Int16Array(Math.max(0, ...this.#heard.map(({ at, pcm: piece }) => at + piece.length)));
    for (const { at, pcm: piece } of this.#heard) pcm.set(piece, at);
    return writeWav({ sampleRateHz, channels: [pcm] });
  }
}
