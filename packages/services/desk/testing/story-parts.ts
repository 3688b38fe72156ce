import type { AgentId, CallId, EpochMs, PolicyId, UtteranceId } from "@jikimi/kernel";
import { type Cause, defaultPolicy, type Rule } from "@jikimi/protection";
import { reduceStory } from "../src/reduce-story.ts";
import { beginStory, type CallStory, type StoryEvent, type StoryOpening } from "../src/story.ts";

export const kim = "kim" as AgentId;
export const lee = "lee" as AgentId;
export const startedAtMs = Date.UTC(2026, 0, 5) as EpochMs;

const anOpening: StoryOpening = {
  callId: "c-1" as CallId,
  direction: "inbound",
  trial: null,
  startedAtMs,
  otherNumber: "010-****-5678",
  lineNumber: "+827000000120",
  department: { names: { ko: "민원상담과", en: "Civil Affairs" }, recordingMode: "all-call" },
  agentId: null,
  policy: defaultPolicy,
};

export function storyAfter(events: readonly StoryEvent[], opening: Partial<StoryOpening> = {}): CallStory {
  return events.reduce(reduceStory, beginStory({ ...anOpening, ...opening }));
}

export function aCause(rule: Rule, change: Partial<Cause> = {}): Cause {
  return {
    rule,
    policyId: "default" as PolicyId,
    policyVersion: 1,
    utteranceIds: [],
    values: {},
    thresholds: {},
    by: null,
    ...change,
  };
}

/** The caller says something rude at `atMs`, half a second before. */
export function rudeLine(
  utteranceId: string,
  atMs: number,
  { text = "야 이 나쁜 놈아", surface = "나쁜 놈" }: { text?: string; surface?: string } = {},
): readonly StoryEvent[] {
  return [
    {
      kind: "utterance",
      utteranceId,
      speaker: "caller",
      text,
      words: text.split(" ").map((word) => ({ text: word, startMs: atMs - 2500, endMs: atMs - 500, confidence: 0.9 })),
      confidence: 0.9,
      startMs: atMs - 2500,
      endMs: atMs - 500,
      recognizer: "demo",
      atMs,
    },
    {
      kind: "assessed",
      utteranceId,
      labels: { profanity: 0.97 },
      abusive: true,
      evidence: [{ label: "profanity", surface }],
      modelVersion: "m",
      atMs,
    },
    {
      kind: "hint",
      risk: 0.6,
      labels: ["profanity"],
      cause: aCause("utterance-counts", {
        utteranceIds: [utteranceId as UtteranceId],
        values: { sum: 0.6, confidence: 0.9, profanity: 0.97 },
        thresholds: { sum: 1 },
      }),
      atMs: atMs + 1,
    },
  ];
}

export const ringing: StoryEvent = { kind: "ringing", agentId: kim, atMs: 4000 };
export const bridged: StoryEvent = { kind: "bridged", agentId: kim, atMs: 6000 };
const sound = { soundSha256: "s", text: "폭언을 멈춰 주십시오.", synthetic: true, durationMs: 5000 };

export function warning(atMs: number, announcementId = "d9"): readonly StoryEvent[] {
  const announcement = { kind: "warning", warningNumber: 1 } as const;
  return [
    {
      kind: "announcing",
      announcementId,
      announcement,
      attempt: 1,
      cause: aCause("abuse-sum", {
        utteranceIds: ["u2" as UtteranceId],
        values: { sum: 1.2, warningsHeard: 0 },
        thresholds: { sum: 1, warningsHeard: 2 },
      }),
      atMs,
    },
    { kind: "warning-started", warningNumber: 1, ...sound, atMs: atMs + 100 },
    { kind: "warning-completed", warningNumber: 1, playedMs: 5000, outcome: "completed", atMs: atMs + 5100 },
  ];
}

export function ending(atMs: number): readonly StoryEvent[] {
  const cause = aCause("abuse-sum", {
    values: { sum: 1.2, warningsHeard: 2 },
    thresholds: { sum: 1, warningsHeard: 2 },
  });
  return [
    { kind: "incident-opened", incidentId: "i-1" as never, cause: { ...cause, reason: "abuse" }, atMs },
    { kind: "announcing", announcementId: "d20", announcement: { kind: "ending" }, attempt: 1, cause, atMs },
    { kind: "ending-started", reason: "abuse", ...sound, atMs: atMs + 100 },
    { kind: "ending-completed", reason: "abuse", playedMs: 5000, outcome: "completed", atMs: atMs + 5100 },
    { kind: "ending-call", reason: "abuse", announcement: "completed", cause, atMs: atMs + 5101 },
    { kind: "rest-started", agentId: kim, durationMs: 600_000, atMs: atMs + 5102 },
    { kind: "bye", by: "jikimi", reason: "protection", atMs: atMs + 5103 },
    { kind: "incident-closed", incidentId: "i-1" as never, outcome: { kind: "ended" }, atMs: atMs + 5200 },
    { kind: "ended", by: "jikimi", reason: "protection", atMs: atMs + 5300 },
  ];
}
