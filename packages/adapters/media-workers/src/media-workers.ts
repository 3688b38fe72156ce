import type { AcceptResult, LegStats, MediaEvent, MediaPlane, MediaWorkerHealth, SdpResult } from "@jikimi/calls";
import { type CallId, type Clock, type LegId, Listeners, type Log } from "@jikimi/kernel";
import {
  type LegMemory,
  type MediaCommand,
  MediaReport,
  type MediaRequest,
  type MediaResult,
  type MediaWorkerConfig,
} from "@jikimi/worker-messages";
import { type WorkerEntry, type WorkerHealth, WorkerPool, type WorkerTimings } from "@jikimi/worker-pool";
import { MediaWorkersError } from "./errors.ts";
import { type MediaWorker, PendingRequests } from "./pending-requests.ts";

export type MediaWorkersOptions = {
  readonly entry: WorkerEntry;
  readonly config: Omit<MediaWorkerConfig, "workerId" | "rtpTimeoutMs"> & { readonly rtpTimeoutMs?: number };
  readonly clock: Clock;
  readonly log: Log;
  readonly workers?: number;
  readonly requestTimeoutMs?: number;
} & Partial<WorkerTimings>;

/** A worker whose loop stands still has left its calls silent; a recording waits for its disk for 5 s at most. */
const timings: WorkerTimings = {
  startTimeoutMs: 20_000,
  heartbeatMs: 1_000,
  hungAfterMs: 3_000,
  stopPatienceMs: 7_000,
};

/** Where a call's media is, and what its legs remember; without a process after a loss, until a leg is offered again. */
type PlacedCall = { process: MediaWorker | null; readonly legs: Map<LegId, LegMemory> };

/** The disk may be slow: creating and closing a recording is waited for longer. */
const RECORDING_TIMEOUT_MS = 10_000;

/**
 * The media plane over forked processes. A call's legs live together in the worker that had the fewest calls. When a worker
 * dies its calls are named by `worker-lost`; offering or answering a leg again places the call on another worker, where the
 * leg goes on with its own session id. Its recording goes on as another file: the first one ends with its last block.
 */
export class MediaWorkers implements MediaPlane, AsyncDisposable {
  readonly capabilities = {
    codecs: ["opus", "PCMU", "PCMA"],
    recordsEncrypted: true,
    keepsSsrcAcrossPrompts: true,
  } as const;
  readonly #options: MediaWorkersOptions;
  readonly #pool: WorkerPool<MediaRequest, MediaReport>;
  readonly #pending: PendingRequests;
  readonly #calls = new Map<CallId, PlacedCall>();
  readonly #listeners: Listeners<MediaEvent>;

