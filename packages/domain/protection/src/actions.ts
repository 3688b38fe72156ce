import type { Actor, HumanAction } from "./events.ts";
import { declareTopic, extend, isClockPending, refusal, waiveClock } from "./long-call.ts";
import { cancelSpeaking, clearHint, familiesInPlay, startEnding, startWarning, withdrawOffer } from "./speaking.ts";
import type { LabelFamily, Offer, Pending } from "./state.ts";
import type { Turn } from "./turn.ts";

/** What a person at the desk decides comes before every rule; what cannot be done is refused aloud. */
export function act(turn: Turn, action: HumanAction, by: Actor): void {
  const { stage } = turn;
  if (stage.kind === "not-connected" || stage.kind === "over") {
    refusal(turn, by, action, "not-connected");
    return;
  }
  const agentGone = stage.kind === "ending" && stage.ending.agentLeft;
  if (stage.kind === "leaving" || agentGone) {
    refusal(turn, by, action, "already-ending");
    return;
  }
  switch (action.kind) {
    case "continue":
      continueCall(turn, action.reason ?? null, by);
      return;
    case "extend":
      if (stage.kind === "ending" && stage.ending.reason !== "long-call") break;
      extend(turn, action, by);
      return;
    case "warn-now":
      if (stage.kind === "ending") break;
      warn(turn, action, by, turn.state.offer?.severity === 1 ? turn.state.offer : null);
      return;
    case "end-now":
      if (stage.kind === "ending") break;
      endNow(turn, by);
      return;
    case "confirm":
      if (stage.kind === "ending") break;
      confirm(turn, action, by);
      return;
    case "declare":
      if (stage.kind === "ending") break;
      declareTopic(turn, action, by);
      return;
  }
  refusal(turn, by, action, "already-ending");
}

/**
 * 계속. Cancels whatever is pending and forgives its cause: of the families of labels it rests on, nothing that the
 * caller began to say before this moment ever counts again. With no word and no clock pending it answers all that was said.
 */
function continueCall(turn: Turn, reason: string | null, by: Actor): void {
  const { state } = turn;
  const clockPending = isClockPending(turn);
  const inPlay = familiesInPlay(state);
  const families = inPlay.length > 0 || clockPending ? inPlay : allFamilies;

  cancelSpeaking(turn, by, reason);
  withdrawOffer(turn, "continued", by);
  if (clockPending) waiveClock(turn, by);
  clearHint(turn, "human-action", by);
  turn.set({
    entries: [],
    due: null,
    warningRequest: null,
    continuedAtMs: { ...state.continuedAtMs, ...Object.fromEntries(families.map((f) => [f, state.nowMs])) },
  });
}

const allFamilies: readonly LabelFamily[] = ["abuse", "threat", "sexual_harassment"];

function warn(turn: Turn, action: HumanAction, by: Actor, offer: Offer | null): void {
  const { stage, warningRequest } = turn.state;
  if (stage.kind === "warning" || warningRequest !== null) {
    refusal(turn, by, action, "already-warning");
    return;
  }
  const cause = offer === null ? turn.cause("human-action", { by }) : turn.follow(offer.cause, "human-action", by);
  const pending: Pending = { cause, families: offer?.families ?? [] };
  if (stage.kind === "talking") {
    startWarning(turn, pending);
    return;
  }
  if (offer !== null) withdrawOffer(turn, "accepted", by);
  turn.set({ warningRequest: pending });
}

/** With an ending on offer this is its confirmation; otherwise it is the person's own decision. */
function endNow(turn: Turn, by: Actor): void {
  const { offer, clock } = turn.state;
  if (offer !== null && offer.severity > 1) {
    endAsOffered(turn, offer, by);
    return;
  }
  const reason = clock.offerId === null ? by : "long-call";
  startEnding(turn, { cause: turn.cause("human-action", { by }), families: [] }, reason, "announced");
}

function confirm(turn: Turn, action: Extract<HumanAction, { kind: "confirm" }>, by: Actor): void {
  const { offer, clock } = turn.state;
  const wants = (offerId: string) => action.offerId === undefined || action.offerId === offerId;
  if (offer !== null && wants(offer.offerId)) {
    if (offer.severity === 1) warn(turn, action, by, offer);
    else endAsOffered(turn, offer, by);
    return;
  }
  if (clock.offerId !== null && wants(clock.offerId)) {
    startEnding(turn, { cause: turn.cause("human-action", { by }), families: [] }, "long-call", "announced");
    return;
  }
  refusal(turn, by, action, "nothing-offered");
}

function endAsOffered(turn: Turn, offer: Offer, by: Actor): void {
  const cause = turn.follow(offer.cause, "human-action", by);
  const style = offer.severity === 3 ? "at-once" : "announced";
  startEnding(turn, { cause, families: offer.families }, "abuse", style);
}
