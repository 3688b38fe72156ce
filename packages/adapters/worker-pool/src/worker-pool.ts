import type { Serializable } from "node:child_process";
import type { CallId, Clock, Log, Timer } from "@jikimi/kernel";
import { ForkedWorker, type Speech, type WorkerEntry } from "./forked-worker.ts";

export type WorkerTimings = {
  /** A worker that is not ready by then is killed and counts as lost. */
  readonly startTimeoutMs: number;
  readonly heartbeatMs: number;
  /** A worker that has said nothing for this long hangs: it is killed, and its calls are told. */
  readonly hungAfterMs: number;
  /** How long it may take over its last words. */
  readonly stopPatienceMs: number;
};

export type WorkerPoolOptions<
  Request extends Serializable,
  Report extends { readonly kind: string },
> = WorkerTimings & {
  /** Workers are called `NAME-1`, `NAME-2`, … */
  readonly name: string;
  readonly entry: WorkerEntry;
  /** Given to each worker with its `workerId`. */
  readonly config: object;
  readonly speech: Speech<Request, Report>;
  readonly workers: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly onReady?: () => void;
  /** Nothing is reported once the pool is being closed, but what settles a request that waits. */
  readonly onReport: (report: Report, workerId: string) => void;
  readonly onLost: (worker: ForkedWorker<Request, Report>, workerId: string) => void;
};

export type WorkerHealth = {
  readonly workerId: string;
  readonly alive: boolean;
  readonly calls: number;
  readonly pid: number | null;
};

const FIRST_RESTART_MS = 200;
const LONGEST_RESTART_MS = 10_000;
/** A worker that stayed ready this long has earned quick restarts again. */
const STEADY_MS = 30_000;

type Slot<Worker> = {
  readonly workerId: string;
  worker: Worker | null;
  restart: Timer | null;
  restartMs: number;
  readySinceMs: number | null;
  /** Told once, at the first `ready` or the first loss. */
  firstOutcome: (ready: boolean) => void;
};

/** Keeps N workers of one kind alive: forks them, watches them, and starts a dead one again with growing pauses. */
export class WorkerPool<Request extends Serializable, Report extends { readonly kind: string }>
  implements AsyncDisposable
{
  readonly #options: WorkerPoolOptions<Request, Report>;
  readonly #slots: readonly Slot<ForkedWorker<Request, Report>>[];
  #closed = false;

  constructor(options: WorkerPoolOptions<Request, Report>) {
    this.#options = options;
    this.#slots = Array.from({ length: options.workers }, (_, i) => ({
      workerId: `${options.name}-${i + 1}`,
      worker: null,
      restart: null,
      restartMs: FIRST_RESTART_MS,
      readySinceMs: null,
      firstOutcome: () => {},
    }));
  }

  /** Forks the workers. Resolves to how many became ready at their first try; the others go on being tried. Never rejects. */
  async start(): Promise<{ readonly ready: number }> {
    const outcomes = await Promise.all(
      this.#slots.map(
        (slot) =>
          new Promise<boolean>((resolve) => {
            slot.firstOutcome = resolve;
            this.#fork(slot);
          }),
      ),
    );
    return { ready: outcomes.filter(Boolean).length };
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Null when none is ready. */
  leastLoaded(): ForkedWorker<Request, Report> | null {
    let least: ForkedWorker<Request, Report> | null = null;
    for (const { worker } of this.#slots) {
      if (worker?.isReady && (least === null || worker.calls.size < least.calls.size)) least = worker;
    }
    return least;
  }

  /** Those that serve this call. */
  serving(callId: CallId): readonly ForkedWorker<Request, Report>[] {
    return this.#slots.flatMap(({ worker }) => (worker?.calls.has(callId) ? [worker] : []));
  }

  health(): readonly WorkerHealth[] {
    return this.#slots.map(({ workerId, worker }) => ({
      workerId,
      alive: worker?.isReady ?? false,
      calls: worker?.calls.size ?? 0,
      pid: worker?.pid ?? null,
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const slot of this.#slots) slot.restart?.cancel();
    await Promise.all(this.#slots.map(async (slot) => slot.worker?.stop(this.#options.stopPatienceMs)));
    for (const slot of this.#slots) slot.firstOutcome(false);
  }

  #fork(slot: Slot<ForkedWorker<Request, Report>>): void {
    const { config, clock, log, onReady, onReport } = this.#options;
    const { workerId } = slot;
    const worker = new ForkedWorker<Request, Report>({
      ...this.#options,
      config: { ...config, workerId },
      onReady: () => {
        slot.readySinceMs = clock.monotonicMs();
        slot.firstOutcome(true);
        log.info({ workerId }, "worker ready");
        onReady?.();
      },
      onReport: (report) => onReport(report, workerId),
      onLost: (why) => this.#lost(slot, worker, why),
    });
    slot.worker = worker;
  }

  #lost(slot: Slot<ForkedWorker<Request, Report>>, worker: ForkedWorker<Request, Report>, why: string): void {
    const { clock, log, onLost } = this.#options;
    const { workerId, readySinceMs } = slot;
    slot.worker = null;
    if (!this.#closed) {
      if (readySinceMs !== null && clock.monotonicMs() - readySinceMs > STEADY_MS) slot.restartMs = FIRST_RESTART_MS;
      slot.readySinceMs = null;
      const { restartMs } = slot;
      log.error({ workerId, why, calls: worker.calls.size, restartMs }, "worker lost");
      slot.restart = clock.after(restartMs, () => this.#fork(slot));
      slot.restartMs = Math.min(restartMs * 2, LONGEST_RESTART_MS);
      slot.firstOutcome(false);
    }
    onLost(worker, workerId);
  }
}
