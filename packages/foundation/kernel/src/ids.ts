/** A nominal type: a `string` or `number` that only an edge parser makes. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };

/** Milliseconds since 1970-01-01T00:00:00Z, wall clock. */
export type EpochMs = Brand<number, "EpochMs">;

export type CallId = Brand<string, "CallId">;
export type LegId = Brand<string, "LegId">;
export type AgentId = Brand<string, "AgentId">;
export type DepartmentId = Brand<string, "DepartmentId">;
export type TrunkId = Brand<string, "TrunkId">;
export type PolicyId = Brand<string, "PolicyId">;
export type IncidentId = Brand<string, "IncidentId">;
export type UtteranceId = Brand<string, "UtteranceId">;

/** The two people on a call. The customer is called `caller` in both directions, as the recording's left channel is. */
export type Speaker = "caller" | "agent";

/**
 * `whisper-base-ko` hears people; `zipformer-ko-streaming` does too, once its model was fetched; `demo` hears the simulated
 * caller's synthetic voice only; `openai-compatible` is a server that speaks OpenAI's transcriptions, and hears what its
 * model hears.
 */
export const recognizerNames = ["whisper-base-ko", "zipformer-ko-streaming", "demo", "openai-compatible"] as const;
export type RecognizerName = (typeof recognizerNames)[number];

/** Who placed the call: the customer (`inbound`) or the agent (`outbound`). */
export type CallDirection = "inbound" | "outbound";

/** Passed last and all the way down: a call's end aborts all it started. */
export type Cancellable = { signal: AbortSignal };
