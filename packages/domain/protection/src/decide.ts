import { hear } from "./abuse.ts";
import { act } from "./actions.ts";
import type { Decision } from "./decisions.ts";
import type { ProtectionEvent } from "./events.ts";
import { clockDueMs, runClock, startClock } from "./long-call.ts";
import type { Policy } from "./policy.ts";
import {
  announcementCompleted,
  announcementFailed,
  announcementStarted,
  callOver,
  clearHint,
  giveRest,
  isSpeaking,
  stageDue,
  startEnding,
  startWarning,
  transferredOutside,
  withdrawLongCallOffer,
  withdrawOffer,
} from "./speaking.ts";
import type { ProtectionState, Severity } from "./state.ts";
import { Turn } from "./turn.ts";

/** How many times of hold and deafness are remembered; older ones are over before any recogniser reports on them. */
const maxUnheard = 16;

/**
 * The whole of protection: what has become of the call, and what is to be done now, in this order. Pure and total:
 * the same history gives the same decisions, nothing throws, and time that passed before the event is made up for
 * first, so that it does not matter how late a timer fires.
 */
export function decide(
  state: ProtectionState,
  event: ProtectionEvent,
  policy: Policy,
): { readonly state: ProtectionState; readonly decisions: readonly Decision[] } {
  if (state.stage.kind === "over") return { state, decisions: [] };
  const turn = new Turn(state, policy);
  // A time that is no time is now.
  passTime(turn, Number.isFinite(event.atMs) ? event.atMs : turn.nowMs);
  apply(turn, event);
  settle(turn);
  passTime(turn, turn.nowMs);
  return { state: turn.state, decisions: turn.decisions };
}

/** When the next `tick` is due on the call's clock; null: nothing waits on time. Always after the last event. */
export function nextDeadlineMs(state: ProtectionState, policy: Policy): number | null {
  const { stage, offer, hintUntilMs } = state;
  if (stage.kind === "over") return null;
  const deadlines = [
    isSpeaking(stage) || stage.kind === "leaving" ? stage.dueMs : null,
    offer?.expiresAtMs ?? null,
    hintUntilMs,
    clockDueMs(state, policy.longCall),
  ].filter((deadline) => deadline !== null);
  return deadlines.length === 0 ? null : Math.min(...deadlines);
}

/** Everything that falls due up to `atMs` happens at its own moment, in order. */
function passTime(turn: Turn, atMs: number): void {
  for (;;) {
    const deadlineMs = nextDeadlineMs(turn.state, turn.policy);
    if (deadlineMs === null || !(deadlineMs <= atMs)) break;
    turn.set({ nowMs: Math.max(turn.nowMs, deadlineMs) });
    const { stage, offer, hintUntilMs } = turn.state;
    if ((isSpeaking(stage) || stage.kind === "leaving") && stage.dueMs <= turn.nowMs) stageDue(turn);
    if (offer !== null && offer.expiresAtMs <= turn.nowMs) withdrawOffer(turn, "expired", null);
    if (hintUntilMs !== null && hintUntilMs <= turn.nowMs) clearHint(turn, "hint-faded");
    settle(turn);
  }
  if (atMs > turn.nowMs) turn.set({ nowMs: atMs });
}

function apply(turn: Turn, event: ProtectionEvent): void {
  if (turn.stage.kind === "over") return;
  switch (event.kind) {
    case "tick":
      return;
    case "bridged":
      bridged(turn);
      return;
    case "utterance-assessed":
      hear(turn, event);
      return;
    case "announcement-started":
      announcementStarted(turn, event.announcementId, event.atMs);
      return;
    case "announcement-completed":
      announcementCompleted(turn, event.announcementId, event.atMs);
      return;
    case "announcement-failed":
      announcementFailed(turn, event.announcementId, "announcement-failed");
      return;
    case "media-lost":
      announcementFailed(turn, null, "announcement-failed");
      return;
    case "action":
      act(turn, event.action, event.by);
      return;
    case "hold":
    case "resumed":
      if (event.by === "agent") hold(turn, event.kind === "hold");
      return;
    case "hearing-lost":
      beginUnheard(turn, "hearing-lost");
      return;
    case "hearing-restored":
      endUnheard(turn, "hearing-lost");
      return;
    case "transferred":
      transferred(turn, event.to);
      return;
    case "agent-hung-up":
      agentHungUp(turn);
      return;
    case "caller-hung-up":
      callOver(turn, "caller", "caller-left");
      return;
    case "call-ended":
      callOver(turn, event.by, "call-over");
      return;
  }
}

