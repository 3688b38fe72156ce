import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Dice, type History, playHistory, randomEvent, replay, type Step } from "../testing/histories.ts";
import { countingLabels, familyOf } from "./abuse.ts";
import { type AbuseLabel, type Decision, decide, nextDeadlineMs, type ProtectionState } from "./index.ts";

/** Twelve properties of 7000 random histories, four of 4000 that play each history twice or more: 100 000 in all. */
const historiesPerProperty = 7000;
const historiesPerComparison = 4000;

function forAllHistories(check: (history: History) => void, runs = historiesPerProperty): void {
  const rolls = fc.array(fc.integer({ min: 0, max: 0x7fffffff }), { minLength: 1, maxLength: 30, size: "max" });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0x7fffffff }), rolls, (seed, numbers) => check(playHistory(seed, numbers))),
    { numRuns: runs },
  );
}

/** Plain comparisons: `expect` is too slow to be asked millions of times. */
function must(condition: boolean, sentence: string, ...facts: unknown[]): void {
  if (!condition) throw new Error(`${sentence} ${JSON.stringify(facts)}`);
}

function* decisionsOf(history: History): Generator<{ step: Step; decision: Decision }> {
  for (const step of history.steps) {
    for (const decision of step.decisions) yield { step, decision };
  }
}

