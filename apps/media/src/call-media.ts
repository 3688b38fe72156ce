import type { G711Codec } from "@jikimi/audio";
import type { CallId, Clock, EpochMs, LegId, Log, Speaker } from "@jikimi/kernel";
import type { RecordingSummary, RecordingWriter } from "@jikimi/recording";
import { offersSecureAudio, type SdpAnswer, type SdpMemory } from "@jikimi/sdp";
import type { MediaPlaneEvent } from "@jikimi/worker-messages";
import { CallPlays } from "./call-plays.ts";
import { CallRecorder } from "./call-recorder.ts";
import { Echo } from "./echo.ts";
import { MediaError } from "./errors.ts";
import type { Leg, LegEvent } from "./leg.ts";
import type { SoundShelf } from "./sound-shelf.ts";
import type { TapConnections, TapSink } from "./tap-connections.ts";
import { SAMPLES_PER_MS } from "./telephone-sound.ts";

export type CallMediaOptions = {
  readonly callId: CallId;
  readonly clock: Clock;
  readonly log: Log;
  readonly sounds: SoundShelf;
  readonly taps: TapConnections;
  readonly openLeg: (leg: {
    readonly legId: LegId;
    readonly memory: SdpMemory | null;
    readonly isBrowser: boolean;
    readonly onEvent: (leg: Leg, event: LegEvent) => void;
  }) => Promise<Leg>;
  readonly report: (event: MediaPlaneEvent) => void;
};

/** The media of one call: its legs, what goes between them, what is played, heard and kept. */
export class CallMedia implements AsyncDisposable {
  readonly callId: CallId;
  readonly #options: CallMediaOptions;
  readonly #legs = new Map<LegId, Leg>();
  readonly #opening = new Map<LegId, Promise<Leg>>();
  readonly #plays: CallPlays;
  #bridged: readonly [Leg, Leg] | null = null;
  #recorder: CallRecorder | null = null;
  /** Something is to be sent by the clock: a sound, digits or silence. Whatever may be, `tick` finds out. */
  #isPaced = true;
  #closed = false;