/** Begins whatever is due and no longer in anything's way. */
function settle(turn: Turn): void {
  while (actOnDue(turn) || playRequestedWarning(turn) || runClock(turn));
}

function actOnDue(turn: Turn): boolean {
  const { due, stage, offer, heldByAgent } = turn.state;
  if (due === null) return false;
  switch (whoCarriesOut(turn, due.severity)) {
    case "nobody":
      turn.set({ due: null });
      return true;
    case "a-person": {
      turn.set({ due: null });
      if (offer !== null && offer.severity >= due.severity) return true;
      withdrawOffer(turn, "superseded", null);
      const expiresAtMs = turn.nowMs + turn.policy.confirmation.windowMs;
      const offerId =
        due.severity === 1
          ? turn.emit(due.cause, { kind: "offer-to-warn", warningNumber: turn.state.warnings.length + 1, expiresAtMs })
          : turn.emit(due.cause, { kind: "offer-to-end", reason: "abuse", expiresAtMs });
      turn.set({ offer: { ...due, offerId, expiresAtMs } });
      return true;
    }
    case "the-machine":
      if (heldByAgent) return false;
      if (due.severity > 1) {
        startEnding(turn, due, "abuse", due.severity === 3 ? "at-once" : "announced");
        return true;
      }
      if (stage.kind !== "talking") return false;
      startWarning(turn, due);
      return true;
  }
}

function whoCarriesOut({ state, policy }: Turn, severity: Severity): "the-machine" | "a-person" | "nobody" {
  const { asks } = policy.confirmation;
  switch (policy.decider) {
    case "advise-only":
      return "nobody";
    case "automatic":
      return severity > 1 && state.exempt === "every-automatic-ending" ? "a-person" : "the-machine";
    case "agent-confirms": {
      if (severity > 1 && state.exempt === "every-automatic-ending") return "a-person";
      const asked = asks === "warnings-and-endings" || asks === (severity === 1 ? "warnings" : "endings");
      return asked ? "a-person" : "the-machine";
    }
  }
}

function playRequestedWarning(turn: Turn): boolean {
  const { warningRequest, stage } = turn.state;
  if (warningRequest === null || stage.kind !== "talking") return false;
  startWarning(turn, warningRequest);
  return true;
}

function bridged(turn: Turn): void {
  if (turn.state.bridgedAtMs !== null) return;
  turn.set({ stage: { kind: "talking" }, bridgedAtMs: turn.nowMs });
  startClock(turn);
}

function hold(turn: Turn, held: boolean): void {
  turn.set({ heldByAgent: held });
  if (held) beginUnheard(turn, "hold");
  else endUnheard(turn, "hold");
}

function beginUnheard(turn: Turn, why: "hold" | "hearing-lost"): void {
  const { unheard } = turn.state;
  if (unheard.some((time) => time.why === why && time.toMs === null)) return;
  turn.set({ unheard: [...unheard, { why, fromMs: turn.nowMs, toMs: null }].slice(-maxUnheard) });
}

function endUnheard(turn: Turn, why: "hold" | "hearing-lost"): void {
  turn.set({
    unheard: turn.state.unheard.map((time) =>
      time.why === why && time.toMs === null ? { ...time, toMs: turn.nowMs } : time,
    ),
  });
}

/** The new agent's desk starts clean; what the caller was told and what the clock shows belong to the call. */
function transferred(turn: Turn, to: "agent" | "outside"): void {
  if (to === "outside") {
    transferredOutside(turn);
    return;
  }
  withdrawOffer(turn, "superseded", null);
  withdrawLongCallOffer(turn, "superseded", null);
  clearHint(turn, "transferred");
  hold(turn, false);
}

/** An ending that plays goes on to the caller, and the agent rests from now; otherwise the call is over. */
function agentHungUp(turn: Turn): void {
  const { stage } = turn;
  if (stage.kind === "leaving") return;
  if (stage.kind !== "ending") {
    callOver(turn, "agent", "agent-left");
    return;
  }
  giveRest(turn, "agent-left");
  const now = turn.stage;
  if (now.kind === "ending") turn.set({ stage: { ...now, ending: { ...now.ending, agentLeft: true } } });
}
