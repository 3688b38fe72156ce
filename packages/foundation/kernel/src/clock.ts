import type { EpochMs } from "./ids.ts";

/** A pending timer; cancelling twice is harmless. */
export interface Timer {
  cancel(): void;
}

/**
 * The only source of time. Wall time dates things; monotonic time measures them (the wall clock may jump).
 */
export interface Clock {
  nowMs(): EpochMs;
  /** Milliseconds from an arbitrary start, never going back, with sub-millisecond parts. */
  monotonicMs(): number;
  /** Runs `action` once after `delayMs`; the timer never keeps the process alive by itself. */
  after(delayMs: number, action: () => void): Timer;
  /** Resolves after `delayMs`; rejects with the signal's reason when cancelled. */
  sleep(delayMs: number, options?: { signal?: AbortSignal }): Promise<void>;
  /** A signal that aborts after `delayMs` with a `TimeoutError`. */
  deadline(delayMs: number): AbortSignal;
}

abstract class BaseClock implements Clock {
  abstract nowMs(): EpochMs;
  abstract monotonicMs(): number;
  abstract after(delayMs: number, action: () => void): Timer;

  sleep(delayMs: number, options: { signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        timer.cancel();
        reject(signal?.reason);
      };
      const timer = this.after(delayMs, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  deadline(delayMs: number): AbortSignal {
    const controller = new AbortController();
    this.after(delayMs, () => controller.abort(new DOMException("deadline passed", "TimeoutError")));
    return controller.signal;
  }
}

export class SystemClock extends BaseClock {
  nowMs(): EpochMs {
    return Date.now() as EpochMs;
  }

  monotonicMs(): number {
    return performance.now();
  }

  after(delayMs: number, action: () => void): Timer {
    const handle = setTimeout(action, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  }
}

/** A clock that stands still until a test advances it: a ten-minute call passes in milliseconds. */
export class ManualClock extends BaseClock {
  #elapsedMs = 0;
  #sequence = 0;
  readonly #startMs: number;
  readonly #timers = new Set<{ dueMs: number; sequence: number; action: () => void }>();

  constructor(startMs = Date.UTC(2026, 0, 5, 0, 0, 0)) {
    super();
    this.#startMs = startMs;
  }

  nowMs(): EpochMs {
    return (this.#startMs + this.#elapsedMs) as EpochMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, action: () => void): Timer {
    const timer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), sequence: this.#sequence++, action };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  /** How many timers wait: a test's way to see that nothing was left behind. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Fires every timer due in the next `durationMs`, in order, letting promises settle between them. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#elapsedMs + durationMs;
    await settle();
    for (;;) {
      const next = [...this.#timers]
        .filter((timer) => timer.dueMs <= endMs)
        .sort((a, b) => a.dueMs - b.dueMs || a.sequence - b.sequence)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
      next.action();
      await settle();
    }
    this.#elapsedMs = endMs;
  }
}

/** Lets queued microtasks and one turn of the event loop pass. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Keeps the process alive until disposed. Timers of a `SystemClock` never do, so a program that only waits for one
 * would otherwise leave without a word.
 */
export function holdProcess(): Disposable {
  const handle = setInterval(() => {}, 2 ** 30);
  return { [Symbol.dispose]: () => clearInterval(handle) };
}
