import type { RemoteInfo, Socket } from "node:dgram";
import type { Clock, Random } from "@jikimi/kernel";
import { DigitHearing } from "./digit-hearing.ts";
import { KernelFilter } from "./kernel-filter.ts";
import { isRtcp, RtpReader } from "./packet.ts";
import { ReceiverStatistics } from "./receiver-statistics.ts";
import { RtcpSession } from "./rtcp-session.ts";
import { RtpSender } from "./rtp-sender.ts";
import { SourceLock } from "./source-lock.ts";
import { DigitSender, type HeardDigit } from "./telephone-event.ts";
import { openUdpPair, type PortRange, type UdpPair } from "./udp-pair.ts";

/** What the two sides agreed on, seen by us (`NegotiatedAudio` of @jikimi/sdp fits). */
export type EndpointAudio = {
  readonly payloadType: number;
  /** What each payload type that reaches us means; `digits` are telephone events, `wide-digits` the same at 48 kHz. */
  readonly receive: ReadonlyMap<number, string>;
  readonly digitsPayloadType: number | null;
  readonly direction: "sendrecv" | "sendonly" | "recvonly" | "inactive";
  readonly remote: {
    readonly address: string;
    readonly rtpPort: number;
    readonly rtcpAddress: string;
    readonly rtcpPort: number;
  } | null;
  readonly rtcpMux: boolean;
};

/** Told as it happens, from the socket's own callback: be quick, and use or copy what is a view. */
export interface EndpointListener {
  /** Audio from the locked source while the direction lets us receive; `packet` is the endpoint's own reader. */
  audio(packet: RtpReader, codec: string, nowMs: number): void;
  digit?(digit: HeardDigit): void;
  /** Each telephone-event packet, whether or not it completes a digit: what relays must close up the sequence. */
  digitPacket?(packet: RtpReader): void;
  /** The party's first audio: the lock closed, or moved. */
  locked?(): void;
  /** A socket failed; the endpoint goes on as far as it can. */
  failed?(failure: Error): void;
}

export type EndpointStats = {
  readonly packetsReceived: number;
  readonly packetsSent: number;
  readonly packetsLost: number;
  /**
   * From strangers, malformed, or of a payload type nobody agreed on; those that the kernel turned away (`review`) are not
   * among them.
   */
  readonly packetsRejected: number;
  readonly jitterMs: number;
  /** Monotonic; null before the first. */
  readonly lastPacketMs: number | null;
  /** Measured by RTCP; null until a report came back. */
  readonly roundTripMs: number | null;
};

export type PartyAudio = EndpointAudio & {
  /** What we send. */
  readonly codec: string;
  /** Of the digits we send. */
  readonly digitsClockHz: 8000 | 48_000;
};

/** One party as a leg sees it, whatever carries its packets. */
export interface PartyEndpoint extends AsyncDisposable {
  readonly sender: RtpSender;
  readonly canSend: boolean;
  readonly digitsBusy: boolean;
  readonly lastPacketMs: number | null;
  configure(audio: PartyAudio): void;
  sendFrame(payload: Uint8Array, nowMs: number): void;
  relay(packet: RtpReader, nowMs: number, payload?: Uint8Array): void;
  queueDigits(digits: string): boolean;
  stepDigits(nowMs: number): boolean;
  review(nowMs: number): void;
  stats(): EndpointStats;
}

/**
 * One party's RTP: a pair of UDP ports, the lock on its source, one outgoing source, digits both ways and RTCP. It sends
 * what it is told to, at once; who paces is not its business. Used by the media plane's legs and by the simulated phone.
 */
export class RtpEndpoint implements PartyEndpoint {
  readonly rtpPort: number;
  readonly rtcpPort: number;
  readonly sender: RtpSender;
  readonly #pair: UdpPair;
  readonly #clock: Clock;
  readonly #listener: EndpointListener;
  readonly #reader = new RtpReader();
  readonly #lock = new SourceLock();
  readonly #statistics = new ReceiverStatistics();
  readonly #digitsIn: DigitHearing;
  readonly #digitsOut = new DigitSender();
  readonly #rtcp: RtcpSession;
  readonly #filter: KernelFilter;
  #audio: EndpointAudio | null = null;
  #sendAddress = "";
  #sendPort = 0;
  #lastPacketMs: number | null = null;
  #malformed = 0;
  #closed = false;

