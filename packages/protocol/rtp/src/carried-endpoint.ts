import type { Clock, Random } from "@jikimi/kernel";
import { DigitHearing } from "./digit-hearing.ts";
import { RtpReader } from "./packet.ts";
import { ReceiverStatistics } from "./receiver-statistics.ts";
import { RtcpSession } from "./rtcp-session.ts";
import type { EndpointListener, EndpointStats, PartyAudio, PartyEndpoint } from "./rtp-endpoint.ts";
import { RtpSender } from "./rtp-sender.ts";
import { DigitSender } from "./telephone-event.ts";
import { FrameCutter, WIDE_FRAME_SAMPLES, WIDE_RATIO, type WideCodec, WideReceiver, WideSender } from "./wide-band.ts";

/** What brings our packets to the party; encrypted, it may be, and only once there is a way. */
export interface PacketCarrier extends AsyncDisposable {
  /** The way is open. */
  readonly isOpen: boolean;
  sendRtp(packet: Uint8Array): void;
  sendRtcp(packet: Uint8Array): void;
}

/**
 * One party's RTP over a carrier that knows where the party is and lets nobody else through: no ports, no lock. It is for
 * a leg what `RtpEndpoint` is, and speaks the codec of the wire (`wide`) for a leg that is G.711 inside.
 */
export class CarriedEndpoint implements PartyEndpoint {
  readonly sender: RtpSender;
  readonly cname: string;
  readonly #carrier: PacketCarrier;
  readonly #clock: Clock;
  readonly #listener: EndpointListener;
  readonly #createWide: () => WideCodec;
  readonly #reader = new RtpReader();
  readonly #statistics = new ReceiverStatistics();
  readonly #digitsIn: DigitHearing;
  readonly #digitsOut = new DigitSender();
  readonly #rtcp: RtcpSession;
  readonly #cutter: FrameCutter;
  #wide: WideCodec | null = null;
  #wideIn: WideReceiver | null = null;
  #wideOut: WideSender | null = null;
  #audio: PartyAudio | null = null;
  #isWide = false;
  #lastPacketMs: number | null = null;
  #malformed = 0;
  #isClosed = false;

