import type { AgentId, CallId, EpochMs } from "@jikimi/kernel";

/** What one agent is doing at a moment, as everyone sees it. */
export type Presence =
  | { readonly kind: "offline" }
  /** Free for a call; `sinceMs` decides who is next. */
  | { readonly kind: "ready"; readonly sinceMs: EpochMs }
  | { readonly kind: "ringing"; readonly callId: CallId; readonly sinceMs: EpochMs }
  | { readonly kind: "talking"; readonly callId: CallId; readonly sinceMs: EpochMs }
  | { readonly kind: "wrap-up"; readonly sinceMs: EpochMs; readonly untilMs: EpochMs }
  | { readonly kind: "away"; readonly reason: AwayReason; readonly sinceMs: EpochMs }
  /** 보호휴식: nobody but the agent shortens it. */
  | { readonly kind: "protected-rest"; readonly sinceMs: EpochMs; readonly untilMs: EpochMs };

/** `missed`: the machine stopped ringing a telephone that nobody answers. */
export type AwayReason = "break" | "meal" | "meeting" | "training" | "other" | "missed";

/** The facts; `presenceAt` reads them at a moment, so that a rest ends without anybody's timer. */
export type AgentState = {
  readonly agentId: AgentId;
  readonly signedIn: boolean;
  /** What the agent is when nothing else holds them. */
  readonly wish: { readonly kind: "ready" } | { readonly kind: "away"; readonly reason: AwayReason };
  readonly wishSinceMs: EpochMs;
  readonly call: { readonly callId: CallId; readonly phase: "ringing" | "talking"; readonly sinceMs: EpochMs } | null;
  /** The last telephone call's end or unanswered ring: idleness counts from here at the earliest. */
  readonly lastBusyMs: EpochMs;
  readonly wrapUpUntilMs: EpochMs | null;
  readonly restUntilMs: EpochMs | null;
  readonly restSinceMs: EpochMs | null;
  /** Rest earned on the call that is still on; it begins when the call lets go. */
  readonly restOwedMs: number;
  readonly missedInRow: number;
};

export type AgentEvent = { readonly atMs: EpochMs } & (
  | { readonly kind: "signed-in" }
  /** By themselves or because their telephone's registration ran out. A call that is on goes on. */
  | { readonly kind: "signed-out" }
  | { readonly kind: "set-ready"; readonly by: "agent" | "supervisor" }
  | { readonly kind: "set-away"; readonly by: "agent" | "supervisor"; readonly reason: AwayReason }
  | { readonly kind: "ring-started"; readonly callId: CallId }
  /** `missed`: it rang its full time. `declined`: refused by hand. `withdrawn`: the caller or the machine gave up. */
  | { readonly kind: "ring-stopped"; readonly callId: CallId; readonly why: "missed" | "declined" | "withdrawn" }
  /** Answered, or dialled by the agent. */
  | { readonly kind: "call-started"; readonly callId: CallId }
  | { readonly kind: "call-released"; readonly callId: CallId; readonly wrapUpMs: number }
  | { readonly kind: "wrap-up-completed" }
  /** From the end that was set. How often is for whoever gives the time to say. */
  | { readonly kind: "wrap-up-extended"; readonly byMs: number }
  /** From `start-rest`: at once, or after the call that is still on. A second one never shortens the first. */
  | { readonly kind: "rest-assigned"; readonly durationMs: number }
  | { readonly kind: "rest-ended"; readonly by: "agent" | "supervisor" }
);

export type AgentStep = {
  readonly state: AgentState;
  /** Null: taken. Otherwise nothing changed, and why. */
  readonly refused: null | "resting" | "not-free" | "not-this-call" | "not-resting" | "not-yours" | "not-writing-up";
};

/** An agent nobody has seen yet. */
export function signedOutAgent(agentId: AgentId, atMs: EpochMs): AgentState {
  return {
    agentId,
    signedIn: false,
    wish: { kind: "ready" },
    wishSinceMs: atMs,
    call: null,
    lastBusyMs: atMs,
    wrapUpUntilMs: null,
    restUntilMs: null,
    restSinceMs: null,
    restOwedMs: 0,
    missedInRow: 0,
  };
}