describe("over random histories", () => {
  test("a call never ends without its announcement completed, unless the policy says at once or it failed twice", () => {
    const seen = { completed: 0, skipped: 0, failed: 0 };
    forAllHistories((history) => {
      const { policy } = history;
      let plays: string[] = [];
      const reported = new Set<string>();
      const completed = new Set<string>();
      for (const { before, event, decisions } of history.steps) {
        // One that is reported after its time limit has failed already.
        const playing = "announcementId" in before.stage && event.atMs < before.stage.dueMs ? before.stage : null;
        if (event.kind === "announcement-completed") {
          reported.add(event.announcementId);
          if (event.announcementId === playing?.announcementId) completed.add(event.announcementId);
        }
        for (const decision of decisions) {
          if (decision.kind === "open-incident") plays = [];
          if (decision.kind === "play-announcement" && decision.announcement.kind.includes("ending")) {
            plays.push(decision.id);
          }
          if (decision.kind !== "end-call") continue;
          if (decision.announcement === "completed") {
            must(reported.has(plays.at(-1) ?? ""), "ended before its announcement was heard", decision);
          } else if (decision.announcement === "failed") {
            must(plays.length === 2 && !plays.some((id) => completed.has(id)), "gave up too early", decision);
          } else {
            must(decision.announcement === "skipped" && decision.reason === "abuse", "ended silently", decision);
            const atOnce = Object.keys(decision.cause.values).some(
              (key) => key in policy.labels && policy.labels[key as AbuseLabel].ending === "at-once",
            );
            must(atOnce && plays.length === 0, "at once without the policy's leave", decision);
          }
          if (decision.announcement !== "cut-short") seen[decision.announcement] += 1;
        }
      }
    });
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(100);
  });

  test("nothing the agent says changes anything", () => {
    forAllHistories((history) => {
      const silenced = replay(history, {
        events: (event) => [
          event.kind === "utterance-assessed" && event.speaker === "agent" ? { kind: "tick", atMs: event.atMs } : event,
        ],
      });
      must(same(silenced, replay(history)), "the agent's words were acted on");
    }, historiesPerComparison);
  });

  test("after `continue` the same cause never comes back: no word of it, and no clock", () => {
    let continued = 0;
    forAllHistories((history) => {
      const { policy, steps } = history;
      const spoken = new Map<string, { startMs: number; labels: Set<AbuseLabel> }>();
      const forgiven: { atMs: number; families: Set<string> }[] = [];
      let waived = false;
      for (const { before, event, after, decisions } of steps) {
        if (event.kind === "utterance-assessed" && event.speaker === "caller") {
          const known = spoken.get(event.utteranceId);
          spoken.set(event.utteranceId, {
            // A second ear may place it elsewhere; it is new only if all of it is.
            startMs: Math.max(known?.startMs ?? 0, event.startMs),
            labels: new Set([...(known?.labels ?? []), ...countingLabels(event, policy)]),
          });
        }
        if (event.kind === "action" && event.action.kind === "declare") waived = false;
        for (const decision of decisions) {
          const byRule = decision.cause.rule === "abuse-sum" && decision.cause.by === null;
          if (byRule && isStage(decision)) {
            for (const utteranceId of decision.cause.utteranceIds) {
              const { startMs, labels } = spoken.get(utteranceId) ?? { startMs: -1, labels: new Set<AbuseLabel>() };
              for (const { atMs, families } of forgiven) {
                const fresh = startMs >= atMs || [...labels].some((label) => !families.has(familyOf(label)));
                must(fresh, "a forgiven utterance came back", decision);
              }
            }
          }
          must(!(waived && isLongCallStage(decision)), "a waived clock went on", decision);
        }
        const refused = decisions.some((decision) => decision.kind === "refuse-action");
        const accepted = !refused && after.stage.kind !== "over";
        if (event.kind !== "action" || event.action.kind !== "continue" || !accepted) continue;
        // Time that passed before the press may have added to what was pending; what the press ended is pending too.
        const pending = [...causesOf(before), ...decisions.map((decision) => decision.cause)];
        const families = new Set(
          pending
            .flatMap((cause) => cause.utteranceIds)
            .flatMap((id) => [...(spoken.get(id)?.labels ?? [])])
            .filter((label) => pending.some((cause) => label in cause.values))
            .map(familyOf),
        );
        forgiven.push({ atMs: after.nowMs, families });
        waived ||= after.clock.limitAtMs === null && before.clock.limitAtMs !== null;
        const nextNotice = after.stage.kind === "notice" && after.clock.nextNotice > before.clock.nextNotice;
        must(after.stage.kind === "talking" || nextNotice, "the machine went on", after.stage);
        must(after.offer === null && after.due === null, "something stayed pending", after);
        continued += families.size;
      }
    });
    expect(continued).toBeGreaterThan(500);
  });

  test("never stuck: left alone, every state comes to rest in talk or over, and each timer moves it on", () => {
    forAllHistories((history) => {
      for (const { after } of history.steps) mustWaitOnSomething(after, nextDeadlineMs(after, history.policy));
      let state = history.steps.at(-1)?.after;
      for (let ticks = 0; state !== undefined; ticks++) {
        const deadlineMs = nextDeadlineMs(state, history.policy);
        if (deadlineMs === null) break;
        must(deadlineMs > state.nowMs, "a timer lies in the past", state);
        must(ticks < 60, "time alone never brings it to rest", state.stage);
        state = decide(state, { kind: "tick", atMs: deadlineMs }, history.policy).state;
      }
      if (state === undefined) return;
      must(["talking", "not-connected", "over"].includes(state.stage.kind), "came to rest in the middle", state.stage);
      must(state.offer === null && (state.due === null || state.heldByAgent), "left something pending", state);
      const ended = decide(state, { kind: "call-ended", by: "caller", atMs: state.nowMs }, history.policy).state;
      must(ended.stage.kind === "over", "could not end");
    });
  });

  test("never a zombie: after `call-ended` no decision and no timer, whatever comes", () => {
    forAllHistories((history) => {
      const last = history.steps.at(-1)?.after;
      if (last === undefined) return;
      let { state } = decide(last, { kind: "call-ended", by: "caller", atMs: last.nowMs }, history.policy);
      for (let roll = 0; roll < 25; roll++) {
        const event = randomEvent(new Dice(last.nowMs + roll), last, history.policy, roll);
        const step = decide(state, { ...event, atMs: state.nowMs + roll * 90_000 }, history.policy);
        must(step.decisions.length === 0, "decided after the end", event);
        state = step.state;
        must(nextDeadlineMs(state, history.policy) === null, "waits after the end");
      }
    });
  });

  test("inbound and outbound calls are protected alike", () => {
    forAllHistories((history) => {
      const inbound = replay(history, { direction: "inbound" });
      const outbound = replay(history, { direction: "outbound" });
      must(same(inbound, outbound), "the direction made a difference");
    }, historiesPerComparison);
  });

  test("no rule plays more warnings than the policy's most lenient label has", () => {
    forAllHistories((history) => {
      const most = Math.max(...Object.values(history.policy.labels).map((label) => label.warningsBeforeEnding));
      for (const { decision } of decisionsOf(history)) {
        if (decision.kind !== "play-announcement" || decision.announcement.kind !== "warning") continue;
        if (decision.cause.rule !== "abuse-sum") continue;
        must(decision.announcement.warningNumber <= most, "one warning too many", decision);
      }
    });
  });

  test("an ending's record is opened before it, closed exactly once, and never two at a time", () => {
    let closed = 0;
    forAllHistories((history) => {
      const last = history.steps.at(-1)?.after;
      const final =
        last === undefined
          ? []
          : decide(last, { kind: "call-ended", by: "fault", atMs: last.nowMs }, history.policy).decisions;
      let open: number | null = null;
      let opened = 0;
      for (const decision of [...history.steps.flatMap((step) => step.decisions), ...final]) {
        const ends = decision.kind === "end-call" || decision.kind === "start-rest" || isEndingAnnouncement(decision);
        if (ends) must(open !== null, "acted without a record", decision);
        if (decision.kind === "open-incident") {
          must(open === null, "two records at once", decision);
          must(decision.incidentNumber === opened + 1, "numbered out of order", decision);
          opened = decision.incidentNumber;
          open = opened;
        }
        if (decision.kind === "close-incident") {
          must(open === decision.incidentNumber, "closed what was not open", decision);
          open = null;
          closed += 1;
        }
      }
      must(open === null, "a record stayed open");
    });
    expect(closed).toBeGreaterThan(1000);
  });

  test("the same history gives the same decisions, and no state is ever changed in place", () => {
    forAllHistories((history) => {
      for (const { before, event } of history.steps) {
        deepFreeze(before);
        deepFreeze(event);
      }
      const again = history.steps.map(({ before, event }) => decide(before, event, history.policy));
      must(
        same(
          again.map(tellTale),
          history.steps.map(({ after: state, ...step }) => tellTale({ state, ...step })),
        ),
        "twice is not the same",
      );
    }, historiesPerComparison);
  });

  test("it does not matter how late or how often a timer fires", () => {
    forAllHistories((history) => {
      const sent: Decision[] = [...replay(history)];
      let lastMs = 0;
      const often = replay(history, {
        events: (event) => {
          const fromMs = lastMs;
          lastMs = Math.max(lastMs, event.atMs);
          const between = [0.1, 0.5, 0.9].map((part) => fromMs + Math.floor((lastMs - fromMs) * part));
          return [...between.map((atMs) => ({ kind: "tick" as const, atMs })), event];
        },
      });
      must(same(sent, often), "a timer's punctuality made a difference");
    }, historiesPerComparison);
  });

  test("only what a caller said on a connected, heard and unheld line is ever a cause", () => {
    forAllHistories((history) => {
      const sayable = new Set<string>();
      for (const { before, event, decisions } of history.steps) {
        if (event.kind === "utterance-assessed" && event.speaker === "caller") {
          const unheard = before.unheard.some(
            ({ fromMs, toMs }) => event.startMs >= fromMs && event.startMs < (toMs ?? Number.POSITIVE_INFINITY),
          );
          if (!unheard && before.bridgedAtMs !== null && event.startMs >= before.bridgedAtMs) {
            sayable.add(event.utteranceId);
          }
        }
        for (const { cause } of decisions) {
          must(
            cause.utteranceIds.every((id) => sayable.has(id)),
            "judged what nobody was to hear",
            cause,
          );
        }
      }
    });
  });

  test("an agent's silence is never consent: who is asked must answer before anything is played or ended", () => {
    forAllHistories((history) => {
      const { policy, exempt } = history;
      const { decider, confirmation } = policy;
      for (const { decision } of decisionsOf(history)) {
        const stage = isWarning(decision) ? "warnings" : decision.kind === "open-incident" ? "endings" : null;
        if (stage === null || decision.cause.rule === "long-call-limit") continue;
        const asked = confirmation.asks === stage || confirmation.asks === "warnings-and-endings";
        const needsPerson =
          decider === "advise-only" ||
          (decider === "agent-confirms" && asked) ||
          (stage === "endings" && exempt?.scope === "every-automatic-ending");
        const declared = ["repeated-content", "out-of-competence"].includes(decision.cause.rule);
        if (needsPerson && !declared) must(decision.cause.by !== null, "acted unasked", decision);
      }
    });
  });

  test("no clock runs on an exempt line, and a button never presses itself", () => {
    forAllHistories((history) => {
      for (const { step, decision } of decisionsOf(history)) {
        if (history.exempt !== null) must(!isLongCallStage(decision), "an exempt line was timed", decision);
        if (decision.kind !== "open-incident" || decision.reason !== "long-call") continue;
        const atLimit = history.policy.longCall?.atLimit.kind;
        must(atLimit === "grace" || step.event.kind === "action", "ended without the button", decision);
      }
    });
  });

  test("rest is given once for each ending that ran its course, and never for one that was stopped", () => {
    forAllHistories((history) => {
      let given = 0;
      const { afterAbuse, afterLongCall } = history.policy.restMs;
      for (const { decision } of decisionsOf(history)) {
        if (decision.kind === "open-incident") given = 0;
        if (decision.kind === "start-rest") given += 1;
        if (decision.kind !== "close-incident") continue;
        const rests = afterAbuse > 0 && afterLongCall > 0;
        const { kind } = decision.outcome;
        if (kind === "continued") must(given === 0, "rested from an ending that was stopped");
        else if (rests && kind !== "transferred") must(given === 1, "rest was given otherwise than once", decision);
      }
    });
  });

  test("one voice at a time: each announcement is followed by its end before the next begins", () => {
    forAllHistories((history) => {
      let playing: string | null = null;
      let muted = false;
      for (const { event, after, decisions } of history.steps) {
        const lost = event.kind === "media-lost";
        const reported = event.kind === "announcement-completed" || event.kind === "announcement-failed";
        const reportedId: string | null = reported
          ? event.announcementId
          : event.kind === "media-lost"
            ? playing
            : null;
        for (const decision of decisions) {
          if (decision.kind === "stop-announcement") {
            must(playing === decision.announcementId, "stopped what did not play", decision);
            playing = null;
          }
          if (decision.kind === "play-announcement") {
            must(lost || playing === null || playing === reportedId, "two voices at once", decision);
            playing = decision.id;
          }
          if (decision.kind === "mute-caller") {
            must(muted !== decision.muted, "muted twice", decision);
            muted = decision.muted;
          }
          if (decision.kind === "close-incident" && decision.outcome.kind === "continued") {
            must(!muted, "the agent was left deaf", decision);
          }
        }
        if (playing === reportedId) playing = null;
        if (lost) playing = "announcementId" in after.stage ? after.stage.announcementId : null;
      }
    });
  });

  test("more abuse in an utterance never leads to a milder stage", () => {
    forAllHistories((history) => {
      for (const { before, event } of history.steps) {
        if (event.kind !== "utterance-assessed") continue;
        const louder = {
          ...event,
          labels: { ...event.labels, insult: 0.9, threat: Math.max(event.labels.threat ?? 0, 0.8) },
        };
        const mild = severityOf(decide(before, event, history.policy).state);
        const loud = severityOf(decide(before, louder, history.policy).state);
        must(loud >= mild, "louder was milder", event, mild, loud);
      }
    });
  });
});

