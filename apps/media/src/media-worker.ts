import type { CallId, Clock, EpochMs, Log, Random } from "@jikimi/kernel";
import { type createRecordingWriter, RecordingError } from "@jikimi/recording";
import { Pacer, RtpError } from "@jikimi/rtp";
import { LegTransports, WebrtcError } from "@jikimi/webrtc";
import type {
  MediaCommand,
  MediaPlaneEvent,
  MediaReport,
  MediaRequest,
  MediaResult,
  MediaWorkerConfig,
} from "@jikimi/worker-messages";
import { CallMedia } from "./call-media.ts";
import { MediaError } from "./errors.ts";
import { Leg } from "./leg.ts";
import { SoundShelf } from "./sound-shelf.ts";
import { TapConnections } from "./tap-connections.ts";

export type MediaWorkerOptions = {
  readonly config: MediaWorkerConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly createRecordingWriter: typeof createRecordingWriter;
  readonly report: (report: MediaReport) => void;
};

type StartRecording = Extract<MediaCommand, { kind: "start-recording" }>;

const NOTHING: MediaResult = { kind: "nothing" };
const WATCH_EVERY_TICKS = 50;
const WORK_EVERY_TICKS = 5;

/** The media process without its process: requests in, reports out. One beat drives all that is sent by the clock. */
export class MediaWorker implements AsyncDisposable {
  readonly #options: MediaWorkerOptions;
  readonly #calls = new Map<CallId, CallMedia>();
  readonly #sounds = new SoundShelf();
  readonly #taps: TapConnections;
  readonly #pacer: Pacer;
  readonly #transports: LegTransports;
  #ticks = 0;

  constructor(options: MediaWorkerOptions) {
    this.#options = options;
    const { clock, random, config } = options;
    this.#taps = new TapConnections(options);
    this.#pacer = new Pacer({ clock, onTick: (dueMs) => this.#tick(dueMs) });
    this.#transports = new LegTransports({ ...config, clock, random, ports: config.rtpPorts });
  }