  constructor(options: CallMediaOptions) {
    this.callId = options.callId;
    this.#options = options;
    this.#plays = new CallPlays({
      started: (playId, leg) => this.#report({ kind: "play-started", ...this.#at(leg), playId }),
      completed: (playId, leg, outcome, playedMs) =>
        this.#report({ kind: "play-completed", ...this.#at(leg), playId, outcome, playedMs }),
      sent: (leg, dueMs, codec, payload) => this.#sent(leg, dueMs, codec, payload),
    });
  }

  get isEmpty(): boolean {
    return this.#legs.size === 0 && this.#opening.size === 0 && this.#recorder === null;
  }

  get legs(): readonly Leg[] {
    return [...this.#legs.values()];
  }

  async answer(request: {
    legId: LegId;
    offerSdp: string;
    hold: boolean;
    memory: SdpMemory | null;
  }): Promise<{ leg: Leg; answer: SdpAnswer }> {
    const isNew = !this.#legs.has(request.legId);
    const leg = await this.#openLeg(request.legId, request.memory, offersSecureAudio(request.offerSdp));
    const answer = leg.answer(request.offerSdp, { hold: request.hold, prefer: this.#codecBeside(leg) });
    // A leg that never came to be keeps no port.
    if (answer.kind === "unacceptable" && isNew) await this.release(request.legId);
    return { leg, answer };
  }

  /** `transport` is of a new leg; one that goes on from elsewhere stays what it was. */
  async offer(request: {
    legId: LegId;
    hold: boolean;
    memory: SdpMemory | null;
    transport: "rtp" | "webrtc";
  }): Promise<{ leg: Leg; sdp: string }> {
    const { memory, transport } = request;
    const isBrowser = memory === null ? transport === "webrtc" : memory.secure !== null;
    const leg = await this.#openLeg(request.legId, memory, isBrowser);
    return { leg, sdp: leg.offer({ hold: request.hold, prefer: this.#codecBeside(leg) }) };
  }

  /** Null when the answer is taken, else why not. */
  acceptAnswer(legId: LegId, answerSdp: string): string | null {
    return this.#leg(legId).acceptAnswer(answerSdp);
  }

  bridge([one, other]: readonly [LegId, LegId]): void {
    const legs = [this.#leg(one), this.#leg(other)] as const;
    this.unbridge();
    this.#bridged = legs;
    legs[0].bridgeTo(legs[1]);
    legs[1].bridgeTo(legs[0]);
  }

  unbridge(): void {
    for (const leg of this.#bridged ?? []) leg.bridgeTo(null);
    this.#bridged = null;
  }

  async release(legId: LegId): Promise<void> {
    const leg = this.#legs.get(legId);
    if (leg === undefined) return;
    this.#legs.delete(legId);
    if (this.#bridged?.includes(leg)) this.unbridge();
    this.#plays.release(leg);
    this.#recorder?.leave(leg, this.#position());
    await leg[Symbol.asyncDispose]();
  }

  /** Resolves once the play is asked for; the sound is read and played from there on. */
  play(request: { playId: string; legIds: readonly LegId[]; path: string; loop: boolean }): void {
    const { playId, legIds, path, loop } = request;
    const [first, ...others] = legIds;
    if (first === undefined) throw new MediaError("unknown-leg", "a play without a leg");
    const more = others.flatMap((legId) => this.#legs.get(legId) ?? []);
    this.#isPaced = true;
    this.#plays.announce(playId, [this.#leg(first), ...more], loop);
    void this.#options.sounds.load(path).then((load) => {
      if (load.kind === "ok") this.#plays.begin(playId, load.sound);
      else {
        this.#options.log.error({ callId: this.callId, path, why: load.why }, "a sound cannot be read");
        this.#plays.unreadable(playId);
      }
    });
  }

  stopPlay(playId: string): void {
    this.#plays.stop(playId);
  }

  mute(legId: LegId, muted: boolean): void {
    this.#leg(legId).mute(muted);
  }

  /** Takes the writer over; a second recording at a time is refused. */
  startRecording(
    writer: RecordingWriter,
    request: { startedAtMs: EpochMs; channels: Readonly<Record<Speaker, LegId | null>> },
  ): void {
    if (this.#recorder !== null) throw new MediaError("recording-exists", "the call is already being recorded");
    const { clock } = this.#options;
    const zeroMs = clock.monotonicMs() - (clock.nowMs() - request.startedAtMs);
    this.#recorder = new CallRecorder(writer, Math.round(zeroMs * SAMPLES_PER_MS));
    for (const channel of ["caller", "agent"] as const) {
      const legId = request.channels[channel];
      const leg = legId === null ? undefined : this.#legs.get(legId);
      if (leg !== undefined) this.#recorder.assign(channel, leg, Math.round(zeroMs * SAMPLES_PER_MS));
    }
  }

  assignChannel(channel: Speaker, legId: LegId): void {
    this.#recorder?.assign(channel, this.#leg(legId), this.#position());
  }

  async stopRecording(): Promise<RecordingSummary | null> {
    const recorder = this.#recorder;
    this.#recorder = null;
    return recorder === null ? null : recorder.close(this.#position());
  }

  get isPlaying(): boolean {
    return this.#plays.isPlaying;
  }

  get isRecording(): boolean {
    return this.#recorder !== null;
  }

  tap(legId: LegId, sink: TapSink): void {
    const { clock, log, taps } = this.#options;
    const { said } = this.#leg(legId);
    const epochOffsetMs = clock.nowMs() - clock.monotonicMs();
    const tapLog = log.child({ callId: this.callId, legId });
    said.tapTo(taps.open(sink, { epochOffsetMs, log: tapLog }));
  }

  /** The party hears itself, later by `delayMs`, until something else is played to it or the leg is released. */
  echo(legId: LegId, delayMs: number): void {
    const leg = this.#leg(legId);
    const playId = `${legId}/echo`;
    const { clock } = this.#options;
    const echo = new Echo({ delayMs, position: Math.round(clock.monotonicMs() * SAMPLES_PER_MS) });
    this.#isPaced = true;
    leg.said.tapTo(echo);
    this.#plays.announce(playId, [leg], false);
    this.#plays.begin(playId, echo);
  }

  untap(legId: LegId): void {
    this.#legs.get(legId)?.said.tapTo(null);
  }

  sendDigits(legId: LegId, digits: string): void {
    this.#isPaced = true;
    if (this.#leg(legId).sendDigits(digits)) return;
    throw new MediaError("digits-not-negotiated", "the party takes no telephone events, or these are no digits");
  }

  /**
   * Every 20 ms. While both parties simply talk there is nothing to send by the clock, and 100 ms are soon enough to notice
   * that one of them has stopped (`work`).
   */
  tick(dueMs: number): void {
    if (this.#bridged !== null && !this.#isPaced) return;
    this.#plays.tick(dueMs);
    let isPaced = this.#plays.isPending;
    for (const leg of this.#legs.values()) isPaced = leg.tick(dueMs) || isPaced;
    this.#isPaced = isPaced;
  }

  /** Every 100 ms: what the parties said goes to tap and record. */
  work(nowMs: number): void {
    for (const leg of this.#legs.values()) leg.said.work(nowMs);
    this.#isPaced = true;
  }

  /** About once a second. */
  watch(nowMs: number): void {
    for (const leg of this.#legs.values()) leg.watch(nowMs);
    this.#recorder?.settle(Math.round(nowMs * SAMPLES_PER_MS));
  }

  /** Releases every leg and closes the recording. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const recording = this.stopRecording();
    await Promise.all([recording, ...[...this.#legs.keys()].map((legId) => this.release(legId))]);
  }

  #leg(legId: LegId): Leg {
    const leg = this.#legs.get(legId);
    if (leg === undefined) throw new MediaError("unknown-leg", `no leg ${legId} in call ${this.callId}`);
    return leg;
  }

  async #openLeg(legId: LegId, memory: SdpMemory | null, isBrowser: boolean): Promise<Leg> {
    const known = this.#legs.get(legId) ?? this.#opening.get(legId);
    if (known !== undefined) return known;
    const opening = this.#options.openLeg({
      legId,
      // What was remembered of another kind of line is of no use to this one.
      memory: memory !== null && (memory.secure !== null) === isBrowser ? memory : null,
      isBrowser,
      onEvent: (leg, event) => this.#told(leg, event),
    });
    this.#opening.set(legId, opening);
    try {
      const leg = await opening;
      if (this.#closed) {
        await leg[Symbol.asyncDispose]();
        throw new MediaError("unknown-leg", `call ${this.callId} was released meanwhile`);
      }
      this.#legs.set(legId, leg);
      return leg;
    } finally {
      this.#opening.delete(legId);
    }
  }

  /** What the other leg speaks: to speak the same saves transcoding. */
  #codecBeside(leg: Leg): G711Codec | null {
    const bridged = this.#bridged?.includes(leg) ? this.#bridged : this.legs;
    return bridged.find((other) => other !== leg && other.codec !== null)?.codec ?? null;
  }

  #sent(leg: Leg, dueMs: number, codec: G711Codec, payload: Uint8Array): void {
    this.#recorder?.played(leg, Math.round(dueMs * SAMPLES_PER_MS), codec, payload);
  }

  #told(leg: Leg, event: LegEvent): void {
    if (event.kind === "digit") {
      this.#report({ kind: "digit", ...this.#at(leg), digit: event.digit.digit, durationMs: event.digit.durationMs });
    } else {
      this.#report({ ...event, ...this.#at(leg) });
    }
  }

  #at({ legId }: Leg): { callId: CallId; legId: LegId; atMs: EpochMs } {
    return { callId: this.callId, legId, atMs: this.#options.clock.nowMs() };
  }

  #report(event: MediaPlaneEvent): void {
    this.#options.report(event);
  }

  #position(): number {
    return Math.round(this.#options.clock.monotonicMs() * SAMPLES_PER_MS);
  }
}
