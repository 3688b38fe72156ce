import type { Clock, EpochMs, Timer } from "@jikimi/kernel";

/** The browser's time behind the product's `Clock`: the only place of this app where timers are made. */
export class BrowserClock implements Clock {
  nowMs(): EpochMs {
    return Date.now() as EpochMs;
  }

  monotonicMs(): number {
    return performance.now();
  }

  after(delayMs: number, action: () => void): Timer {
    const handle = setTimeout(action, delayMs);
    return { cancel: () => clearTimeout(handle) };
  }

  sleep(delayMs: number, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const timer = this.after(delayMs, resolve);
      signal?.addEventListener(
        "abort",
        () => {
          timer.cancel();
          reject(signal.reason);
        },
        { once: true },
      );
    });
  }

  deadline(delayMs: number): AbortSignal {
    return AbortSignal.timeout(delayMs);
  }
}
