import type { PolicyId, UtteranceId } from "@jikimi/kernel";
import {
  type AbuseLabel,
  abuseLabels,
  type Decision,
  decide,
  type ExemptLine,
  type HumanAction,
  initialState,
  type LongCallRule,
  nextDeadlineMs,
  type Policy,
  type ProtectionEvent,
  type ProtectionState,
  presets,
} from "../src/index.ts";

/** One event of a history with what it did. */
export type Step = {
  readonly before: ProtectionState;
  readonly event: ProtectionEvent;
  readonly after: ProtectionState;
  readonly decisions: readonly Decision[];
};

export type History = { readonly policy: Policy; readonly exempt: ExemptLine | null; readonly steps: readonly Step[] };

/** Many small choices out of one number (splitmix32), so that a history is a short list of numbers and shrinks well. */
export class Dice {
  #state: number;

  constructor(roll: number) {
    this.#state = roll | 0;
  }

  /** A whole number in [0, sides). */
  below(sides: number): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let mixed = this.#state ^ (this.#state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % sides;
  }

  oneOf<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

/** A preset, or a policy of seconds with every setting left to chance. */
function randomPolicy(dice: Dice): Policy {
  const preset = dice.oneOf(presets);
  if (dice.chance(30)) return preset;
  const rule = () => ({
    threshold: 0.8,
    weight: dice.oneOf([0, 0.3, 0.6, 1, 1, 2]),
    warningsBeforeEnding: dice.below(4),
    ending: dice.chance(25) ? ("at-once" as const) : ("announced" as const),
  });
  return {
    ...preset,
    id: "random" as PolicyId,
    decider: dice.oneOf(["automatic", "automatic", "agent-confirms", "advise-only"]),
    confirmation: {
      asks: dice.oneOf(["warnings", "endings", "warnings-and-endings"]),
      windowMs: dice.oneOf([5000, 30_000]),
    },
    labels: { profanity: rule(), insult: rule(), threat: rule(), sexual_harassment: rule(), discrimination: rule() },
    accumulation: { warnAt: dice.oneOf([1, 1, 2]), halfLifeMs: dice.oneOf([null, 20_000]) },
    graceAfterWarningMs: dice.oneOf([0, 2000]),
    announcement: { limitMs: 20_000, retryDelayMs: dice.oneOf([0, 1500]) },
    muteCallerWhileEnding: dice.chance(70),
    restMs: { afterAbuse: dice.oneOf([0, 600_000]), afterLongCall: dice.oneOf([0, 300_000]) },
    longCall: dice.chance(25)
      ? null
      : {
          recommendedMs: dice.oneOf([null, 30_000, 60_000]),
          noticeOffsetsMs: dice.oneOf([[0], [-10_000], [-20_000, -5000, 0]]),
          atLimit: dice.oneOf<LongCallRule["atLimit"]>([
            { kind: "button" },
            { kind: "grace", graceMs: 8000 },
            { kind: "advise" },
          ]),
          extension: dice.chance(30) ? null : { minMinutes: 1, maxMinutes: 3, maxCount: 2, reasonRequired: true },
          topics: { "repeated-content": { limitMs: 20_000 }, "out-of-competence": { limitMs: 45_000 } },
        },
  };
}

/** Plays a history of which every number is one event, chosen with an eye on the state so that it goes deep. */
export function playHistory(seed: number, rolls: readonly number[]): History {
  const dice = new Dice(seed);
  const policy = randomPolicy(dice);
  const line = policy.exemptLines[dice.below(policy.exemptLines.length)] ?? null;
  const exempt = dice.chance(12) ? line : null;
  const direction = dice.oneOf<"inbound" | "outbound">(["inbound", "outbound"]);
  let state = initialState({ direction, policy, exempt });
  const steps: Step[] = [];
  const take = (event: ProtectionEvent) => {
    const { state: after, decisions } = decide(state, event, policy);
    steps.push({ before: state, event, after, decisions });
    state = after;
  };
  if (dice.chance(95)) take({ kind: "bridged", atMs: 1000 + dice.below(5000) });
  rolls.forEach((roll, index) => {
    take(randomEvent(new Dice(roll), state, policy, index));
  });
  return { policy, exempt, steps };
}

/** Takes the same events again, changed by `change`, and gives all decisions. */
export function replay(
  { policy, exempt, steps }: History,
  change: {
    direction?: "inbound" | "outbound";
    events?: (event: ProtectionEvent) => readonly ProtectionEvent[];
  } = {},
): readonly Decision[] {
  let state = initialState({ direction: change.direction ?? "inbound", policy, exempt });
  const all: Decision[] = [];
  for (const { event } of steps) {
    for (const one of change.events?.(event) ?? [event]) {
      const step = decide(state, one, policy);
      state = step.state;
      all.push(...step.decisions);
    }
  }
  return all;
}