/** A call that is on shows first; then rest, before everything an agent or a supervisor may have set. */
export function presenceAt(state: AgentState, atMs: EpochMs): Presence {
  if (state.call !== null) return { kind: state.call.phase, callId: state.call.callId, sinceMs: state.call.sinceMs };
  if (!state.signedIn) return { kind: "offline" };
  if (state.restUntilMs !== null && atMs < state.restUntilMs) {
    return { kind: "protected-rest", sinceMs: state.restSinceMs ?? atMs, untilMs: state.restUntilMs };
  }
  if (state.wish.kind === "away") return { kind: "away", reason: state.wish.reason, sinceMs: state.wishSinceMs };
  if (state.wrapUpUntilMs !== null && atMs < state.wrapUpUntilMs) {
    const sinceMs = Math.max(state.lastBusyMs, state.restUntilMs ?? 0) as EpochMs;
    return { kind: "wrap-up", sinceMs, untilMs: state.wrapUpUntilMs };
  }
  return { kind: "ready", sinceMs: idleSince(state) };
}

/** When `presenceAt` changes by itself; null: only an event changes it. For screens that count down. */
export function nextPresenceChangeMs(state: AgentState, atMs: EpochMs): EpochMs | null {
  const presence = presenceAt(state, atMs);
  return presence.kind === "protected-rest" || presence.kind === "wrap-up" ? presence.untilMs : null;
}

/** After this many unanswered rings in a row the telephone is taken to be unattended. */
const missedRingsBeforeAway = 2;

/** Takes one event, or refuses it and leaves the state as it was. Protected rest yields to its agent alone. */
export function reduceAgent(state: AgentState, event: AgentEvent): AgentStep {
  const { atMs } = event;
  const presence = presenceAt(state, atMs);
  switch (event.kind) {
    case "signed-in":
      return state.signedIn ? taken(state) : taken({ ...attended(state, atMs), signedIn: true, wishSinceMs: atMs });
    case "signed-out": {
      const ringing = state.call?.phase === "ringing";
      return taken({ ...(ringing ? afterRing(state, "withdrawn", atMs) : state), signedIn: false });
    }
    case "set-ready":
      if (presence.kind === "protected-rest") {
        if (event.by !== "agent") return refuse("resting");
        return taken({ ...state, ...readyWish(atMs), restUntilMs: null, wrapUpUntilMs: null });
      }
      if (state.wish.kind === "ready" && presence.kind !== "wrap-up") return taken(state);
      return taken({ ...state, ...readyWish(atMs), wrapUpUntilMs: null });
    case "set-away":
      return taken({ ...state, wish: { kind: "away", reason: event.reason }, wishSinceMs: atMs });
    case "ring-started":
      if (presence.kind === "protected-rest") return refuse("resting");
      if (presence.kind !== "ready") return refuse("not-free");
      return taken({ ...state, call: { callId: event.callId, phase: "ringing", sinceMs: atMs } });
    case "ring-stopped":
      if (state.call?.phase !== "ringing" || state.call.callId !== event.callId) return refuse("not-this-call");
      return taken(afterRing(state, event.why, atMs));
    case "call-started": {
      const another = state.call !== null && state.call.callId !== event.callId;
      if (another) return refuse("not-free");
      if (state.call?.phase === "talking") return taken(state);
      const call = { callId: event.callId, phase: "talking", sinceMs: atMs } as const;
      return taken({ ...attended(state, atMs), call, wrapUpUntilMs: null });
    }
    case "call-released":
      if (state.call?.callId !== event.callId) return refuse("not-this-call");
      return taken(afterCall(state, event.wrapUpMs, atMs));
    case "wrap-up-completed":
      return taken({
        ...state,
        wrapUpUntilMs: null,
        lastBusyMs: presence.kind === "wrap-up" ? atMs : state.lastBusyMs,
      });
    case "wrap-up-extended":
      if (presence.kind !== "wrap-up") return refuse("not-writing-up");
      return taken({ ...state, wrapUpUntilMs: (presence.untilMs + Math.max(0, event.byMs)) as EpochMs });
    case "rest-assigned":
      if (state.call !== null) {
        return taken({ ...state, restOwedMs: Math.max(state.restOwedMs, event.durationMs) });
      }
      return taken(withRest(state, event.durationMs, atMs));
    case "rest-ended":
      if (presence.kind !== "protected-rest") return refuse("not-resting");
      if (event.by !== "agent") return refuse("not-yours");
      return taken(withoutRest(state, atMs));
  }

  function refuse(refused: NonNullable<AgentStep["refused"]>): AgentStep {
    return { state, refused };
  }
}

