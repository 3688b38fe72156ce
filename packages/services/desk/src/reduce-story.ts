import type { EndReason } from "@jikimi/protection";
import { withAssessment, withUtterance } from "./reduce-lines.ts";
import { reduceProtection } from "./reduce-protection.ts";
import type { CallStory, StoryEvent } from "./story.ts";
import { wallTime } from "./wall-time.ts";

/** Takes what happened. Pure and total: whatever comes in whatever order, it never throws. */
export function reduceStory(story: CallStory, event: StoryEvent): CallStory {
  const protection = reduceProtection(story, event);
  const next = reduceCall(story, event);
  return protection === story.protection ? next : { ...next, protection };
}

function reduceCall(story: CallStory, event: StoryEvent): CallStory {
  const at = () => wallTime(story.startedAtMs, event.atMs);
  const over = story.stage === "ended";
  switch (event.kind) {
    case "routed-to":
      return { ...story, department: event.department, policy: event.policy };
    case "under-policy":
      return { ...story, policy: event.policy };
    case "listened-to-by":
      return { ...story, hearing: { ...story.hearing, recognizer: event.recognizer } };
    case "known-caller":
      return { ...story, known: { callsBefore: event.callsBefore, incidentsBefore: event.incidentsBefore } };
    case "ringing":
      return over ? story : { ...story, ringing: event.agentId };
    case "not-reached":
    case "transfer-failed": {
      const agentId = event.kind === "not-reached" ? event.agentId : story.ringing;
      const lastRing = agentId === null ? story.lastRing : { agentId, missed: event.why === "no-answer" };
      return { ...story, ringing: null, lastRing };
    }
    case "notice-started":
      return story.stage === "dialling" ? { ...story, stage: "notice" } : story;
    case "bridged":
      if (over) return story;
      return {
        ...story,
        stage: "talking",
        ringing: null,
        agentId: event.agentId ?? story.agentId,
        bridgedAtMs: story.bridgedAtMs ?? at(),
        hearing: story.hearing.state === "not-yet" ? { ...story.hearing, state: "listening" } : story.hearing,
      };
    case "rings-at":
      return over ? story : { ...story, ringing: event.agentId };
    case "passed-to": {
      if (over || event.agentId === story.agentId) return { ...story, ringing: null };
      const { agentId, left } = story;
      const gone =
        agentId === null ? left : [...left.filter((one) => one.agentId !== agentId), { agentId, atMs: at() }];
      return {
        ...story,
        ringing: null,
        consultation: null,
        held: noHold,
        agentId: event.agentId,
        left: gone.filter((one) => one.agentId !== event.agentId),
      };
    }
    case "hold":
    case "resumed":
      return { ...story, held: { ...story.held, [event.by]: event.kind === "hold" } };
    case "recording-started":
      return { ...story, recording: { on: true, failed: false } };
    case "recording-closed":
      return { ...story, recording: { ...story.recording, on: false } };
    case "recording-failed":
      return { ...story, recording: { on: false, failed: true } };
    case "hearing-lost":
      return { ...story, hearing: withoutHearing(story, event) };
    case "hearing-restored":
      return { ...story, hearing: withHearing(story, event) };
    case "lagging":
      return { ...story, hearing: { ...story.hearing, lag: { lagMs: whole(event.lagMs), atMs: at() } } };
    case "utterance": {
      const lag = { lagMs: whole(event.atMs - event.endMs), atMs: at() };
      const { recognizer } = event;
      return { ...story, hearing: { ...story.hearing, recognizer, lag }, lines: withUtterance(story, event) };
    }
    case "assessed":
      return { ...story, lines: withAssessment(story, event) };
    case "long-call-clock": {
      const { limitAtMs, extensions, topic, exempt } = event;
      return {
        ...story,
        clock: {
          limitAtMs: limitAtMs === null ? null : wallTime(story.startedAtMs, limitAtMs),
          extensions,
          topic,
          exempt,
        },
      };
    }
    case "consultation-started":
      return over
        ? story
        : { ...story, consultation: { to: event.to ?? "", agentId: event.agentId, state: "ringing" } };
    case "consultation-answered":
    case "consultation-failed": {
      if (story.consultation === null) return story;
      const state = event.kind === "consultation-answered" ? "talking" : "failed";
      return { ...story, consultation: { ...story.consultation, state } };
    }
    case "consultation-ended":
      return { ...story, consultation: null };
    case "agent-lost":
      return story.stage === "talking" ? { ...story, stage: "reconnecting" } : story;
    case "agent-returned":
      return story.stage === "reconnecting" ? { ...story, stage: "talking" } : story;
    case "incident-opened":
      return { ...story, incident: { incidentId: event.incidentId, reason: endReasonOf(event.cause) } };
    case "incident-closed": {
      const isOurs = story.incident?.incidentId === event.incidentId;
      return isOurs && kindOf(event.outcome) !== "ended" ? { ...story, incident: null } : story;
    }
    case "help-requested": {
      const { requestId, agentId, note } = event;
      return { ...story, help: { requestId, agentId, note: note ?? "", requestedAtMs: at(), takenBy: null } };
    }
    case "help-taken":
      if (story.help?.requestId !== event.requestId) return story;
      return { ...story, help: { ...story.help, takenBy: event.by } };
    case "bye":
    case "ended":
      if (over) return story;
      return {
        ...story,
        stage: "ended",
        ringing: null,
        consultation: null,
        held: noHold,
        ended: { atMs: at(), by: event.by, reason: event.reason },
      };
    default:
      return story;
  }
}

const noHold = { agent: false, caller: false };

function whole(ms: number): number {
  return Number.isFinite(ms) ? Math.max(0, Math.round(ms)) : 0;
}

const endReasons: readonly string[] = ["abuse", "long-call", "agent", "supervisor"] satisfies readonly EndReason[];

function endReasonOf(cause: unknown): EndReason | null {
  const reason = typeof cause === "object" && cause !== null && "reason" in cause ? cause.reason : null;
  return typeof reason === "string" && endReasons.includes(reason) ? (reason as EndReason) : null;
}

function kindOf(outcome: unknown): unknown {
  return typeof outcome === "object" && outcome !== null && "kind" in outcome ? outcome.kind : null;
}

function withoutHearing({ hearing }: CallStory, event: Extract<StoryEvent, { kind: "hearing-lost" }>) {
  if (event.speaker === "agent") return { ...hearing, callerOnly: true };
  if (event.why === "overload") return { ...hearing, state: "set-aside" as const, lag: null };
  return { ...hearing, state: "lost" as const, callerOnly: false, lag: null };
}

function withHearing({ hearing }: CallStory, { speaker }: Extract<StoryEvent, { kind: "hearing-restored" }>) {
  if (speaker === "agent") return { ...hearing, callerOnly: false };
  return { ...hearing, state: "listening" as const };
}