export function randomEvent(dice: Dice, state: ProtectionState, policy: Policy, index: number): ProtectionEvent {
  const deadlineMs = nextDeadlineMs(state, policy);
  if (deadlineMs !== null && dice.chance(12)) return { kind: "tick", atMs: deadlineMs };
  const atMs = state.nowMs + dice.oneOf([0, 1, 300, 2000, 2000, 7000, 15_000, 60_000]);
  const playing = "announcementId" in state.stage ? state.stage.announcementId : null;
  if (playing !== null && dice.chance(35)) {
    if (dice.chance(20)) return { kind: "announcement-failed", announcementId: playing, why: "chance", atMs };
    if (dice.chance(25)) return { kind: "announcement-started", announcementId: playing, atMs };
    return { kind: "announcement-completed", announcementId: playing, atMs: state.nowMs + dice.below(9000) };
  }
  const waiting = state.stage.kind === "leaving" || state.stage.kind === "over";
  if (waiting && dice.chance(30)) return { kind: "call-ended", by: dice.oneOf(["jikimi", "caller", "fault"]), atMs };
  if (dice.chance(55)) return randomUtterance(dice, atMs, index);
  if (dice.chance(45)) {
    return { kind: "action", by: dice.oneOf(["agent", "supervisor"]), action: randomAction(dice, state), atMs };
  }
  const stale = `d${dice.below(state.decisionCount + 2)}`;
  const rare: readonly [ProtectionEvent, ...ProtectionEvent[]] = [
    { kind: "tick", atMs },
    { kind: "tick", atMs: atMs - 5000 },
    { kind: "bridged", atMs },
    { kind: "hold", by: dice.oneOf(["agent", "caller"]), atMs },
    { kind: "resumed", by: "agent", atMs },
    { kind: "resumed", by: dice.oneOf(["agent", "caller"]), atMs },
    { kind: "hearing-lost", atMs },
    { kind: "hearing-restored", atMs },
    { kind: "hearing-restored", atMs },
    { kind: "media-lost", atMs },
    { kind: "announcement-completed", announcementId: stale, atMs },
    { kind: "announcement-failed", announcementId: stale, why: "chance", atMs },
    { kind: "transferred", to: dice.chance(80) ? "agent" : "outside", atMs },
    dice.chance(25) ? { kind: "caller-hung-up", atMs } : { kind: "tick", atMs },
    dice.chance(50) ? { kind: "agent-hung-up", atMs } : { kind: "tick", atMs },
    dice.chance(25)
      ? { kind: "call-ended", by: dice.oneOf(["agent", "caller", "fault"]), atMs }
      : { kind: "tick", atMs },
  ];
  return dice.oneOf(rare);
}

function randomUtterance(dice: Dice, atMs: number, index: number): ProtectionEvent & { kind: "utterance-assessed" } {
  const lengthMs = dice.oneOf([500, 2000, 6000]);
  const endMs = Math.max(0, atMs - dice.oneOf([200, 200, 1500, 8000]));
  const labels: Partial<Record<AbuseLabel, number>> = {};
  for (const label of abuseLabels) {
    if (dice.chance(30)) labels[label] = dice.oneOf([0.5, 0.79, 0.8, 0.95]);
  }
  const known = dice.chance(8) && index > 0 ? dice.below(index) : index;
  return {
    kind: "utterance-assessed",
    speaker: dice.chance(80) ? "caller" : "agent",
    utteranceId: `u${known}` as UtteranceId,
    startMs: endMs - lengthMs,
    endMs,
    confidence: dice.oneOf([0.2, 0.5, 0.9, 0.9, 0.9]),
    labels,
    atMs,
  };
}

function randomAction(dice: Dice, state: ProtectionState): HumanAction {
  const offerId = state.offer?.offerId ?? state.clock.offerId;
  return dice.oneOf<HumanAction>([
    { kind: "continue" },
    { kind: "continue", reason: "설명이 더 필요함" },
    { kind: "warn-now" },
    { kind: "end-now" },
    { kind: "confirm" },
    { kind: "confirm", offerId: dice.chance(70) && offerId !== null ? offerId : "d999" },
    { kind: "extend", minutes: dice.oneOf([1, 2, 5, Number.NaN]), reason: dice.oneOf(["", "urgent-matter"]) },
    { kind: "declare", topic: dice.oneOf(["repeated-content", "out-of-competence"]) },
  ]);
}