function isWarning(decision: Decision): boolean {
  return decision.kind === "play-announcement" && decision.announcement.kind === "warning";
}

function isEndingAnnouncement(decision: Decision): boolean {
  return decision.kind === "play-announcement" && decision.announcement.kind.includes("ending");
}

function isStage(decision: Decision): boolean {
  return (
    (isWarning(decision) && decision.kind === "play-announcement" && decision.attempt === 1) ||
    decision.kind === "open-incident" ||
    decision.kind === "offer-to-warn" ||
    decision.kind === "offer-to-end"
  );
}

function isLongCallStage(decision: Decision): boolean {
  if (decision.kind === "play-announcement") {
    const { announcement, cause, attempt } = decision;
    return announcement.kind.startsWith("long-call") && cause.by === null && attempt === 1;
  }
  return (
    decision.kind === "long-call-hint" ||
    ((decision.kind === "offer-to-end" || decision.kind === "open-incident") &&
      decision.reason === "long-call" &&
      decision.cause.by === null)
  );
}

function causesOf({ stage, offer, due, entries }: ProtectionState) {
  const causes = [offer?.cause, due?.cause, "cause" in stage ? stage.cause : undefined];
  const counted = entries.map((entry) => ({ utteranceIds: [entry.utteranceId], values: entry.labels }));
  return [...causes.filter((cause) => cause !== undefined), ...counted];
}

