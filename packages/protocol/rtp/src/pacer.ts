import type { Clock, Timer } from "@jikimi/kernel";

/** After a stall, ticks are made up for as far back as this; the time beyond is lost, and said. */
const MAX_CATCH_UP = 5;

/**
 * One beat for all that is sent by the clock: every `periodMs` from the start, whatever the timer's own lateness. `onTick`
 * gets the monotonic time the tick was due. One loop for a process, not one for a call.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #onTick: (dueMs: number) => void;
  #timer: Timer | null = null;
  #nextMs = 0;
  #skipped = 0;

  constructor({ clock, periodMs = 20, onTick }: { clock: Clock; periodMs?: number; onTick: (dueMs: number) => void }) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#onTick = onTick;
  }

  /** Ticks that could not be made up for: the process was held up. */
  get skipped(): number {
    return this.#skipped;
  }

  start(): void {
    if (this.#timer !== null) return;
    this.#nextMs = this.#clock.monotonicMs() + this.#periodMs;
    this.#wait();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #wait(): void {
    // Whole milliseconds: Node keeps a list of timers for each distinct duration.
    const delayMs = Math.max(0, Math.ceil(this.#nextMs - this.#clock.monotonicMs()));
    this.#timer = this.#clock.after(delayMs, () => this.#beat());
  }

  #beat(): void {
    const nowMs = this.#clock.monotonicMs();
    const behind = Math.floor((nowMs - this.#nextMs) / this.#periodMs);
    if (behind > MAX_CATCH_UP) {
      this.#skipped += behind - MAX_CATCH_UP;
      this.#nextMs += (behind - MAX_CATCH_UP) * this.#periodMs;
    }
    while (this.#timer !== null && this.#nextMs <= nowMs) {
      const dueMs = this.#nextMs;
      this.#nextMs += this.#periodMs;
      this.#onTick(dueMs);
    }
    if (this.#timer !== null) this.#wait();
  }
}