  /** Takes over the pair: it is closed with the endpoint. */
  constructor(
    pair: UdpPair,
    { clock, random, listener }: { clock: Clock; random: Random; listener: EndpointListener },
  ) {
    this.#pair = pair;
    this.#filter = new KernelFilter(pair.rtp);
    this.#clock = clock;
    this.#listener = listener;
    this.#digitsIn = new DigitHearing(clock, (digit) => listener.digit?.(digit));
    this.rtpPort = pair.rtpPort;
    this.rtcpPort = pair.rtcpPort;
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
      send: (bytes, port, address) => this.#transmit(this.#audio?.rtcpMux ? pair.rtp : pair.rtcp, bytes, port, address),
    });
    pair.rtp.on("message", (bytes, from) => this.#receive(bytes, from));
    pair.rtcp.on("message", (bytes, from) => this.#receiveRtcp(bytes, from));
    for (const socket of [pair.rtp, pair.rtcp]) {
      socket.on("error", (failure) => {
        if (!this.#filter.isItsOwn(failure)) listener.failed?.(failure);
      });
    }
  }

  /** On a free pair of ports of the range. Rejects with `RtpError` when there is none. */
  static async open({
    bindAddress,
    ports,
    ...rest
  }: {
    bindAddress: string;
    ports: PortRange;
    clock: Clock;
    random: Random;
    listener: EndpointListener;
  }): Promise<RtpEndpoint> {
    return new RtpEndpoint(await openUdpPair({ bindAddress, ports, random: rest.random }), rest);
  }

  /** Takes the outcome of an offer and answer; again at each renegotiation. */
  configure(audio: EndpointAudio): void {
    const { remote } = audio;
    this.#audio = audio;
    if (remote !== null) {
      this.#lock.announce(remote.address, remote.rtpPort);
      if (!this.#lock.isLocked || audio.rtcpMux) this.#filter.off();
      this.#sendAddress = this.#lock.isLocked ? this.#lock.address : remote.address;
      this.#sendPort = this.#lock.isLocked ? this.#lock.port : remote.rtpPort;
      this.#rtcp.announce(
        audio.rtcpMux ? remote.address : remote.rtcpAddress,
        audio.rtcpMux ? remote.rtpPort : remote.rtcpPort,
      );
    }
  }

  /** Whether what we send may reach the party now: negotiated, and not on hold towards it. */
  get canSend(): boolean {
    const audio = this.#audio;
    return (
      audio !== null && audio.remote !== null && (audio.direction === "sendrecv" || audio.direction === "sendonly")
    );
  }

  /** Whether the party is to be heard now. */
  get canReceive(): boolean {
    const audio = this.#audio;
    return audio !== null && (audio.direction === "sendrecv" || audio.direction === "recvonly");
  }

  get takesDigits(): boolean {
    return this.#audio !== null && this.#audio.digitsPayloadType !== null;
  }

  get digitsBusy(): boolean {
    return this.#digitsOut.busy;
  }

  /** A frame of our own in the negotiated codec. */
  sendFrame(payload: Uint8Array, nowMs: number): void {
    if (!this.canSend || this.#audio === null) return;
    this.#sendRtp(this.sender.frame(payload, this.#audio.payloadType, nowMs));
  }

  /** The other party's packet, as it is (its header is rewritten in place) or with another payload. */
  relay(packet: RtpReader, nowMs: number, payload?: Uint8Array): void {
    if (!this.canSend || this.#audio === null) return;
    const bytes = this.sender.relay(packet, this.#audio.payloadType, nowMs, payload);
    if (bytes !== null) this.#sendRtp(bytes);
  }

  /** False when the party takes no telephone events, or what is asked is no digit. Sent by `stepDigits`. */
  queueDigits(digits: string): boolean {
    return this.takesDigits && this.#digitsOut.queue(digits);
  }

  /** One 20 ms step of what `queueDigits` left to send; true while digits take the place of audio. */
  stepDigits(nowMs: number): boolean {
    const payloadType = this.#audio?.digitsPayloadType ?? null;
    if (!this.#digitsOut.busy || payloadType === null || !this.canSend) return false;
    const step = this.#digitsOut.step();
    for (let copy = 0; step !== null && copy < step.copies; copy++) {
      this.#sendRtp(this.sender.event(step.payload, payloadType, step.isFirst && copy === 0, nowMs));
    }
    return true;
  }

  /** About once a second, by who relays much: lets the kernel turn strangers away once the source is settled. */
  review(nowMs: number): void {
    if (this.#audio?.rtcpMux === false) this.#filter.review(nowMs, this.#lock, this.#lastPacketMs);
  }

  stats(): EndpointStats {
    return {
      packetsReceived: this.#statistics.packetsReceived,
      packetsSent: this.sender.packets,
      packetsLost: this.#statistics.packetsLost,
      packetsRejected: this.#lock.rejected + this.#malformed,
      jitterMs: this.#statistics.jitterMs,
      lastPacketMs: this.#lastPacketMs,
      roundTripMs: this.#rtcp.roundTripMs,
    };
  }

  get lastPacketMs(): number | null {
    return this.#lastPacketMs;
  }

  /** Says goodbye by RTCP and closes both sockets. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#digitsIn.close();
    this.#rtcp.close();
    this.#closed = true;
    const { rtp, rtcp } = this.#pair;
    await Promise.all([rtp, rtcp].map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }

  #receive(bytes: Buffer, from: RemoteInfo): void {
    if (isRtcp(bytes)) {
      this.#receiveRtcp(bytes, from);
      return;
    }
    const audio = this.#audio;
    const packet = this.#reader;
    if (audio === null || !packet.read(bytes)) {
      this.#malformed += 1;
      return;
    }
    const codec = audio.receive.get(packet.payloadType);
    if (codec === undefined) {
      // Comfort noise (RFC 3389) that nobody asked for says at least that the party is there.
      if (packet.payloadType === 13 && from.port === this.#lock.port) this.#lastPacketMs = this.#clock.monotonicMs();
      else this.#malformed += 1;
      return;
    }
    const nowMs = this.#clock.monotonicMs();
    const verdict = this.#lock.judge(from.address, from.port, packet.ssrc, packet.sequence, nowMs);
    if (verdict === "rejected" || verdict === "probing") return;
    if (verdict === "locked") {
      this.#sendAddress = from.address;
      this.#sendPort = from.port;
    }
    this.#lastPacketMs = nowMs;
    this.#statistics.update(packet.ssrc, packet.sequence, packet.timestamp, nowMs);
    if (verdict === "locked") this.#listener.locked?.();
    if (codec === "digits") this.#hearDigit(packet, nowMs);
    else if (this.canReceive) this.#listener.audio(packet, codec, nowMs);
  }

  #hearDigit(packet: RtpReader, nowMs: number): void {
    this.#listener.digitPacket?.(packet);
    this.#digitsIn.push(packet, nowMs);
  }

  #receiveRtcp(bytes: Buffer, from: RemoteInfo): void {
    const trusted = this.#lock.isLocked ? this.#lock.address : this.#audio?.remote?.address;
    if (from.address !== trusted || !this.#rtcp.receive(bytes, from.port)) this.#malformed += 1;
  }

  #sendRtp(bytes: Buffer): void {
    this.#transmit(this.#pair.rtp, bytes, this.#sendPort, this.#sendAddress);
  }

  #transmit(socket: Socket, bytes: Buffer, port: number, address: string): void {
    // Without a callback a datagram that cannot leave is dropped in silence: as lost as one that gets lost further on.
    if (this.#closed) return;
    if (this.#filter.isOn && socket === this.#pair.rtp) socket.send(bytes);
    else socket.send(bytes, port, address);
  }
}
