import type { UtteranceId } from "@jikimi/kernel";
import {
  countingLabels,
  decide,
  type ExemptLine,
  initialState,
  isAtRisk,
  nextDeadlineMs,
  type Policy,
  type ProtectionEvent,
  type ProtectionState,
} from "@jikimi/protection";
import type { Call } from "./call.ts";
import type { CallDeps } from "./call-deps.ts";
import { type Carrying, carryOut } from "./carry-out.ts";
import type { InboxItem } from "./inbox.ts";

/**
 * The line of one call (DESIGN §3), from what was heard to what was done:
 *
 * | | where                | here                                              |
 * |-|----------------------|---------------------------------------------------|
 * |4| apps/listen          | an utterance comes into the call's inbox           |
 * |5| domain/language      | `judge.assess` scores it                           |
 * |6| domain/protection    | `decide` says what to do: pure                     |
 * |7| services/calls       | `carryOut` plays, mutes, ends; tells what happened |
 * |8| services/incidents   | the record, opened before an ending, closed after  |
 *
 * What must come back (an announcement's end, an agent's key) is a new item in the inbox. Runs from the bridge until
 * the call is over and its record closed; never rejects because of what a caller, a worker or a database did.
 */
export async function protectCall(
  call: Call,
  { policy, exempt }: { policy: Policy; exempt: ExemptLine | null },
  deps: CallDeps,
): Promise<void> {
  let state = initialState({ direction: call.direction, policy, exempt });
  let clockTold: ProtectionState["clock"] | null = null;
  let atRisk = false;
  let timer = deps.clock.after(0, () => {});
  const carrying: Carrying = { call, policy, deps, incidents: new Map(), endingReason: null, playing: new Map() };
  const drafts: Drafts = [];
  for await (const item of call.inbox) {
    const event = toEvent({ call, item, policy, drafts }, deps);
    if (event === null) continue;
    const step = decide(state, event, policy);
    state = step.state;
    if (isAtRisk(state) !== atRisk) {
      atRisk = !atRisk;
      deps.hearing.attend(call, { atRisk });
    }
    if (policy.longCall !== null && state.stage.kind !== "over" && !isSameClock(state.clock, clockTold)) {
      clockTold = state.clock;
      const { limitAtMs, extensions, topic } = clockTold;
      call.tell({ kind: "long-call-clock", limitAtMs, extensions, topic, exempt: exempt !== null });
    }
    for (const decision of step.decisions) await carryOut(decision, carrying);
    if (item.kind === "event" && item.decided !== undefined) {
      const refusal = step.decisions.find((decision) => decision.kind === "refuse-action");
      item.decided(refusal === undefined ? null : refusal.why);
    }
    if (event.kind === "agent-hung-up" && state.stage.kind !== "ending" && state.stage.kind !== "leaving") {
      call.finish({ by: "agent", reason: "hung-up" });
    }
    timer.cancel();
    const dueMs = nextDeadlineMs(state, policy);
    if (dueMs !== null) {
      timer = deps.clock.after(Math.max(0, dueMs - call.atMs), () =>
        call.put({ kind: "event", event: { kind: "tick" } }),
      );
    }
    if (item.kind === "over") break;
  }
  timer.cancel();
}

/** What people see of it is the same; which notice comes next is the machine's own affair. */
function isSameClock(now: ProtectionState["clock"], told: ProtectionState["clock"] | null): boolean {
  if (told === null) return false;
  return now.limitAtMs === told.limitAtMs && now.extensions === told.extensions && now.topic === told.topic;
}

/** What the caller had said in part when it was judged, and under which id: the whole takes its place. */
type Drafts = { readonly startMs: number; readonly utteranceId: UtteranceId }[];

/** A stream's clock may be put right between a draft and the whole; no two utterances begin this close together. */
const sameStartMs = 500;

/**
 * Rows 4 and 5: an utterance is written down as heard, judged (the caller's only), and written down as judged. Of somebody who
 * still speaks only what would count is written down: the whole comes soon enough.
 */
function toEvent(
  { call, item, policy, drafts }: { call: Call; item: InboxItem; policy: Policy; drafts: Drafts },
  deps: CallDeps,
): ProtectionEvent | null {
  switch (item.kind) {
    case "event":
      return { atMs: call.atMs, ...item.event } as ProtectionEvent;
    case "over":
      return { kind: "call-ended", by: item.by, atMs: call.atMs };
    case "heard": {
      const { utterance, recognizer } = item;
      const { speaker, startMs, endMs, confidence } = utterance;
      const judged = speaker === "agent" ? null : deps.judge.assess(utterance);
      if (utterance.draft === true && (judged === null || countingLabels(judged, policy).length === 0)) return null;
      const known = drafts.find((draft) => speaker === "caller" && Math.abs(draft.startMs - startMs) < sameStartMs);
      const utteranceId = known?.utteranceId ?? (call.nextUtteranceId() as UtteranceId);
      if (utterance.draft === true && known === undefined) drafts.push({ startMs, utteranceId });
      call.tell({ kind: "utterance", utteranceId, ...utterance, recognizer });
      if (judged === null) return null;
      const { labels, abusive, evidence, modelVersion } = judged;
      call.tell({ kind: "assessed", utteranceId, labels, abusive, evidence, modelVersion });
      return { kind: "utterance-assessed", speaker, utteranceId, startMs, endMs, confidence, labels, atMs: call.atMs };
    }
  }
}
