import type { Clock, Timer } from "@jikimi/kernel";
import type { ServerMessage, TranscriptLine } from "@jikimi/live-events";
import { Store } from "./store.ts";

type TranscriptMessage = Extract<ServerMessage, { kind: "transcript" }>;
export type Transcript = { readonly callId: string | null; readonly lines: readonly TranscriptLine[] };

/** Lines that come within this time are drawn together: a hundred a second are one picture each 50 ms. */
const gatherMs = 50;

/** What was said in the call that is on, in the order of speaking. */
export class TranscriptStore {
  readonly #store = new Store<Transcript>({ callId: null, lines: [] });
  readonly #clock: Clock;
  #callId: string | null = null;
  #lines = new Map<string, TranscriptLine>();
  #pending: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly get = (): Transcript => this.#store.get();
  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  take({ callId, extent, lines }: TranscriptMessage): void {
    if (callId !== this.#callId || extent === "all") this.#lines = new Map();
    this.#callId = callId;
    for (const line of lines) this.#lines.set(line.lineId, line);
    this.#pending ??= this.#clock.after(gatherMs, () => this.#publish());
  }

  clear(): void {
    this.#callId = null;
    this.#lines = new Map();
    this.#publish();
  }

  #publish(): void {
    this.#pending?.cancel();
    this.#pending = null;
    const lines = [...this.#lines.values()].sort((a, b) => a.startMs - b.startMs);
    this.#store.change({ callId: this.#callId, lines });
  }
}
