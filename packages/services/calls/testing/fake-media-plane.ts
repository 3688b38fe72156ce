import { type CallId, type Clock, type EpochMs, type LegId, Listeners } from "@jikimi/kernel";
import type { RecordingSummary } from "@jikimi/recording";
import type {
  LegStats,
  LegTransportKind,
  MediaCapabilities,
  MediaEvent,
  MediaPlane,
  MediaWorkerHealth,
  RecordingRequest,
} from "../src/ports.ts";

/** How long every sound of the fake lasts, in ms. */
export const fakeSoundMs = 3000;

/**
 * A media plane without media: it keeps who is bridged, muted, tapped and recorded, and lets sounds take their time
 * on the clock it is given. Enough to tell the story of a call; audio itself is tested in `apps/media`.
 */
export class FakeMediaPlane implements MediaPlane {
  readonly capabilities: MediaCapabilities = { codecs: ["PCMU"], recordsEncrypted: true, keepsSsrcAcrossPrompts: true };
  readonly bridges = new Map<CallId, readonly [LegId, LegId]>();
  readonly legs = new Map<CallId, Set<LegId>>();
  readonly muted = new Set<LegId>();
  readonly taps = new Set<LegId>();
  readonly looping = new Set<string>();
  readonly recordings = new Map<CallId, RecordingRequest>();
  readonly echoing = new Set<LegId>();
  /** When a leg was last heard; a leg that is not here never was. */
  readonly heardAtMs = new Map<LegId, EpochMs>();
  readonly channels = new Map<string, LegId>();
  readonly sentDigits: { legId: LegId; digits: string }[] = [];
  /** The legs that began with an offer of ours, in order, and what each was to be. */
  readonly offered: { legId: LegId; transport: LegTransportKind }[] = [];
  /** Lines that cannot be had. */
  readonly refuses = new Set<LegTransportKind>();
  /** Set to make every sound fail to be read. */
  soundsFail = false;
  readonly #clock: Clock;
  readonly #listeners = new Listeners<MediaEvent>();
  readonly #plays = new Map<string, { stop(outcome: "stopped" | "leg-released"): void; legId: LegId }>();

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  async answer({ callId, legId }: { callId: CallId; legId: LegId }) {
    return this.#sdp(callId, legId);
  }

  async offer({ callId, legId, transport = "rtp" }: Parameters<MediaPlane["offer"]>[0]) {
    const isNew = !(this.legs.get(callId)?.has(legId) ?? false);
    if (isNew && this.refuses.has(transport)) return { kind: "unavailable" as const, why: "the test says so" };
    if (isNew) this.offered.push({ legId, transport });
    return this.#sdp(callId, legId);
  }

  async acceptAnswer() {
    return { kind: "ok" as const };
  }

  async bridge({ callId, legIds }: { callId: CallId; legIds: readonly [LegId, LegId] }) {
    this.bridges.set(callId, legIds);
  }

  async unbridge({ callId }: { callId: CallId }) {
    this.bridges.delete(callId);
  }

  async release({ callId, legId }: { callId: CallId; legId?: LegId }) {
    const released = legId === undefined ? [...(this.legs.get(callId) ?? [])] : [legId];
    for (const play of [...this.#plays.values()]) if (released.includes(play.legId)) play.stop("leg-released");
    if (legId === undefined) {
      this.legs.delete(callId);
      this.bridges.delete(callId);
    } else this.legs.get(callId)?.delete(legId);
  }

  async play(request: { callId: CallId; playId: string; legIds: readonly LegId[]; loop?: boolean }) {
    const { callId, playId } = request;
    const [legId] = request.legIds;
    if (legId === undefined) return;
    if (request.loop === true) {
      this.looping.add(playId);
      return;
    }
    const ids = { callId, legId, playId };
    if (this.soundsFail) {
      this.emit({ kind: "play-completed", ...ids, atMs: this.#now, playedMs: 0, outcome: "sound-unreadable" });
      return;
    }
    for (const before of [...this.#plays.values()]) if (before.legId === legId) before.stop("stopped");
    const startedAtMs = this.#now;
    const complete = (outcome: "completed" | "stopped" | "leg-released") => {
      if (!this.#plays.delete(playId)) return;
      timer.cancel();
      this.emit({ kind: "play-completed", ...ids, atMs: this.#now, playedMs: this.#now - startedAtMs, outcome });
    };
    const timer = this.#clock.after(fakeSoundMs, () => complete("completed"));
    this.#plays.set(playId, { stop: complete, legId });
    this.emit({ kind: "play-started", ...ids, atMs: startedAtMs });
  }

  async stopPlay({ playId }: { playId: string }) {
    this.looping.delete(playId);
    this.#plays.get(playId)?.stop("stopped");
  }

  async mute({ legId, muted }: { legId: LegId; muted: boolean }) {
    if (muted) this.muted.add(legId);
    else this.muted.delete(legId);
  }

  async startRecording(request: RecordingRequest) {
    this.recordings.set(request.callId, request);
  }

  async assignRecordingChannel({ channel, legId }: { channel: string; legId: LegId }) {
    this.channels.set(channel, legId);
  }

  async stopRecording({ callId }: { callId: CallId }): Promise<RecordingSummary | null> {
    const request = this.recordings.get(callId);
    if (request === undefined) return null;
    this.recordings.delete(callId);
    const durationMs = this.#now - request.startedAtMs;
    return { path: request.path, durationMs, sha256: "ab".repeat(32), gaps: [], complete: true };
  }

  async tap({ legId }: { legId: LegId }) {
    this.taps.add(legId);
  }

  async untap({ legId }: { legId: LegId }) {
    this.taps.delete(legId);
  }

  async echo({ legId }: { legId: LegId }) {
    this.echoing.add(legId);
  }

  async sendDtmf({ legId, digits }: { legId: LegId; digits: string }) {
    this.sentDigits.push({ legId, digits });
  }

  async stats(callId: CallId): Promise<readonly LegStats[]> {
    const nothing = { packetsReceived: 0, packetsSent: 0, packetsLost: 0, packetsRejected: 0, jitterMs: 0 };
    return [...(this.legs.get(callId) ?? [])].map((legId) => ({
      ...nothing,
      legId,
      lastPacketAtMs: this.heardAtMs.get(legId) ?? null,
    }));
  }

  async list() {
    return [...this.legs.keys()];
  }

  health(): readonly MediaWorkerHealth[] {
    return [{ workerId: "fake", alive: true, calls: this.legs.size }];
  }

  onEvent(listener: (event: MediaEvent) => void) {
    return this.#listeners.add(listener);
  }

  /** A party's key, silence, or a lost process: as the real plane would report it. */
  emit(event: MediaEvent): void {
    this.#listeners.emit(event);
  }

  /** The process behind these calls died. */
  loseCalls(callIds: readonly CallId[]): void {
    this.emit({ kind: "worker-lost", workerId: "fake", callIds, atMs: this.#now });
  }

  get #now(): EpochMs {
    return this.#clock.nowMs();
  }

  #sdp(callId: CallId, legId: LegId) {
    const legs = this.legs.get(callId) ?? new Set();
    this.legs.set(callId, legs.add(legId));
    const sdp = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n`;
    return { kind: "ok" as const, sdp };
  }
}
