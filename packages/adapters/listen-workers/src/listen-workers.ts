import type { Hearing, HearingEvent, TapSink } from "@jikimi/calls";
import { type CallId, type Clock, type EpochMs, Listeners, type Log } from "@jikimi/kernel";
import { ListenReport, type ListenRequest, type ListenWorkerConfig } from "@jikimi/worker-messages";
import {
  type ForkedWorker,
  type WorkerEntry,
  type WorkerHealth,
  WorkerPool,
  type WorkerTimings,
} from "@jikimi/worker-pool";

export type ListenWorkersOptions = {
  readonly entry: WorkerEntry;
  readonly config: Omit<ListenWorkerConfig, "workerId">;
  readonly clock: Clock;
  readonly log: Log;
  readonly workers?: number;
  /** How long `openStream` waits for its worker's answer before it gives up with null. */
  readonly requestTimeoutMs?: number;
} & Partial<WorkerTimings>;

/** Loading a model takes seconds, and recognising holds the loop; it is given time for the last words of its calls. */
const timings: WorkerTimings = {
  startTimeoutMs: 60_000,
  heartbeatMs: 2_000,
  hungAfterMs: 10_000,
  stopPatienceMs: 5_000,
};

type ListenWorker = ForkedWorker<ListenRequest, ListenReport>;

type Pending = { readonly worker: ListenWorker; readonly settle: (sink: TapSink | null) => void };

/**
 * The ears of the server: listen processes, forked and watched. A call's stream goes to the worker with the fewest calls; a
 * worker that dies or hangs is started again with growing pauses. `listen-lost` names its calls: their streams may be opened
 * again at once where another worker is alive, and otherwise at `listen-ready`. Nothing here waits without an end.
 */
export class ListenWorkers implements Hearing, AsyncDisposable {
  readonly #options: ListenWorkersOptions;
  readonly #pool: WorkerPool<ListenRequest, ListenReport>;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners: Listeners<HearingEvent>;
  #nextRequestId = 0;
  #pingId = 0;

  constructor(options: ListenWorkersOptions) {
    this.#options = options;
    const { clock, log } = options;
    this.#listeners = new Listeners((failure) =>
      log.error({ failure: String(failure) }, "a listener of hearing failed"),
    );
    this.#pool = new WorkerPool<ListenRequest, ListenReport>({
      ...timings,
      ...options,
      name: "listen",
      workers: options.workers ?? 1,
      speech: {
        report: ListenReport,
        ping: () => ({ kind: "ping", pingId: this.#pingId++ }),
        stop: () => ({ kind: "stop" }),
      },
      onReady: () => this.#emit({ kind: "listen-ready", atMs: clock.nowMs() }),
      onReport: (report, workerId) => this.#hear(workerId, report),
      onLost: (worker) => this.#lost(worker),
    });
  }

  /** Forks the workers. Resolves to how many became ready at their first try; the others go on being tried. Never rejects. */
  start(): Promise<{ readonly ready: number }> {
    return this.#pool.start();
  }

  async openStream(request: Parameters<Hearing["openStream"]>[0]): Promise<TapSink | null> {
    const worker = this.#pool.leastLoaded();
    if (worker === null) return null;
    const { clock, log, requestTimeoutMs = 3_000 } = this.#options;
    const requestId = this.#nextRequestId++;
    worker.calls.add(request.callId);
    return new Promise((resolve) => {
      const patience = clock.after(requestTimeoutMs, () => {
        log.warn({ callId: request.callId, speaker: request.speaker }, "listen did not answer in time");
        pending.settle(null);
      });
      const pending: Pending = {
        worker,
        settle: (sink) => {
          patience.cancel();
          this.#pending.delete(requestId);
          resolve(sink);
        },
      };
      this.#pending.set(requestId, pending);
      worker.send({ kind: "open-stream", requestId, ...request });
    });
  }

  async closeCall(callId: CallId): Promise<void> {
    for (const worker of this.#pool.serving(callId)) {
      worker.calls.delete(callId);
      worker.send({ kind: "close-call", callId });
    }
  }

  attend(callId: CallId, { atRisk }: { readonly atRisk: boolean }): void {
    for (const worker of this.#pool.serving(callId)) worker.send({ kind: "attend", callId, atRisk });
  }

  onEvent(listener: (event: HearingEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  health(): readonly WorkerHealth[] {
    return this.#pool.health();
  }

  /** Stops the workers, each given time for its last words. No event follows. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]();
    for (const { settle } of [...this.#pending.values()]) settle(null);
  }

  #hear(workerId: string, report: ListenReport): void {
    const { log } = this.#options;
    switch (report.kind) {
      case "stream-opened":
        this.#pending.get(report.requestId)?.settle(report.sink);
        break;
      case "stream-refused":
        log.error({ workerId, why: report.why }, "listen refused a stream");
        this.#pending.get(report.requestId)?.settle(null);
        break;
      case "calibrated": {
        const { recognizer, calls, fullPerSecond, leanPerSecond } = report;
        log.info({ workerId, recognizer, calls, fullPerSecond, leanPerSecond }, "hearing was measured");
        break;
      }
      case "utterance":
      case "lagging":
      case "attention":
        this.#emit(report);
        break;
      case "speech-started":
        this.#emit({ ...report, atMs: report.atMs as EpochMs });
        break;
      case "recognizer-lost":
        log.error({ workerId, recognizer: report.recognizer, why: report.why }, "recogniser lost");
        break;
      case "ready":
      case "pong":
        break;
    }
  }

  #lost(worker: ListenWorker): void {
    for (const pending of [...this.#pending.values()]) if (pending.worker === worker) pending.settle(null);
    this.#emit({ kind: "listen-lost", callIds: [...worker.calls], atMs: this.#options.clock.nowMs() });
  }

  #emit(event: HearingEvent): void {
    if (!this.#pool.isClosed) this.#listeners.emit(event);
  }
}