function taken(state: AgentState): AgentStep {
  return { state, refused: null };
}

function readyWish(atMs: EpochMs): Pick<AgentState, "wish" | "wishSinceMs" | "missedInRow"> {
  return { wish: { kind: "ready" }, wishSinceMs: atMs, missedInRow: 0 };
}

/**
 * Nobody's fault (`withdrawn`) costs nobody their place in the line. Otherwise the back of it; and after the second
 * missed ring in a row away, so that callers do not wait for a telephone nobody hears.
 */
function afterRing(state: AgentState, why: "missed" | "declined" | "withdrawn", atMs: EpochMs): AgentState {
  const after = withRest({ ...state, call: null, restOwedMs: 0 }, state.restOwedMs, atMs);
  if (why === "withdrawn") return after;
  const missedInRow = why === "missed" ? state.missedInRow + 1 : 0;
  if (missedInRow < missedRingsBeforeAway) return { ...after, lastBusyMs: atMs, missedInRow };
  return { ...after, lastBusyMs: atMs, missedInRow, wish: { kind: "away", reason: "missed" }, wishSinceMs: atMs };
}

/** The time to write up comes after the rest: resting does not use it up. */
function afterCall(state: AgentState, wrapUpMs: number, atMs: EpochMs): AgentState {
  const after = withRest({ ...state, call: null, lastBusyMs: atMs, restOwedMs: 0 }, state.restOwedMs, atMs);
  if (wrapUpMs <= 0 || state.call?.phase !== "talking") return { ...after, wrapUpUntilMs: null };
  const fromMs = Math.max(atMs, after.restUntilMs ?? atMs);
  return { ...after, wrapUpUntilMs: (fromMs + wrapUpMs) as EpochMs };
}

function withRest(state: AgentState, durationMs: number, atMs: EpochMs): AgentState {
  if (!(durationMs > 0)) return state;
  const resting = state.restUntilMs !== null && atMs < state.restUntilMs;
  const restUntilMs = Math.max(state.restUntilMs ?? 0, atMs + durationMs) as EpochMs;
  return { ...state, restUntilMs, restSinceMs: resting ? (state.restSinceMs ?? atMs) : atMs };
}

/** The write-up that was to follow the rest follows now. */
function withoutRest(state: AgentState, atMs: EpochMs): AgentState {
  const { restUntilMs, wrapUpUntilMs } = state;
  const earlierMs = (restUntilMs ?? atMs) - atMs;
  return {
    ...state,
    restUntilMs: null,
    lastBusyMs: atMs,
    wrapUpUntilMs: wrapUpUntilMs === null ? null : (Math.max(atMs, wrapUpUntilMs - earlierMs) as EpochMs),
  };
}

/** Somebody is at the telephone after all: being away because of missed calls is over. */
function attended(state: AgentState, atMs: EpochMs): AgentState {
  const missed = state.wish.kind === "away" && state.wish.reason === "missed";
  return missed ? { ...state, ...readyWish(atMs) } : { ...state, missedInRow: 0 };
}

function idleSince(state: AgentState): EpochMs {
  return Math.max(state.lastBusyMs, state.wishSinceMs, state.wrapUpUntilMs ?? 0, state.restUntilMs ?? 0) as EpochMs;
}
