import type { Verification } from "./api.ts";
import { eventOf } from "./chain.ts";
import type { CallRow, IncidentRow, JournalEntry, Json, PlayedAnnouncement } from "./types.ts";

/**
 * The record of an incident, put together from the journal: why, by which rule, what was said and how it was judged,
 * who pressed what, what played and what of it left on the wire, and how it ended. `atMs` from the first INVITE.
 */
export type IncidentDocument = {
  readonly incident: IncidentRow;
  readonly call: CallRow;
  readonly policy: { readonly id: string; readonly version: number };
  /** Proof that the recording notice was heard: null when none played. */
  readonly notice: PlayedAnnouncement | null;
  readonly announcements: readonly PlayedAnnouncement[];
  readonly utterances: readonly HeardUtterance[];
  readonly actions: readonly { readonly atMs: number; readonly by: Json; readonly action: Json }[];
  readonly recording: {
    readonly path: string | null;
    readonly sha256: string | null;
    readonly summary: Json;
  };
  readonly cause: Json;
  readonly outcome: Json;
  readonly verification: Verification;
};

export type HeardUtterance = {
  readonly atMs: number;
  readonly utteranceId: Json;
  readonly speaker: Json;
  /** Null when it was erased. */
  readonly text: Json;
  readonly words: Json;
  /** What the second ear heard beside the text. */
  readonly hints: Json;
  /** How it was said; null in an account of before voices were measured. */
  readonly voice: Json;
  readonly confidence: Json;
  /** True for what was judged before the speaker had finished; the same utterance follows whole. */
  readonly draft: Json;
  readonly startMs: Json;
  readonly endMs: Json;
  readonly recognizer: Json;
  readonly labels: Json;
  readonly abusive: Json;
  readonly modelVersion: Json;
};

type Event = ReturnType<typeof eventOf>;

export function incidentDocument(
  { incident, call, verification }: { incident: IncidentRow; call: CallRow; verification: Verification },
  entries: readonly JournalEntry[],
): IncidentDocument {
  const events = entries.map(eventOf);
  const announcements = playedAnnouncements(events);
  return {
    incident,
    call,
    policy: { id: incident.policyId, version: incident.policyVersion },
    notice: announcements.find(({ announcement }) => announcement === "notice") ?? null,
    announcements,
    utterances: heardUtterances(events),
    actions: events
      .filter(({ kind }) => kind === "action")
      .map(({ atMs, by = null, action = null }) => ({ atMs, by, action })),
    recording: { path: call.recordingPath, sha256: call.recordingSha256, summary: call.recordingSummary },
    cause: incident.cause,
    outcome: incident.outcome,
    verification,
  };
}

/** Pairs `…-started` with the `…-completed` that follows it; one that never completed stays open. */
function playedAnnouncements(events: readonly Event[]): readonly PlayedAnnouncement[] {
  const played: PlayedAnnouncement[] = [];
  for (const event of events) {
    const started = /^(notice|warning|long-call|ending|announcement)-started$/.exec(event.kind)?.[1];
    if (started !== undefined) {
      played.push({
        announcement: nameOf(started, event),
        startedAtMs: event.atMs,
        completedAtMs: null,
        playedMs: null,
        outcome: null,
        text: textOf(event.text),
        soundSha256: textOf(event.soundSha256),
        synthetic: typeof event.synthetic === "boolean" ? event.synthetic : null,
      });
    }
    const completed = /^(notice|warning|long-call|ending|announcement)-completed$/.exec(event.kind)?.[1];
    if (completed === undefined) continue;
    const name = nameOf(completed, event);
    const index = played.findLastIndex((one) => one.announcement === name && one.completedAtMs === null);
    const open = played[index];
    if (open === undefined) continue;
    const playedMs = typeof event.playedMs === "number" ? event.playedMs : null;
    played[index] = { ...open, completedAtMs: event.atMs, playedMs, outcome: textOf(event.outcome) };
  }
  return played;
}

function heardUtterances(events: readonly Event[]): readonly HeardUtterance[] {
  const judged = new Map(events.filter(({ kind }) => kind === "assessed").map((event) => [event.utteranceId, event]));
  return events
    .filter(({ kind }) => kind === "utterance")
    .map((event) => {
      const judgement = judged.get(event.utteranceId);
      const field = (key: string) => event[key] ?? null;
      const judgedAs = (key: string) => judgement?.[key] ?? null;
      return {
        atMs: event.atMs,
        utteranceId: field("utteranceId"),
        speaker: field("speaker"),
        text: field("text"),
        words: field("words"),
        hints: field("hints"),
        voice: field("voice"),
        confidence: field("confidence"),
        draft: event.draft === true,
        startMs: field("startMs"),
        endMs: field("endMs"),
        recognizer: field("recognizer"),
        labels: judgedAs("labels"),
        abusive: judgedAs("abusive"),
        modelVersion: judgedAs("modelVersion"),
      };
    });
}

function nameOf(kind: string, event: Event): string {
  return kind === "announcement" ? (textOf(event.announcement) ?? kind) : kind;
}

function textOf(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}
