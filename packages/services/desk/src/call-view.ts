import { maskNumber } from "@jikimi/incidents";
import type { AgentId, EpochMs } from "@jikimi/kernel";
import type { CallView, ProtectionView, TranscriptLine } from "@jikimi/live-events";
import { type AbuseLabel, abuseLabels, type Policy } from "@jikimi/protection";
import { formatPhoneNumber, type PhoneNumber } from "@jikimi/routing";
import type { CallStory, StoryLine } from "./story.ts";

/** Who looks, when, and what names people have. */
export type Looking = {
  readonly agentId: AgentId;
  readonly nowMs: EpochMs;
  nameOf(agentId: AgentId): string;
};

/** How long a measured lag says anything about now. */
export const lagTellsForMs = 10_000;

/** What somebody is to a call; null: nothing of it is for their desk. */
export function partIn(
  { agentId, ringing, consultation, left, stage }: CallStory,
  who: AgentId,
): "agent" | "ringing" | "consulted" | "left" | null {
  if (agentId === who) return "agent";
  if (ringing === who) return "ringing";
  if (consultation?.agentId === who) return consultation.state === "failed" ? null : "consulted";
  return left.some((one) => one.agentId === who) && stage !== "arriving" ? "left" : null;
}

/** The call as one person's desk shows it; null when it is not for them. */
export function callViewOf(story: CallStory, looking: Looking): CallView | null {
  const part = partIn(story, looking.agentId);
  if (part === null) return null;
  const leftAtMs = story.left.find(({ agentId }) => agentId === looking.agentId)?.atMs ?? null;
  const ended = part === "left" ? { atMs: leftAtMs, by: "agent" as const, reason: "transferred" } : story.ended;
  const heldBy = story.held.agent || story.consultation !== null ? "agent" : story.held.caller ? "caller" : null;
  const { department, known } = story;
  return {
    callId: story.callId,
    direction: story.direction,
    trial: story.trial,
    phase: phaseOf(story, part),
    heldBy,
    other: { number: story.otherNumber, ...known },
    lineNumber: story.lineNumber === null ? null : formatPhoneNumber(story.lineNumber as PhoneNumber),
    department: department.names,
    startedAtMs: story.startedAtMs,
    bridgedAtMs: story.bridgedAtMs,
    endedAtMs: ended?.atMs ?? null,
    endedBy: ended?.by ?? null,
    endReason: ended?.reason ?? null,
    recording: { mode: department.recordingMode, ...story.recording },
    hearing: hearingOf(story, looking.nowMs),
    longCall: longCallOf(story),
    protection: protectionViewOf(story),
    consultation: part === "agent" ? consultationOf(story, looking) : null,
    help: part === "agent" ? helpOf(story, looking) : null,
  };
}

/** Lines as the desk shows them. */
export function transcriptLineOf(line: StoryLine): TranscriptLine {
  const { lineId, speaker, startMs, endMs, heardAtMs, confidence, words, draft, hints, signals, labels } = line;
  const lists = { words: [...words], hints: [...hints], signals: [...signals], labels: [...labels] };
  return { lineId, speaker, startMs, endMs, heardAtMs, confidence, draft, ...lists };
}

function phaseOf({ stage, consultation }: CallStory, part: "agent" | "ringing" | "consulted" | "left") {
  if (part === "left" || stage === "ended") return "ended";
  if (part === "ringing") return "ringing";
  if (part === "consulted") return consultation?.state === "talking" ? "talking" : "ringing";
  return stage === "arriving" ? "ringing" : stage;
}

function hearingOf(
  { hearing: { state, callerOnly, recognizer, lag } }: CallStory,
  nowMs: EpochMs,
): CallView["hearing"] {
  const fresh = lag !== null && nowMs - lag.atMs < lagTellsForMs;
  return { state, callerOnly, recognizer, lagMs: fresh && lag !== null ? lag.lagMs : 0 };
}

