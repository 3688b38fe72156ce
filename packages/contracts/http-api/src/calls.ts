import { z } from "zod";
import { callerNumber, epochMs, id, page, reveal } from "./common.ts";

const callDirection = z.enum(["inbound", "outbound"]);
/** Which practice it was: the simulated caller, or one of ours who spoke. Null: a real call. */
const trialKind = z.enum(["simulated", "self"]).nullable();
const callState = z.enum(["ringing", "talking", "ended"]);

const callSummary = z.object({
  callId: id,
  direction: callDirection,
  state: callState,
  callerNumber,
  /** Our number: dialled (inbound) or shown (outbound). */
  lineNumber: z.string().nullable(),
  departmentId: id.nullable(),
  agentId: id.nullable(),
  startedAtMs: epochMs,
  noticeCompletedAtMs: epochMs.nullable(),
  bridgedAtMs: epochMs.nullable(),
  endedAtMs: epochMs.nullable(),
  endReason: z.string().nullable(),
  hasRecording: z.boolean(),
  recognizer: z.string().nullable(),
  policy: z.object({ id, version: z.number().int().positive() }).nullable(),
  simulated: z.boolean().describe("Practice or demonstration: no citizen was on the line"),
  trialKind,
});

/** One event of a call; `atMs` from the first INVITE, the other fields by `kind`. */
const callEvent = z.looseObject({ kind: z.string(), atMs: z.number().nonnegative() });

const verification = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("intact"), entries: z.number().int(), lastHash: z.string() }),
  z.object({
    kind: z.literal("broken"),
    seq: z.number().int(),
    why: z.enum(["hole", "altered", "unchained", "personal-altered", "cut-off"]),
  }),
  z.object({ kind: z.literal("unknown-call") }),
]);

export const listCallsInput = page.extend({
  state: callState.optional(),
  direction: callDirection.optional(),
});
export const listCallsOutput = z.object({ calls: z.array(callSummary) });

export const showCallInput = z.object({ callId: id, reveal: reveal.optional() });
export const showCallOutput = z.object({
  call: callSummary,
  events: z.array(callEvent),
  incidentIds: z.array(id),
  verification,
});

const recordingGap = z.object({
  channel: z.enum(["caller", "agent"]),
  startMs: z.number(),
  endMs: z.number(),
  reason: z.string(),
});

const recordingSummary = z.object({
  callId: id,
  startedAtMs: epochMs,
  path: z.string(),
  sha256: z.string().nullable().describe("Of the encrypted file; null while it is open or was never closed"),
  durationMs: z.number().nullable(),
  gaps: z.array(recordingGap),
  complete: z.boolean(),
  simulated: z.boolean(),
  trialKind,
});

export const listRecordingsInput = page;
export const listRecordingsOutput = z.object({ recordings: z.array(recordingSummary) });

/** `to` is a path on the server's machine; without it the WAV is the response's body. */
export const exportRecordingInput = z.object({
  callId: id,
  reason: z.string().trim().min(5).max(500).describe("Written into the call's record"),
  to: z.string().optional(),
});
export const exportRecordingOutput = z.object({
  callId: id,
  path: z.string().nullable(),
  channels: z.number().int(),
  sampleRateHz: z.number().int(),
  durationMs: z.number(),
  wavSha256: z.string(),
  sourceSha256: z.string(),
  gaps: z.array(recordingGap),
  complete: z.boolean(),
});

const incidentSummary = z.object({
  incidentId: id,
  callId: id,
  state: z.enum(["open", "closed"]),
  openedAtMs: epochMs,
  closedAtMs: epochMs.nullable(),
  policy: z.object({ id, version: z.number().int().positive() }),
  cause: z.unknown(),
  outcome: z.unknown(),
  trialKind,
});

const playedAnnouncement = z.object({
  announcement: z.string(),
  startedAtMs: z.number(),
  completedAtMs: z.number().nullable(),
  playedMs: z.number().nullable(),
  outcome: z.string().nullable(),
  text: z.string().nullable(),
  soundSha256: z.string().nullable(),
  synthetic: z.boolean().nullable().describe("Spoken by a machine"),
});

const heardUtterance = z.object({
  atMs: z.number(),
  utteranceId: z.string().nullable(),
  speaker: z.enum(["caller", "agent"]),
  text: z.string().nullable(),
  words: z
    .array(
      z.object({
        text: z.string(),
        startMs: z.number().optional().describe("Absent in an account of before words had times"),
        endMs: z.number().optional(),
        confidence: z.number(),
      }),
    )
    .nullable(),
  hints: z
    .array(
      z.object({
        stem: z.string(),
        label: z.string(),
        confidence: z.number(),
        startMs: z.number(),
        endMs: z.number(),
      }),
    )
    .nullable()
    .describe("Rude words that may have been said where the text has something else"),
  voice: z
    .object({
      noiseDbfs: z.number().nullable(),
      pitchHz: z.number().nullable(),
      syllablesPerS: z.number().nullable(),
      aboveOwnDb: z.number().nullable(),
      aboveOwnSemitones: z.number().nullable(),
      overlapMs: z.number(),
      signals: z.array(z.string()),
    })
    .nullable()
    .describe("How it was said, measured of callers only; null in an account of before voices were measured"),
  confidence: z.number().nullable(),
  draft: z.boolean().describe("Judged before the speaker had finished; the same utterance follows whole"),
  startMs: z.number().nullable(),
  endMs: z.number().nullable(),
  recognizer: z.string().nullable(),
  labels: z.record(z.string(), z.number()).nullable(),
  abusive: z.boolean().nullable(),
  modelVersion: z.string().nullable(),
});

export const listIncidentsInput = page.extend({ state: z.enum(["open", "closed"]).optional() });
export const listIncidentsOutput = z.object({ incidents: z.array(incidentSummary) });

export const showIncidentInput = z.object({ incidentId: id, reveal: reveal.optional() });
export const showIncidentOutput = z.object({
  incident: incidentSummary,
  call: callSummary,
  notice: playedAnnouncement.nullable(),
  announcements: z.array(playedAnnouncement),
  utterances: z.array(heardUtterance),
  actions: z.array(z.object({ atMs: z.number(), by: z.string(), action: z.unknown() })),
  recording: z.object({ path: z.string().nullable(), sha256: z.string().nullable(), summary: z.unknown() }),
  verification,
});
