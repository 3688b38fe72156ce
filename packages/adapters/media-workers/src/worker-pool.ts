import type { CallId, Clock, Log, Timer } from "@jikimi/kernel";
import type { MediaPlaneEvent } from "@jikimi/worker-messages";
import { type WorkerEntry, WorkerProcess } from "./worker-process.ts";

export type WorkerPoolOptions = {
  readonly entry: WorkerEntry;
  /** Given to each worker with its `workerId`. */
  readonly config: object;
  readonly clock: Clock;
  readonly log: Log;
  readonly workers: number;
  readonly startTimeoutMs?: number;
  readonly heartbeatMs?: number;
  /** A worker whose loop stands still this long has left its calls silent: it is killed and its calls move. */
  readonly hungAfterMs?: number;
  readonly onEvent: (event: MediaPlaneEvent) => void;
  readonly onLost: (workerId: string, callIds: readonly CallId[]) => void;
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
/** A recording waits for its disk for 5 s at most. */
const STOP_PATIENCE_MS = 7_000;

type Slot = {
  readonly workerId: string;
  process: WorkerProcess | null;
  restart: Timer | null;
  restartMs: number;
  readySinceMs: number | null;
  /** Told once, at the first `ready` or the first loss. */
  firstOutcome: (ready: boolean) => void;
};

/** Keeps N media processes alive: forks them, watches them, and starts a dead one again with growing pauses. */
export class WorkerPool implements AsyncDisposable {
  readonly #options: WorkerPoolOptions;
  readonly #slots: readonly Slot[];
  #closed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.workers }, (_, i) => ({
      workerId: `media-${i + 1}`,
      process: null,
      restart: null,
      restartMs: FIRST_RESTART_MS,
      readySinceMs: null,
      firstOutcome: () => {},
    }));
  }

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

  /** Null when none is alive. */
  leastLoaded(): WorkerProcess | null {
    let least: WorkerProcess | null = null;
    for (const { process } of this.#slots) {
      if (process?.isReady && (least === null || process.calls.size < least.calls.size)) least = process;
    }
    return least;
  }

  health(): readonly WorkerHealth[] {
    return this.#slots.map(({ workerId, process }) => ({
      workerId,
      alive: process?.isReady ?? false,
      calls: process?.calls.size ?? 0,
      pid: process?.pid ?? null,
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const slot of this.#slots) slot.restart?.cancel();
    await Promise.all(this.#slots.map(async (slot) => slot.process?.stop(STOP_PATIENCE_MS)));
    for (const slot of this.#slots) slot.firstOutcome(false);
  }

  #fork(slot: Slot): void {
    const { entry, config, clock, log, onEvent } = this.#options;
    const { startTimeoutMs = 20_000, heartbeatMs = 1_000, hungAfterMs = 3_000 } = this.#options;
    const process = new WorkerProcess({
      entry,
      config: { ...config, workerId: slot.workerId },
      clock,
      log,
      startTimeoutMs,
      heartbeatMs,
      hungAfterMs,
      onReady: () => {
        slot.readySinceMs = clock.monotonicMs();
        slot.firstOutcome(true);
        log.info({ workerId: slot.workerId }, "media worker ready");
      },
      onEvent: (event) => {
        if (!this.#closed) onEvent(event);
      },
      onLost: (why) => this.#lost(slot, process, why),
    });
    slot.process = process;
  }

  #lost(slot: Slot, process: WorkerProcess, why: string): void {
    const { clock, log, onLost } = this.#options;
    slot.process = null;
    if (this.#closed) return;
    if (slot.readySinceMs !== null && clock.monotonicMs() - slot.readySinceMs > STEADY_MS) {
      slot.restartMs = FIRST_RESTART_MS;
    }
    slot.readySinceMs = null;
    const { workerId, restartMs } = slot;
    log.error({ workerId, why, calls: process.calls.size, restartMs }, "media worker lost");
    slot.restart = clock.after(restartMs, () => this.#fork(slot));
    slot.restartMs = Math.min(restartMs * 2, LONGEST_RESTART_MS);
    slot.firstOutcome(false);
    onLost(workerId, [...process.calls]);
  }
}