function longCallOf({ clock, policy, bridgedAtMs, stage }: CallStory): CallView["longCall"] {
  const rule = policy?.longCall ?? null;
  if (rule === null) return { limitAtMs: null, noticesAtMs: [], atLimit: "advise", extension: null, topics: [] };
  const { limitAtMs, extensions, topic, exempt } = clock;
  const { extension, noticeOffsetsMs, topics, atLimit } = rule;
  const running = limitAtMs !== null && stage !== "ended" ? limitAtMs : null;
  const notices = running === null ? [] : noticeOffsetsMs.map((offsetMs) => Math.max(0, running + offsetMs));
  return {
    limitAtMs: running,
    noticesAtMs: notices.filter((atMs) => bridgedAtMs === null || atMs >= bridgedAtMs),
    atLimit: atLimit.kind,
    extension:
      extension === null || running === null
        ? null
        : {
            minMinutes: extension.minMinutes,
            maxMinutes: extension.maxMinutes,
            left: Math.max(0, extension.maxCount - extensions),
            reasonRequired: extension.reasonRequired,
          },
    topics: exempt
      ? []
      : (["repeated-content", "out-of-competence"] as const).filter(
          (one) => topics[one] !== undefined && one !== topic,
        ),
  };
}

function protectionViewOf(story: CallStory): ProtectionView {
  const { policy, protection } = story;
  const { warningsGiven, band, refused } = protection;
  return {
    decider: policy?.decider ?? "advise-only",
    policy: {
      id: policy?.id ?? "none",
      version: policy?.version ?? 0,
      title: policy?.title ?? { ko: "규칙 없음", en: "No rule" },
    },
    warnings: { given: warningsGiven, beforeEnding: warningsBeforeEnding(story) },
    band:
      band === null
        ? null
        : {
            ...band,
            heard: band.heard.map(({ lineId, label, score, confidence }) => ({
              lineId,
              label,
              score,
              confidence,
              words: wordsOf(story.lines, lineId, label),
            })),
          },
    next: nextOf(story),
    refused,
  };
}

/** The most urgent thing: what is being done before what is offered, an offer that runs out before one that stays. */
function nextOf({ protection: { ending, announcing, offers } }: CallStory): ProtectionView["next"] {
  if (ending) return { kind: "ending" };
  if (announcing !== null) {
    const { announcement, text, synthetic, startedAtMs, endsAtMs } = announcing;
    return { kind: "announcing", announcement, text, synthetic, startedAtMs, endsAtMs };
  }
  const offer = offers.find(({ expiresAtMs }) => expiresAtMs !== null) ?? offers[0];
  return offer === undefined ? null : { kind: "offered", ...offer };
}

/** How many warnings come before an ending, for the gravest of what is heard now; else for ordinary rudeness. */
function warningsBeforeEnding({ policy, protection: { band } }: CallStory): number {
  if (policy === null) return 0;
  const labels = [...new Set(band?.heard.map(({ label }) => label) ?? [])];
  const needed = (label: AbuseLabel) => warningsOf(policy, label);
  if (labels.length > 0) return Math.min(...labels.map(needed));
  return Math.max(...abuseLabels.map(needed));
}

function warningsOf(policy: Policy, label: AbuseLabel): number {
  return policy.labels[label]?.warningsBeforeEnding ?? 0;
}

/** What carried this label in a line; where the judge cannot say, the words that carried any. */
function wordsOf(lines: readonly StoryLine[], lineId: string, label: AbuseLabel): string[] {
  const line = lines.findLast((one) => one.lineId === lineId);
  if (line === undefined) return [];
  const own = line.evidence.filter((one) => one.label === label).map(({ surface }) => surface);
  return [...new Set(own.length > 0 ? own : line.evidence.map(({ surface }) => surface))];
}

function consultationOf({ consultation }: CallStory, { nameOf }: Looking): CallView["consultation"] {
  if (consultation === null) return null;
  const { agentId, to, state } = consultation;
  return { to: agentId === null ? (maskNumber(to) ?? "") : nameOf(agentId), state };
}

function helpOf({ help }: CallStory, { nameOf }: Looking): CallView["help"] {
  if (help === null) return null;
  return { requestedAtMs: help.requestedAtMs, takenBy: help.takenBy === null ? null : nameOf(help.takenBy) };
}