/** How far an utterance brought the call: nothing, a hint, what is offered or due, what plays. */
function severityOf({ stage, offer, due, hintUntilMs }: ProtectionState): number {
  if (stage.kind === "leaving") return 5;
  if (stage.kind === "ending") return 4;
  const reached = Math.max(offer?.severity ?? 0, due?.severity ?? 0, stage.kind === "warning" ? 1 : 0);
  return reached > 0 ? reached : hintUntilMs === null ? 0 : 0.5;
}

/** Everything under way has a time by which it ends, or waits for a person where the policy says so. */
function mustWaitOnSomething(state: ProtectionState, deadlineMs: number | null): void {
  const timed = ["warning", "notice", "ending", "leaving"].includes(state.stage.kind) || state.offer !== null;
  if (timed) must(deadlineMs !== null, "waits for nothing", state.stage);
  if (state.due !== null) must(state.heldByAgent || state.stage.kind !== "talking", "due and not done", state);
  if (state.warningRequest !== null) must(state.stage.kind !== "talking", "asked for and not done", state);
}

/** Enough of a step to see that two are the same. */
function tellTale({ state, decisions }: { state: ProtectionState; decisions: readonly Decision[] }): unknown {
  return [decisions, state.nowMs, state.stage.kind, state.entries.length, state.clock, state.continuedAtMs];
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
