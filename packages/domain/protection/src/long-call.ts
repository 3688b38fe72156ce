import type { Cause, RefusalReason } from "./decisions.ts";
import type { Actor, HumanAction } from "./events.ts";
import type { LongCallRule } from "./policy.ts";
import { cancelSpeaking, startEnding, startNotice, withdrawLongCallOffer } from "./speaking.ts";
import type { ProtectionState } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Starts the clock at the bridge; exempt lines have none. */
export function startClock(turn: Turn): void {
  const { state, policy } = turn;
  const recommendedMs = policy.longCall?.recommendedMs ?? null;
  if (recommendedMs === null || state.exempt !== null || state.bridgedAtMs === null) return;
  turn.setClock({ limitAtMs: state.bridgedAtMs + recommendedMs });
}

/** Does what the clock has reached, one thing at a time; false when there was nothing to do. */
export function runClock(turn: Turn): boolean {
  const { state, policy } = turn;
  const rule = policy.longCall;
  const { limitAtMs } = state.clock;
  const dueMs = clockDueMs(state, rule);
  if (rule === null || limitAtMs === null || dueMs === null || dueMs > state.nowMs) return false;

  if (state.clock.nextNotice < rule.noticeOffsetsMs.length) {
    // Several may be due at once (after a hold): only the latest says what is true now.
    const next = firstNoticeAfter(rule, limitAtMs, state.nowMs);
    const cause = clockCause(turn, "long-call-notice", dueMs);
    turn.setClock({ nextNotice: next });
    if (rule.atLimit.kind === "advise") {
      turn.emit(cause, { kind: "long-call-hint", remainingMs: limitAtMs - state.nowMs });
    } else {
      startNotice(turn, { cause, families: [] }, next);
    }
    return true;
  }
  const cause = clockCause(turn, state.clock.topic ?? "long-call-limit", dueMs);
  if (rule.atLimit.kind === "button") {
    turn.setClock({ offerId: turn.emit(cause, { kind: "offer-to-end", reason: "long-call", expiresAtMs: null }) });
  } else {
    startEnding(turn, { cause, families: [] }, "long-call", "announced");
  }
  return true;
}

/** When the clock next has something to do; null: never, or not before somebody does something else. */
export function clockDueMs(state: ProtectionState, rule: LongCallRule | null): number | null {
  const { limitAtMs, nextNotice, lastNoticeDoneAtMs, offerId } = state.clock;
  if (rule === null || limitAtMs === null || state.heldByAgent) return null;
  const offsetMs = rule.noticeOffsetsMs[nextNotice];
  if (offsetMs !== undefined) return state.stage.kind === "talking" ? limitAtMs + offsetMs : null;
  switch (rule.atLimit.kind) {
    case "advise":
      return null;
    case "button": {
      const listening = state.stage.kind === "talking" || state.stage.kind === "notice";
      return listening && offerId === null ? limitAtMs : null;
    }
    case "grace":
      if (state.stage.kind !== "talking") return null;
      return Math.max(limitAtMs, lastNoticeDoneAtMs ?? limitAtMs) + rule.atLimit.graceMs;
  }
}

/** From the first notice to the end, a `continue` may mean the clock. */
export function isClockPending(turn: Turn): boolean {
  const { clock, stage, nowMs } = turn.state;
  if (clock.limitAtMs === null) return false;
  if (stage.kind === "ending" && stage.ending.reason === "long-call") return true;
  return clock.nextNotice > 0 || clock.offerId !== null || nowMs >= clock.limitAtMs;
}

/** The clock stops for the rest of the call, unless somebody declares a topic anew. */
export function waiveClock(turn: Turn, by: Actor): void {
  withdrawLongCallOffer(turn, "continued", by);
  turn.setClock({ limitAtMs: null, topic: null });
}

