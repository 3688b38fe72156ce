/** Milliseconds (RFC 3261 table 4). `reliable` is of the transport this transaction runs over. */
export type TimerSettings = {
  readonly t1Ms: number;
  readonly t2Ms: number;
  readonly t4Ms: number;
  readonly reliable: boolean;
};

/** A to K of RFC 3261 §17, L and M of RFC 6026 §7.1. C belongs to proxies, H to J to servers. */
export type TimerName = "A" | "B" | "D" | "E" | "F" | "G" | "H" | "I" | "J" | "K" | "L" | "M";

/** How long a transaction lives at most: 64·T1. */
export function lifetimeMs(timers: TimerSettings): number {
  return 64 * timers.t1Ms;
}

/** Timer D: how long a retransmitted final answer is still acknowledged; at least 32 s over UDP. */
export function timerDMs(timers: TimerSettings): number {
  return timers.reliable ? 0 : Math.max(32_000, lifetimeMs(timers));
}

/** What a machine asks of whoever runs it. */
export type TransactionEffect =
  /** The request (client) or the latest answer (server) goes out, again if it did before. */
  | { readonly kind: "send" }
  /** Client INVITE only: acknowledge the final answer just received. */
  | { readonly kind: "send-ack" }
  /** Hand the message just received to the user. */
  | { readonly kind: "pass-up" }
  | { readonly kind: "start"; readonly timer: TimerName; readonly afterMs: number }
  | { readonly kind: "stop"; readonly timer: TimerName }
  | { readonly kind: "report"; readonly what: "timeout" | "transport-failed" };

/** A machine's step: the same state and no effects when the event means nothing now. */
export type Step<State> = readonly [state: State, effects: readonly TransactionEffect[]];