  constructor(options: MediaWorkersOptions) {
    this.#options = options;
    const { log } = options;
    this.#listeners = new Listeners((failure) =>
      log.error({ failure: String(failure) }, "a listener of the media plane failed"),
    );
    this.#pending = new PendingRequests(options.clock);
    this.#pool = new WorkerPool<MediaRequest, MediaReport>({
      ...timings,
      ...options,
      name: "media",
      workers: options.workers ?? 1,
      speech: {
        report: MediaReport,
        ping: () => this.#pending.unawaited({ kind: "ping" }),
        stop: () => this.#pending.unawaited({ kind: "stop" }),
      },
      onReport: (report) => this.#hear(report),
      onLost: (worker, workerId) => this.#lost(worker, workerId),
    });
  }

  /** Forks the workers. Resolves to how many became ready at their first try; the others go on being tried. Never rejects. */
  start(): Promise<{ readonly ready: number }> {
    return this.#pool.start();
  }

  answer({ callId, legId, offerSdp, hold = false }: Parameters<MediaPlane["answer"]>[0]): Promise<SdpResult> {
    return this.#negotiate(callId, legId, (memory) => ({ kind: "answer", callId, legId, offerSdp, hold, memory }));
  }

  offer({ callId, legId, hold = false, transport = "rtp" }: Parameters<MediaPlane["offer"]>[0]): Promise<SdpResult> {
    return this.#negotiate(callId, legId, (memory) => ({ kind: "offer", callId, legId, hold, memory, transport }));
  }

  async acceptAnswer(request: Parameters<MediaPlane["acceptAnswer"]>[0]): Promise<AcceptResult> {
    const result = await this.#request(request.callId, { kind: "accept-answer", ...request });
    return result.kind === "unacceptable" ? result : { kind: "ok" };
  }

  async bridge({ callId, legIds: [one, other] }: Parameters<MediaPlane["bridge"]>[0]): Promise<void> {
    await this.#request(callId, { kind: "bridge", callId, legIds: [one, other] });
  }

  async unbridge({ callId }: { callId: CallId }): Promise<void> {
    await this.#request(callId, { kind: "unbridge", callId });
  }

  /** A call or leg that is gone already is released. */
  async release({ callId, legId }: Parameters<MediaPlane["release"]>[0]): Promise<void> {
    const call = this.#calls.get(callId);
    if (call === undefined) return;
    if (legId === undefined) this.#forget(callId, call);
    else call.legs.delete(legId);
    try {
      const command = { kind: "release", callId, legId: legId ?? null } as const;
      if (call.process !== null) await this.#pending.request(call.process, command, RECORDING_TIMEOUT_MS);
    } catch (failure) {
      if (!(failure instanceof MediaWorkersError && failure.code === "worker-lost")) throw failure;
    }
  }

  async play({ callId, playId, legIds, sound, loop = false }: Parameters<MediaPlane["play"]>[0]): Promise<void> {
    await this.#request(callId, { kind: "play", callId, playId, legIds: [...legIds], path: sound.path, loop });
  }

  async stopPlay(request: Parameters<MediaPlane["stopPlay"]>[0]): Promise<void> {
    await this.#request(request.callId, { kind: "stop-play", ...request });
  }

  async mute(request: Parameters<MediaPlane["mute"]>[0]): Promise<void> {
    await this.#request(request.callId, { kind: "mute", ...request });
  }

  async startRecording(request: Parameters<MediaPlane["startRecording"]>[0]): Promise<void> {
    await this.#request(request.callId, { kind: "start-recording", ...request }, RECORDING_TIMEOUT_MS);
  }

  async assignRecordingChannel(request: Parameters<MediaPlane["assignRecordingChannel"]>[0]): Promise<void> {
    await this.#request(request.callId, { kind: "assign-channel", ...request });
  }

  async stopRecording({ callId }: { callId: CallId }): ReturnType<MediaPlane["stopRecording"]> {
    if (this.#calls.get(callId)?.process == null) return null;
    const result = await this.#request(callId, { kind: "stop-recording", callId }, RECORDING_TIMEOUT_MS);
    return result.kind === "recording" ? result.summary : null;
  }

  async tap({ callId, legId, speaker, sink }: Parameters<MediaPlane["tap"]>[0]): Promise<void> {
    await this.#request(callId, { kind: "tap", callId, legId, speaker, sink });
  }

  async untap(request: Parameters<MediaPlane["untap"]>[0]): Promise<void> {
    await this.#request(request.callId, { kind: "untap", ...request });
  }

  async echo(request: Parameters<MediaPlane["echo"]>[0]): Promise<void> {
    await this.#request(request.callId, { kind: "echo", ...request });
  }

  async sendDtmf(request: Parameters<MediaPlane["sendDtmf"]>[0]): Promise<void> {
    await this.#request(request.callId, { kind: "send-digits", ...request });
  }

  async stats(callId: CallId): Promise<readonly LegStats[]> {
    if (this.#calls.get(callId)?.process == null) return [];
    const result = await this.#request(callId, { kind: "stats", callId });
    return result.kind === "stats" ? result.legs : [];
  }

  /** The calls whose media is in a living worker. */
  async list(): Promise<readonly CallId[]> {
    return [...this.#calls].flatMap(([callId, { process }]) => (process === null ? [] : [callId]));
  }

  health(): readonly (MediaWorkerHealth & WorkerHealth)[] {
    return this.#pool.health();
  }

  onEvent(listener: (event: MediaEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Lets the workers close their recordings and stops them. No event follows. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]();
    this.#calls.clear();
  }

  async #negotiate(
    callId: CallId,
    legId: LegId,
    command: (memory: LegMemory | null) => MediaCommand,
  ): Promise<SdpResult> {
    const call = this.#place(callId);
    if (call === null) return { kind: "unavailable", why: "no media worker is alive" };
    try {
      const result = await this.#request(callId, command(call.legs.get(legId) ?? null));
      if (result.kind === "unacceptable") return result;
      if (result.kind !== "sdp") return { kind: "unavailable", why: "the media worker gave no description" };
      if (this.#calls.get(callId) === call) call.legs.set(legId, result.memory);
      return { kind: "ok", sdp: result.sdp };
    } catch (failure) {
      return { kind: "unavailable", why: failure instanceof Error ? failure.message : String(failure) };
    } finally {
      if (call.legs.size === 0 && this.#calls.get(callId) === call) this.#forget(callId, call);
    }
  }

  /** Where the call is, or will be from now on; null when no worker is alive. */
  #place(callId: CallId): (PlacedCall & { process: MediaWorker }) | null {
    const known = this.#calls.get(callId);
    if (known !== undefined && isPlaced(known)) return known;
    const process = this.#pool.leastLoaded();
    if (process === null) return null;
    const call = Object.assign(known ?? { legs: new Map<LegId, LegMemory>() }, { process });
    process.calls.add(callId);
    this.#calls.set(callId, call);
    return call;
  }

  #forget(callId: CallId, call: PlacedCall): void {
    call.process?.calls.delete(callId);
    this.#calls.delete(callId);
  }

  #request(callId: CallId, command: MediaCommand, timeoutMs?: number): Promise<MediaResult> {
    const process = this.#calls.get(callId)?.process ?? null;
    if (process === null) return Promise.reject(new MediaWorkersError("no-worker", `call ${callId} has no media`));
    return this.#pending.request(process, command, timeoutMs ?? this.#options.requestTimeoutMs ?? 3000);
  }

  #hear(report: MediaReport): void {
    if (report.kind === "event") {
      if (!this.#pool.isClosed) this.#listeners.emit(report.event);
    } else if (report.kind !== "ready") {
      this.#pending.settle(report);
    }
  }

  #lost(worker: MediaWorker, workerId: string): void {
    this.#pending.workerLost(worker);
    if (this.#pool.isClosed) return;
    const callIds = [...worker.calls];
    for (const callId of callIds) {
      const call = this.#calls.get(callId);
      if (call !== undefined) call.process = null;
    }
    this.#listeners.emit({ kind: "worker-lost", workerId, callIds, atMs: this.#options.clock.nowMs() });
  }
}

function isPlaced(call: PlacedCall): call is PlacedCall & { process: MediaWorker } {
  return call.process !== null;
}
