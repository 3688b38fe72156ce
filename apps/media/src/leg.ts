import { type G711Codec, transcodeG711 } from "@jikimi/audio";
import type { Clock, LegId, Log, Random } from "@jikimi/kernel";
import {
  type EndpointListener,
  type EndpointStats,
  type HeardDigit,
  openUdpPair,
  type PartyEndpoint,
  type PortRange,
  RtpEndpoint,
  type RtpReader,
  type UdpPair,
} from "@jikimi/rtp";
import {
  type LocalAudio,
  type NegotiatedAudio,
  OfferAnswer,
  receives,
  type SdpAnswer,
  type SdpMemory,
} from "@jikimi/sdp";
import type { IceRole, LegTransports } from "@jikimi/webrtc";
import { BrowserLine } from "./browser-line.ts";
import { SaidAudio } from "./said-audio.ts";
import { SilenceWatch } from "./silence-watch.ts";
import { SAMPLES_PER_MS, silence } from "./telephone-sound.ts";
import type { TrackRecorder } from "./track-recorder.ts";

export type LegEvent =
  | { readonly kind: "digit"; readonly digit: HeardDigit }
  | { readonly kind: "rtp-started" }
  | { readonly kind: "rtp-timeout"; readonly silentMs: number }
  | { readonly kind: "rtp-resumed" };

export type LegOptions = {
  readonly legId: LegId;
  readonly bindAddress: string;
  readonly advertisedAddress: string;
  readonly rtpPorts: PortRange;
  readonly rtpTimeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly memory: SdpMemory | null;
  /** The party is a browser: DTLS-SRTP over what these open, and no pair of ports. */
  readonly isBrowser: boolean;
  readonly transports: LegTransports;
  readonly onEvent: (leg: Leg, event: LegEvent) => void;
};

/** With nothing to relay for this long the party hears silence, so that no NAT closes and no phone gives up. */
const FILL_AFTER_MS = 200;
const FILL_UNBRIDGED_AFTER_MS = 40;
/** The longest packet that is transcoded: 200 ms. */
const LONGEST_PAYLOAD = 1600;

/**
 * One party of a call, from its socket on. What it says goes to the leg it is bridged with and to `said`; what it hears is
 * one source, be it the other party, a sound or silence.
 */
export class Leg implements EndpointListener, AsyncDisposable {
  readonly legId: LegId;
  readonly said = new SaidAudio();
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onEvent: (leg: Leg, event: LegEvent) => void;
  readonly #browser: BrowserLine | null;
  readonly #endpoint: PartyEndpoint;
  readonly #negotiation: OfferAnswer;
  readonly #silenceWatch: SilenceWatch;
  readonly #transcoded = Buffer.alloc(LONGEST_PAYLOAD);
  #audio: NegotiatedAudio | null = null;
  #codec: G711Codec = "pcmu";
  #peer: Leg | null = null;
  #muted = false;
  #isPlayedTo = false;
  #filling = false;
  /** The party is being sent digits: they take the place of audio. */
  #sendingDigits = false;
  #socketFailed = false;

  private constructor(line: BrowserLine | UdpPair, options: LegOptions) {
    const { clock, random, advertisedAddress } = options;
    this.legId = options.legId;
    this.#clock = clock;
    this.#log = options.log;
    this.#onEvent = options.onEvent;
    let local: LocalAudio;
    if (line instanceof BrowserLine) {
      const endpoint = line.endpointFor(this);
      this.#browser = line;
      this.#endpoint = endpoint;
      local = line.localOf(endpoint);
    } else {
      this.#browser = null;
      this.#endpoint = new RtpEndpoint(line, { clock, random, listener: this });
      local = { address: advertisedAddress, rtpPort: line.rtpPort, rtcpPort: line.rtcpPort };
    }
    this.#negotiation = new OfferAnswer({ local, random, memory: options.memory ?? undefined });
    this.#silenceWatch = new SilenceWatch(options.rtpTimeoutMs, (event) => this.#onEvent(this, event));
  }

  /** Rejects with `RtpError` or `WebrtcError` when no port can be had. */
  static async open(options: LegOptions): Promise<Leg> {
    const { bindAddress, rtpPorts: ports, random } = options;
    const line = options.isBrowser ? BrowserLine.open(options) : openUdpPair({ bindAddress, ports, random });
    return new Leg(await line, options);
  }

  /** What to remember of the negotiation, should the leg have to go on elsewhere. */
  get memory(): SdpMemory {
    return this.#negotiation.memory;
  }

  /** What the party is sent, or what that is made of; null until it is negotiated. */
  get codec(): G711Codec | null {
    return this.#audio === null ? null : this.#codec;
  }

  get canSend(): boolean {
    return this.#endpoint.canSend;
  }

  /** Negotiated so that the party is not heard. */
  get isHeld(): boolean {
    return this.#audio !== null && !receives(this.#audio.direction);
  }

  get digitsBusy(): boolean {
    return this.#sendingDigits;
  }

  /** `prefer` saves transcoding when the party offers it. */
  answer(offerSdp: string, wish: { hold: boolean; prefer: G711Codec | null }): SdpAnswer {
    const answer = this.#negotiation.answer(offerSdp, sdpWish(wish));
    if (answer.kind === "ok") this.#configure(answer.audio, "controlled");
    return answer;
  }