  /** Takes the carrier over: it is closed with the endpoint. */
  constructor(options: {
    readonly carrier: PacketCarrier;
    readonly clock: Clock;
    readonly random: Random;
    readonly listener: EndpointListener;
    /** Called once, when the wire's codec is first agreed on or heard. */
    readonly wide: () => WideCodec;
    /** The byte that is silence inside. */
    readonly silence: number;
  }) {
    const { carrier, clock, random, listener } = options;
    this.#carrier = carrier;
    this.#clock = clock;
    this.#listener = listener;
    this.#createWide = options.wide;
    this.#cutter = new FrameCutter(options.silence);
    this.#digitsIn = new DigitHearing(clock, (digit) => listener.digit?.(digit));
    this.cname = random.hex(12);
    this.sender = new RtpSender({
      ssrc: random.integer(2 ** 32),
      sequence: random.integer(2 ** 15),
      timestamp: random.integer(2 ** 32),
    });
    this.#rtcp = new RtcpSession({
      clock,
      random,
      sender: this.sender,
      statistics: this.#statistics,
      cname: this.cname,
      clockRatio: () => (this.#isWide ? WIDE_RATIO : 1),
      send: (bytes) => carrier.sendRtcp(bytes),
    });
  }

  configure(audio: PartyAudio): void {
    if (this.#audio === null) this.#rtcp.announce("", 1);
    this.#audio = audio;
    this.#isWide = audio.codec === "opus";
    if (this.#isWide) this.#wideOut ??= new WideSender(this.#wideCodec());
  }

  get canSend(): boolean {
    const audio = this.#audio;
    if (audio === null || !this.#carrier.isOpen) return false;
    return audio.direction === "sendrecv" || audio.direction === "sendonly";
  }

  get digitsBusy(): boolean {
    return this.#digitsOut.busy;
  }

  get lastPacketMs(): number | null {
    return this.#lastPacketMs;
  }

  sendFrame(payload: Uint8Array, nowMs: number): void {
    if (!this.canSend || this.#audio === null) return;
    this.#send(this.sender.frame(payload, this.#audio.payloadType, nowMs));
  }

  relay(packet: RtpReader, nowMs: number, payload?: Uint8Array): void {
    if (!this.canSend || this.#audio === null) {
      // What the party was not to hear (hold) is not lost: the sequence closes up.
      this.sender.skip(packet);
      return;
    }
    const { payloadType } = this.#audio;
    const length = payload?.length ?? packet.payloadEnd - packet.payloadStart;
    if (this.#isWide && (length !== WIDE_FRAME_SAMPLES || this.#cutter.isCutting(packet.ssrc))) {
      this.#cutter.cut(packet, payload ?? packet.payload(), (frame) => {
        const bytes = this.sender.relay(frame, payloadType, nowMs, frame.payload());
        if (bytes !== null) this.#send(bytes);
      });
      return;
    }
    const bytes = this.sender.relay(packet, payloadType, nowMs, payload);
    if (bytes !== null) this.#send(bytes);
  }

  queueDigits(digits: string): boolean {
    return this.#audio !== null && this.#audio.digitsPayloadType !== null && this.#digitsOut.queue(digits);
  }

  stepDigits(nowMs: number): boolean {
    const audio = this.#audio;
    if (audio === null || audio.digitsPayloadType === null || !this.#digitsOut.busy || !this.canSend) return false;
    const step = this.#digitsOut.step();
    for (let copy = 0; step !== null && copy < step.copies; copy++) {
      const isFirst = step.isFirst && copy === 0;
      const bytes = this.sender.event(step.payload, audio.digitsPayloadType, isFirst, nowMs);
      this.#carrier.sendRtp(this.#isWide && this.#wideOut !== null ? this.#wideOut.event(bytes, ratioOf(audio)) : bytes);
    }
    return true;
  }

  /** Whoever is on the way is known by the carrier: there is nothing to review. */
  review(): void {}

  stats(): EndpointStats {
    return {
      packetsReceived: this.#statistics.packetsReceived,
      packetsSent: this.sender.packets,
      packetsLost: this.#statistics.packetsLost,
      packetsRejected: this.#malformed + (this.#wideIn?.unusable ?? 0),
      jitterMs: this.#statistics.jitterMs,
      lastPacketMs: this.#lastPacketMs,
      roundTripMs: this.#rtcp.roundTripMs,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#digitsIn.close();
    this.#rtcp.close();
    await this.#carrier[Symbol.asyncDispose]();
  }

  /** A plain RTP packet of the party's. */
  receiveRtp(bytes: Uint8Array): void {
    const audio = this.#audio;
    const packet = this.#reader;
    const codec = audio !== null && packet.read(bytes) ? audio.receive.get(packet.payloadType) : undefined;
    if (codec === undefined || audio === null || this.#isClosed) {
      this.#malformed += 1;
      return;
    }
    const nowMs = this.#clock.monotonicMs();
    const isFirst = this.#lastPacketMs === null;
    const ratio = codec === "opus" || codec === "wide-digits" ? WIDE_RATIO : 1;
    this.#lastPacketMs = nowMs;
    this.#statistics.update(packet.ssrc, packet.sequence, packet.timestamp / ratio, nowMs);
    if (isFirst) this.#listener.locked?.();
    if (codec === "digits" || codec === "wide-digits") {
      this.#listener.digitPacket?.(packet);
      this.#digitsIn.push(packet, nowMs, 8 * ratio);
    } else if (audio.direction === "sendrecv" || audio.direction === "recvonly") {
      this.#hear(packet, codec, nowMs);
    }
  }

  receiveRtcp(bytes: Uint8Array): void {
    if (!this.#rtcp.receive(bytes, 1)) this.#malformed += 1;
  }

  #hear(packet: RtpReader, codec: string, nowMs: number): void {
    if (codec !== "opus") {
      this.#listener.audio(packet, codec, nowMs);
      return;
    }
    this.#wideIn ??= new WideReceiver(this.#wideCodec());
    const inside = this.#wideIn.turn(packet);
    if (inside !== null) this.#listener.audio(inside, this.#wideIn.law, nowMs);
  }

  #wideCodec(): WideCodec {
    this.#wide ??= this.#createWide();
    return this.#wide;
  }

  #send(bytes: Uint8Array): void {
    this.#carrier.sendRtp(this.#isWide && this.#wideOut !== null ? this.#wideOut.frame(bytes) : bytes);
  }
}

function ratioOf({ digitsClockHz }: PartyAudio): number {
  return digitsClockHz / 8000;
}
