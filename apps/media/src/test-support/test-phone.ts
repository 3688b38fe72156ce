import { decodeG711, encodeG711, type G711Codec } from "@jikimi/audio";
import type { Clock, Random } from "@jikimi/kernel";
import { AudioPlacer, openUdpPair, RtpEndpoint, RtpReader, type UdpPair } from "@jikimi/rtp";
import { type NegotiatedAudio, OfferAnswer } from "@jikimi/sdp";

export type HeardPacket = {
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payloadType: number;
};

/** A party on loopback with real sockets: says what it is given, 20 ms at a step, and keeps all it hears. */
export class TestPhone implements AsyncDisposable {
  readonly packets: HeardPacket[] = [];
  readonly digits: string[] = [];
  readonly negotiation: OfferAnswer;
  readonly pair: UdpPair;
  readonly endpoint: RtpEndpoint;
  audio: NegotiatedAudio | null = null;
  /** What it says next; silent (sends nothing) when it runs out. */
  #speech: Int16Array = new Int16Array(0);
  #spoken = 0;
  #losing = 0;
  readonly #heard: { position: number; pcm: Int16Array }[] = [];
  readonly #placer: AudioPlacer;

  private constructor(pair: UdpPair, { clock, random }: { clock: Clock; random: Random }) {
    this.pair = pair;
    this.#placer = new AudioPlacer({
      out: {
        audio: (position, codec, payload) =>
          this.#heard.push({ position, pcm: decodeG711(codec === "pcma" ? "pcma" : "pcmu", payload) }),
        gap: () => {},
      },
      isQuiet: () => true,
      silence: (_codec, samples) => new Uint8Array(samples).fill(0xff),
    });
    const raw = new RtpReader();
    pair.rtp.on("message", (bytes) => {
      if (!raw.read(bytes)) return;
      const { ssrc, sequence, timestamp, marker, payloadType } = raw;
      this.packets.push({ ssrc, sequence, timestamp, marker, payloadType });
    });
    this.endpoint = new RtpEndpoint(pair, {
      clock,
      random,
      listener: {
        audio: (packet, codec, nowMs) =>
          this.#placer.push(packet.ssrc, packet.sequence, packet.timestamp, packet.payload(), codec, nowMs),
        digit: ({ digit }) => this.digits.push(digit),
      },
    });
    this.negotiation = new OfferAnswer({
      local: { address: "127.0.0.1", rtpPort: pair.rtpPort, rtcpPort: pair.rtcpPort },
      random,
    });
  }

  static async open(tools: { clock: Clock; random: Random }): Promise<TestPhone> {
    const ports = { first: 43_000, last: 48_999 };
    return new TestPhone(await openUdpPair({ bindAddress: "127.0.0.1", ports, random: tools.random }), tools);
  }

  use(audio: NegotiatedAudio): void {
    this.audio = audio;
    this.endpoint.configure(audio);
  }

  say(pcm: Int16Array): void {
    this.#speech = pcm;
    this.#spoken = 0;
  }

  /** Skips what it would say in the next `packets` steps: the network lost it. */
  lose(packets: number): void {
    this.#losing = packets;
  }

  /** Sends 20 ms, if it has something to say. */
  step(nowMs: number): void {
    if (this.endpoint.stepDigits(nowMs) || this.audio === null) return;
    const frame = this.#speech.subarray(this.#spoken, this.#spoken + 160);
    this.#spoken += frame.length;
    if (frame.length < 160) return;
    const payload = encodeG711(this.codec, frame);
    if (this.#losing === 0) this.endpoint.sendFrame(payload, nowMs);
    else {
      this.#losing -= 1;
      this.endpoint.sender.frame(payload, this.audio.payloadType, nowMs);
    }
  }

  get codec(): G711Codec {
    return this.audio?.codec === "pcma" ? "pcma" : "pcmu";
  }

  /** What was heard so far as one piece, silence in the holes; heard again from here on by the next call. */
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