  /** Answers every request with one report. Never rejects. */
  async handle({ requestId, command }: MediaRequest): Promise<void> {
    const { report, log } = this.#options;
    try {
      report({ kind: "done", requestId, result: await this.#carryOut(command) });
    } catch (failure) {
      const { code, why } = describeFailure(failure);
      if (code === "internal") log.error({ command: command.kind, failure: why }, "a media command failed");
      report({ kind: "failed", requestId, code, why });
    }
  }

  /** Whether a sound is on its way to any leg of the call. */
  isPlaying(callId: CallId): boolean {
    return this.#calls.get(callId)?.isPlaying ?? false;
  }

  /** Closes every recording, leg and tap. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#pacer.stop();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    await Promise.all(calls.map((call) => call[Symbol.asyncDispose]()));
    this.#taps[Symbol.dispose]();
  }

  async #carryOut(command: MediaCommand): Promise<MediaResult> {
    switch (command.kind) {
      case "answer": {
        const { leg, answer } = await this.#open(command.callId).answer(command);
        this.#forgetEmpty(command.callId);
        if (answer.kind === "unacceptable") return answer;
        return { kind: "sdp", sdp: answer.sdp, memory: plain(leg) };
      }
      case "offer": {
        const { leg, sdp } = await this.#open(command.callId).offer(command);
        return { kind: "sdp", sdp, memory: plain(leg) };
      }
      case "accept-answer": {
        const why = this.#call(command.callId).acceptAnswer(command.legId, command.answerSdp);
        return why === null ? NOTHING : { kind: "unacceptable", why };
      }
      case "bridge":
        this.#call(command.callId).bridge(command.legIds);
        return NOTHING;
      case "unbridge":
        this.#calls.get(command.callId)?.unbridge();
        return NOTHING;
      case "release":
        await this.#release(command);
        return NOTHING;
      case "play":
        this.#call(command.callId).play(command);
        return NOTHING;
      case "stop-play":
        this.#calls.get(command.callId)?.stopPlay(command.playId);
        return NOTHING;
      case "mute":
        this.#call(command.callId).mute(command.legId, command.muted);
        return NOTHING;
      case "start-recording":
        await this.#startRecording(command);
        return NOTHING;
      case "assign-channel":
        this.#call(command.callId).assignChannel(command.channel, command.legId);
        return NOTHING;
      case "stop-recording": {
        const summary = (await this.#calls.get(command.callId)?.stopRecording()) ?? null;
        this.#forgetEmpty(command.callId);
        return { kind: "recording", summary: summary === null ? null : { ...summary, gaps: [...summary.gaps] } };
      }
      case "tap":
        this.#call(command.callId).tap(command.legId, command.sink);
        return NOTHING;
      case "untap":
        this.#calls.get(command.callId)?.untap(command.legId);
        return NOTHING;
      case "echo":
        this.#call(command.callId).echo(command.legId, command.delayMs);
        return NOTHING;
      case "send-digits":
        this.#call(command.callId).sendDigits(command.legId, command.digits);
        return NOTHING;
      case "stats":
        return { kind: "stats", legs: this.#stats(command.callId) };
      case "ping":
      case "stop":
        return NOTHING;
    }
  }

  #tick(dueMs: number): void {
    this.#ticks += 1;
    // Calls take turns, so that no beat carries the work of all.
    let turn = this.#ticks;
    for (const call of this.#calls.values()) {
      call.tick(dueMs);
      if (turn % WORK_EVERY_TICKS === 0) call.work(dueMs);
      if (turn % WATCH_EVERY_TICKS === 0) call.watch(dueMs);
      turn += 1;
    }
    this.#taps.send();
  }

  #call(callId: CallId): CallMedia {
    const call = this.#calls.get(callId);
    if (call === undefined) throw new MediaError("unknown-leg", `no call ${callId}`);
    return call;
  }

  #open(callId: CallId): CallMedia {
    const known = this.#calls.get(callId);
    if (known !== undefined) return known;
    const { config, clock, random, log, report } = this.#options;
    const transports = this.#transports;
    const call = new CallMedia({
      callId,
      clock,
      log,
      sounds: this.#sounds,
      taps: this.#taps,
      openLeg: (leg) => Leg.open({ ...config, ...leg, clock, random, log, transports }),
      report: (event: MediaPlaneEvent) => report({ kind: "event", event }),
    });
    this.#calls.set(callId, call);
    this.#pacer.start();
    return call;
  }

  async #release({ callId, legId }: Extract<MediaCommand, { kind: "release" }>): Promise<void> {
    const call = this.#calls.get(callId);
    if (call === undefined) return;
    if (legId !== null) {
      await call.release(legId);
      this.#forgetEmpty(callId);
      return;
    }
    this.#calls.delete(callId);
    if (this.#calls.size === 0) this.#pacer.stop();
    await call[Symbol.asyncDispose]();
  }

  #forgetEmpty(callId: CallId): void {
    if (this.#calls.get(callId)?.isEmpty !== true) return;
    this.#calls.delete(callId);
    if (this.#calls.size === 0) this.#pacer.stop();
  }

  async #startRecording(command: StartRecording): Promise<void> {
    const { callId, path, startedAtMs } = command;
    const { clock, log, report } = this.#options;
    const call = this.#call(callId);
    if (call.isRecording) throw new MediaError("recording-exists", "the call is already being recorded");
    const callKey = Buffer.from(command.callKey, "base64");
    const wrappedKey = Buffer.from(command.wrappedKey, "base64");
    const writer = await this.#options.createRecordingWriter({
      path,
      callId,
      startedAtMs,
      callKey,
      wrappedKey,
      clock,
      onFailure: (reason, cause) => {
        log.error({ callId, reason, cause: String(cause) }, "recording failed");
        report({ kind: "event", event: { kind: "recording-failed", callId, reason, atMs: clock.nowMs() } });
      },
    });
    callKey.fill(0);
    if (this.#calls.get(callId) !== call) {
      await writer.close();
      throw new MediaError("unknown-leg", `call ${callId} was released meanwhile`);
    }
    try {
      call.startRecording(writer, command);
    } catch (failure) {
      await writer.close();
      throw failure;
    }
  }

  #stats(callId: CallId): Extract<MediaResult, { kind: "stats" }>["legs"] {
    const { clock } = this.#options;
    const epochOffsetMs = clock.nowMs() - clock.monotonicMs();
    return (this.#calls.get(callId)?.legs ?? []).map((leg) => {
      const { lastPacketMs, roundTripMs: _, ...numbers } = leg.stats();
      const lastPacketAtMs = lastPacketMs === null ? null : (Math.round(epochOffsetMs + lastPacketMs) as EpochMs);
      return { legId: leg.legId, ...numbers, lastPacketAtMs };
    });
  }
}

/** As it travels: arrays of its own. */
function plain({ memory }: Leg) {
  return {
    ...memory,
    lines: memory.lines.map((line) => ({ ...line, formats: [...line.formats] })),
    codecs: [...memory.codecs],
  };
}

function describeFailure(failure: unknown): { code: MediaError["code"]; why: string } {
  const why = failure instanceof Error ? failure.message : String(failure);
  if (failure instanceof MediaError) return { code: failure.code, why };
  if (failure instanceof RtpError || failure instanceof WebrtcError) return { code: "no-free-ports", why };
  if (failure instanceof RecordingError) return { code: "recording-failed", why };
  return { code: "internal", why };
}