  offer(wish: { hold: boolean; prefer: G711Codec | null }): string {
    return this.#negotiation.offer(sdpWish(wish));
  }

  /** Null when the answer is taken, else why not. */
  acceptAnswer(answerSdp: string): string | null {
    const accepted = this.#negotiation.acceptAnswer(answerSdp);
    if (accepted.kind === "unacceptable") return accepted.why;
    this.#configure(accepted.audio, "controlling");
    return null;
  }

  /** From now on this leg says to `peer` what it says; null says it to nobody. */
  bridgeTo(peer: Leg | null): void {
    if (peer !== null && peer !== this.#peer) peer.#endpoint.sender.interrupt();
    this.#peer = peer;
  }

  mute(muted: boolean): void {
    this.#muted = muted;
  }

  recordOn(track: TrackRecorder | null): void {
    this.said.recordOn(track);
  }

  /** While a sound is played to it the leg does not hear the other party. */
  setPlayedTo(isPlayedTo: boolean): void {
    this.#isPlayedTo = isPlayedTo;
  }

  /** False when the party takes no digits, or they are none. */
  sendDigits(digits: string): boolean {
    if (!this.#endpoint.queueDigits(digits)) return false;
    this.#sendingDigits = true;
    return true;
  }

  /** A frame of a sound, in this leg's codec. */
  sendFrame(payload: Uint8Array, dueMs: number): void {
    this.#filling = false;
    this.#endpoint.sendFrame(payload, dueMs);
  }

  /**
   * One 20 ms step of what is ours to send: digits, or silence where there is nothing else. Sounds come by `sendFrame`.
   * True while there is more to send.
   */
  tick(dueMs: number): boolean {
    if (this.#sendingDigits) {
      if (this.#endpoint.stepDigits(dueMs)) return true;
      this.#sendingDigits = this.#endpoint.digitsBusy;
    }
    if (this.#isPlayedTo || !this.#endpoint.canSend) return this.#sendingDigits;
    if (!this.#filling) {
      const quietMs = dueMs - this.#endpoint.sender.lastSentMs;
      this.#filling = quietMs > (this.#peer === null ? FILL_UNBRIDGED_AFTER_MS : FILL_AFTER_MS);
    }
    if (this.#filling) this.#endpoint.sendFrame(silence(this.#codec), dueMs);
    return this.#filling;
  }

  /** About once a second. */
  watch(nowMs: number): void {
    this.#silenceWatch.check(nowMs, this.#endpoint.lastPacketMs);
    this.#endpoint.review(nowMs);
  }

  stats(): EndpointStats {
    return this.#endpoint.stats();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#peer = null;
    this.said.close();
    await this.#endpoint[Symbol.asyncDispose]();
  }

  // What the endpoint tells, packet by packet.

  audio(packet: RtpReader, codec: string, nowMs: number): void {
    this.#silenceWatch.heard();
    // First on to the other party; only the header is rewritten on the way, and `packet` has read it already.
    if (this.#peer !== null) this.#peer.#hear(packet, codec, this.#muted, nowMs);
    this.said.push(packet, codec, nowMs);
  }

  digit(digit: HeardDigit): void {
    this.#onEvent(this, { kind: "digit", digit });
  }

  digitPacket(packet: RtpReader): void {
    if (this.#peer !== null) this.#peer.#endpoint.sender.skip(packet);
  }

  locked(): void {
    this.#onEvent(this, { kind: "rtp-started" });
  }

  /** Told once: a telephone that is gone refuses every packet, fifty a second. */
  failed(failure: Error): void {
    if (this.#socketFailed) return;
    this.#socketFailed = true;
    this.#log.warn({ legId: this.legId, failure: failure.message }, "a socket of a leg failed");
  }

  /** The other party's packet. */
  #hear(packet: RtpReader, codec: string, muted: boolean, nowMs: number): void {
    if (this.#isPlayedTo || this.#sendingDigits) {
      this.#endpoint.sender.skip(packet);
      return;
    }
    this.#filling = false;
    if (muted) {
      this.#endpoint.relay(packet, nowMs, silence(this.#codec, packet.payloadEnd - packet.payloadStart));
    } else if (codec === this.#codec) {
      this.#endpoint.relay(packet, nowMs);
    } else {
      const length = Math.min(packet.payloadEnd - packet.payloadStart, LONGEST_PAYLOAD);
      transcodeG711(codec === "pcma" ? "pcma" : "pcmu", packet.payload(), this.#transcoded);
      this.#endpoint.relay(packet, nowMs, this.#transcoded.subarray(0, length));
    }
  }

  #configure(audio: NegotiatedAudio, role: IceRole): void {
    const wasHeld = this.isHeld;
    this.#audio = audio;
    // Opus is turned into G.711 at the edge.
    this.#codec = audio.codec === "pcma" ? "pcma" : "pcmu";
    this.#endpoint.configure(audio);
    this.#browser?.connect(audio, role);
    const nowMs = this.#clock.monotonicMs();
    this.#silenceWatch.expect(!this.isHeld, nowMs);
    if (this.isHeld !== wasHeld) this.said.setHeld(this.isHeld, Math.round(nowMs * SAMPLES_PER_MS));
  }
}

function sdpWish({ hold, prefer }: { hold: boolean; prefer: G711Codec | null }) {
  return prefer === null ? { hold } : { hold, prefer };
}