/** Gives the call more time from now, or from the limit if that is still to come. */
export function extend(turn: Turn, action: Extract<HumanAction, { kind: "extend" }>, by: Actor): void {
  const { state, policy } = turn;
  const rule = policy.longCall;
  const refuse = (why: RefusalReason) => refusal(turn, by, action, why);
  if (rule === null || state.clock.limitAtMs === null) return refuse("no-time-limit");
  const { extension } = rule;
  if (extension === null) return refuse("no-extension");
  if (state.clock.extensions >= extension.maxCount) return refuse("no-more-extensions");
  // Written so that NaN is out of range too.
  if (!(action.minutes >= extension.minMinutes && action.minutes <= extension.maxMinutes)) {
    return refuse("minutes-out-of-range");
  }
  if (extension.reasonRequired && action.reason.trim() === "") return refuse("reason-required");

  const { stage } = state;
  if (stage.kind === "notice" || (stage.kind === "ending" && stage.ending.reason === "long-call")) {
    cancelSpeaking(turn, by, action.reason);
  }
  withdrawLongCallOffer(turn, "continued", by);
  const limitAtMs = Math.max(state.clock.limitAtMs, state.nowMs) + action.minutes * 60_000;
  setLimit(turn, limitAtMs, rule, by, { extensions: state.clock.extensions + 1 });
}

/** The agent says what the call is about; its own limit replaces a later one. At least one notice still comes. */
export function declareTopic(turn: Turn, action: Extract<HumanAction, { kind: "declare" }>, by: Actor): void {
  const { state, policy } = turn;
  const rule = policy.longCall;
  const topic = rule?.topics[action.topic];
  if (rule === null || topic === undefined) return refusal(turn, by, action, "topic-not-in-policy");
  if (state.exempt !== null) return refusal(turn, by, action, "no-time-limit");
  const wantedMs = (state.bridgedAtMs ?? state.nowMs) + topic.limitMs;
  const current = state.clock.limitAtMs;
  if (current !== null && current <= wantedMs) {
    turn.emit(humanClockCause(turn, by, current), { kind: "long-call-hint", remainingMs: current - state.nowMs });
    return;
  }
  const lastOffsetMs = rule.noticeOffsetsMs.at(-1) ?? 0;
  setLimit(turn, Math.max(wantedMs, state.nowMs - lastOffsetMs), rule, by, { topic: action.topic });
}

export function refusal(turn: Turn, by: Actor, action: HumanAction, why: RefusalReason): void {
  turn.emit(turn.cause("human-action", { by }), { kind: "refuse-action", by, action, why });
}

function setLimit(
  turn: Turn,
  limitAtMs: number,
  rule: LongCallRule,
  by: Actor,
  change: Partial<ProtectionState["clock"]>,
): void {
  // A notice due this very moment is still to play.
  const nextNotice = firstNoticeAfter(rule, limitAtMs, turn.nowMs - 1);
  turn.setClock({ ...change, limitAtMs, nextNotice });
  turn.emit(humanClockCause(turn, by, limitAtMs), { kind: "long-call-hint", remainingMs: limitAtMs - turn.nowMs });
}

function firstNoticeAfter(rule: LongCallRule, limitAtMs: number, atMs: number): number {
  const index = rule.noticeOffsetsMs.findIndex((offsetMs) => limitAtMs + offsetMs > atMs);
  return index === -1 ? rule.noticeOffsetsMs.length : index;
}

function clockCause(turn: Turn, rule: Cause["rule"], dueMs: number): Cause {
  const { nowMs, bridgedAtMs } = turn.state;
  const fromMs = bridgedAtMs ?? 0;
  return turn.cause(rule, { values: { talkedMs: nowMs - fromMs }, thresholds: { talkedMs: dueMs - fromMs } });
}

function humanClockCause(turn: Turn, by: Actor, limitAtMs: number): Cause {
  const fromMs = turn.state.bridgedAtMs ?? 0;
  return turn.cause("human-action", {
    by,
    values: { talkedMs: turn.nowMs - fromMs },
    thresholds: { talkedMs: limitAtMs - fromMs },
  });
}
