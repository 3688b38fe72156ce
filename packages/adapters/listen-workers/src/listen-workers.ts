import type { Hearing, HearingEvent, TapSink } from "@jikimi/calls";
import { type CallId, type Clock, type EpochMs, Listeners, type Log, type Timer } from "@jikimi/kernel";
import type { ListenReport, ListenWorkerConfig } from "@jikimi/worker-messages";
import { type WorkerEntry, WorkerProcess } from "./worker-process.ts";

export type ListenWorkersOptions = {
  readonly entry: WorkerEntry;
  readonly config: Omit<ListenWorkerConfig, "workerId">;
  readonly clock: Clock;
  readonly log: Log;
  readonly workers?: number;
  readonly startTimeoutMs?: number;
  readonly heartbeatMs?: number;
  readonly hungAfterMs?: number;
  /** How long `openStream` waits for its worker's answer before it gives up with null. */
  readonly requestTimeoutMs?: number;
};

export type ListenWorkerHealth = {
  readonly workerId: string;
  readonly alive: boolean;
  readonly calls: number;
  readonly pid: number | null;
};

const FIRST_RESTART_MS = 200;
const LONGEST_RESTART_MS = 10_000;
/** A worker that stayed ready this long has earned quick restarts again. */
const STEADY_MS = 30_000;

type Slot = {
  readonly workerId: string;
  process: WorkerProcess | undefined;
  restart: Timer | undefined;
  restartMs: number;
  readySinceMs: number;
  /** Resolves at the first `ready` or the first loss, whichever comes first. */
  readonly firstOutcome: PromiseWithResolversOf<boolean>;
};

type PromiseWithResolversOf<T> = { readonly promise: Promise<T>; readonly resolve: (value: T) => void };

type Pending = { readonly process: WorkerProcess; readonly settle: (sink: TapSink | null) => void };

/**
 * The ears of the server: listen processes, forked and watched. A call's stream goes to the worker with the fewest calls; a
 * worker that dies or hangs is started again with growing pauses. `listen-lost` names its calls: their streams may be opened
 * again at once where another worker is alive, and otherwise at `listen-ready`. Nothing here waits without an end.
 */
export class ListenWorkers implements Hearing, AsyncDisposable {
  readonly #options: ListenWorkersOptions;
  readonly #slots: readonly Slot[];
  readonly #pending = new Map<number, Pending>();
  readonly #listeners: Listeners<HearingEvent>;
  #nextRequestId = 0;
  #closed = false;

  constructor(options: ListenWorkersOptions) {
    this.#options = options;
    this.#listeners = new Listeners((failure) =>
      options.log.error({ failure: String(failure) }, "a listener of hearing failed"),
    );
    this.#slots = Array.from({ length: options.workers ?? 1 }, (_, i) => ({
      workerId: `listen-${i + 1}`,
      process: undefined,
      restart: undefined,
      restartMs: FIRST_RESTART_MS,
      readySinceMs: 0,
      firstOutcome: promiseWithResolvers<boolean>(),
    }));
  }

  /** Forks the workers. Resolves to how many became ready at their first try; the others go on being tried. Never rejects. */
  async start(): Promise<{ readonly ready: number }> {
    for (const slot of this.#slots) this.#fork(slot);
    const outcomes = await Promise.all(this.#slots.map((slot) => slot.firstOutcome.promise));
    return { ready: outcomes.filter(Boolean).length };
  }

  async openStream(request: Parameters<Hearing["openStream"]>[0]): Promise<TapSink | null> {
    const process = this.#leastLoaded();
    if (process === undefined) return null;
    const { clock, log, requestTimeoutMs = 3_000 } = this.#options;
    const requestId = this.#nextRequestId++;
    process.calls.add(request.callId);
    return new Promise((resolve) => {
      const patience = clock.after(requestTimeoutMs, () => {
        log.warn({ callId: request.callId, speaker: request.speaker }, "listen did not answer in time");
        pending.settle(null);
      });
      const pending: Pending = {
        process,
        settle: (sink) => {
          patience.cancel();
          this.#pending.delete(requestId);
          resolve(sink);
        },
      };
      this.#pending.set(requestId, pending);
      process.send({ kind: "open-stream", requestId, ...request });
    });
  }

  async closeCall(callId: CallId): Promise<void> {
    for (const { process } of this.#slots) {
      if (process?.calls.delete(callId)) process.send({ kind: "close-call", callId });
    }
  }

  onEvent(listener: (event: HearingEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  health(): readonly ListenWorkerHealth[] {
    return this.#slots.map(({ workerId, process }) => ({
      workerId,
      alive: process?.isReady ?? false,
      calls: process?.calls.size ?? 0,
      pid: process?.pid ?? null,
    }));
  }

  /** Stops the workers, each given 5 s for its last words. No event follows. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const { restart } of this.#slots) restart?.cancel();
    await Promise.all(this.#slots.map(async (slot) => slot.process?.stop(5_000)));
    for (const { settle } of [...this.#pending.values()]) settle(null);
    for (const { firstOutcome } of this.#slots) firstOutcome.resolve(false);
  }

  #leastLoaded(): WorkerProcess | undefined {
    return this.#slots
      .flatMap(({ process }) => (process?.isReady === true ? [process] : []))
      .reduce<WorkerProcess | undefined>(
        (least, process) => (least === undefined || process.calls.size < least.calls.size ? process : least),
        undefined,
      );
  }

  #fork(slot: Slot): void {
    const { entry, config, clock, log } = this.#options;
    const process = new WorkerProcess({
      entry,
      config: { ...config, workerId: slot.workerId },
      clock,
      log,
      startTimeoutMs: this.#options.startTimeoutMs ?? 60_000,
      heartbeatMs: this.#options.heartbeatMs ?? 2_000,
      hungAfterMs: this.#options.hungAfterMs ?? 10_000,
      onReady: () => {
        slot.readySinceMs = clock.monotonicMs();
        slot.firstOutcome.resolve(true);
        log.info({ workerId: slot.workerId }, "listen worker ready");
        this.#emit({ kind: "listen-ready", atMs: clock.nowMs() });
      },
      onReport: (report) => this.#hear(slot.workerId, report),
      onLost: (why) => this.#lost(slot, process, why),
    });
    slot.process = process;
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
      case "utterance":
      case "lagging":
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

  #lost(slot: Slot, process: WorkerProcess, why: string): void {
    const { clock, log } = this.#options;
    slot.process = undefined;
    for (const pending of [...this.#pending.values()]) {
      if (pending.process === process) pending.settle(null);
    }
    if (this.#closed) return;
    if (slot.readySinceMs > 0 && clock.monotonicMs() - slot.readySinceMs > STEADY_MS) slot.restartMs = FIRST_RESTART_MS;
    log.error(
      { workerId: slot.workerId, why, calls: process.calls.size, restartMs: slot.restartMs },
      "listen worker lost",
    );
    slot.restart = clock.after(slot.restartMs, () => this.#fork(slot));
    slot.restartMs = Math.min(slot.restartMs * 2, LONGEST_RESTART_MS);
    slot.firstOutcome.resolve(false);
    this.#emit({ kind: "listen-lost", callIds: [...process.calls], atMs: clock.nowMs() });
  }

  #emit(event: HearingEvent): void {
    if (!this.#closed) this.#listeners.emit(event);
  }
}

function promiseWithResolvers<T>(): PromiseWithResolversOf<T> {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
