export type SilenceEvent =
  | { readonly kind: "rtp-timeout"; readonly silentMs: number }
  | { readonly kind: "rtp-resumed" };

/** Notices when a party that should be heard sends nothing, once, and when it is back. */
export class SilenceWatch {
  readonly #timeoutMs: number;
  readonly #onEvent: (event: SilenceEvent) => void;
  /** Monotonic; null while the party is on hold. */
  #expectedSinceMs: number | null = null;
  #reportedAtMs: number | null = null;

  constructor(timeoutMs: number, onEvent: (event: SilenceEvent) => void) {
    this.#timeoutMs = timeoutMs;
    this.#onEvent = onEvent;
  }

  /** Called at each negotiation: the time of waiting begins when the party becomes one that is to be heard. */
  expect(expected: boolean, nowMs: number): void {
    if (!expected) this.#expectedSinceMs = null;
    else this.#expectedSinceMs ??= nowMs;
  }

  heard(): void {
    if (this.#reportedAtMs === null) return;
    this.#reportedAtMs = null;
    this.#onEvent({ kind: "rtp-resumed" });
  }

  /** `lastPacketMs` counts digits and comfort noise too. */
  check(nowMs: number, lastPacketMs: number | null): void {
    if (this.#reportedAtMs !== null) {
      if (lastPacketMs !== null && lastPacketMs > this.#reportedAtMs) this.heard();
      return;
    }
    if (this.#expectedSinceMs === null) return;
    const silentMs = nowMs - Math.max(this.#expectedSinceMs, lastPacketMs ?? 0);
    if (silentMs < this.#timeoutMs) return;
    this.#reportedAtMs = nowMs;
    this.#onEvent({ kind: "rtp-timeout", silentMs: Math.round(silentMs) });
  }
}
