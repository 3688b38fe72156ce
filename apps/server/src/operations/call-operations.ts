import { join } from "node:path";
import type { OperationOutput, OperationRequest } from "@jikimi/http-api";
import {
  type CallRecords,
  type CallRow,
  type IncidentRow,
  IncidentsError,
  maskEvent,
  maskNumber,
  type PlayedAnnouncement,
} from "@jikimi/incidents";
import type { CallId, IncidentId } from "@jikimi/kernel";
import { exportWav, type Keyring, openRecording, RecordingError } from "@jikimi/recording";
import { failure } from "./operation-failure.ts";

export type CallOperationDeps = {
  readonly records: CallRecords;
  readonly keyring: Keyring;
  readonly dataFolder: string;
  /** Who asks: written into the record of what they looked at. */
  readonly actor: string;
};

export async function listCalls(
  { before, limit, state, direction }: OperationRequest<"calls.list">,
  { records }: Pick<CallOperationDeps, "records">,
): Promise<OperationOutput<"calls.list">> {
  const rows = await records.listCalls({
    limit,
    ...(before === undefined ? {} : { startedBeforeMs: before }),
    ...(state === undefined ? {} : { state }),
    ...(direction === undefined ? {} : { direction }),
  });
  return { calls: rows.map((row) => summaryOf(row, null)) };
}

export async function showCall(
  { callId, reveal }: OperationRequest<"calls.show">,
  deps: CallOperationDeps,
): Promise<OperationOutput<"calls.show">> {
  const id = callId as CallId;
  const { records } = deps;
  const row = await known(records.findCall(id));
  const number = reveal === undefined ? null : await revealed(id, reveal.reason, deps);
  const events = await records.listEvents(id);
  const verification = await records.verifyCall(id);
  const incidentIds = events.flatMap((event) =>
    event.kind === "incident-opened" && typeof event.incidentId === "string" ? [event.incidentId] : [],
  );
  const shown = reveal === undefined ? events.map(maskEvent) : events;
  return { call: summaryOf(row, number), events: [...shown], incidentIds, verification };
}

export async function listRecordings(
  { before, limit }: OperationRequest<"recordings.list">,
  { records }: Pick<CallOperationDeps, "records">,
): Promise<OperationOutput<"recordings.list">> {
  const filter = { limit, withRecording: true, ...(before === undefined ? {} : { startedBeforeMs: before }) };
  const rows = await records.listCalls(filter);
  return {
    recordings: rows.flatMap((row) => {
      if (row.recordingPath === null) return [];
      const summary = recordingSummary(row);
      const { callId, startedAtMs, simulated, trialKind, recordingPath: path, recordingSha256: sha256 } = row;
      return [{ callId, startedAtMs, path, sha256, simulated, trialKind, ...summary }];
    }),
  };
}

/** Decrypts one recording into a WAV of its own; the reason is in the call's journal before a byte is written. */
export async function exportRecording(
  { callId, reason, to }: OperationRequest<"recordings.export">,
  { records, keyring, dataFolder, actor }: CallOperationDeps,
): Promise<OperationOutput<"recordings.export">> {
  const row = await known(records.findCall(callId as CallId));
  if (row.recordingPath === null) throw failure("recording-unknown");
  const wavPath = to ?? join(dataFolder, "exports", `${callId}.wav`);
  await records.noteAccess(callId as CallId, { kind: "recording-exported", by: actor, reason });
  const opened = await openRecording(row.recordingPath, keyring).catch((cause: unknown) => {
    throw failure("recording-unreadable", { cause });
  });
  if (opened.kind === "refused") throw failure("recording-unreadable", { cause: opened.finding });
  await using recording = opened.recording;
  try {
    const { manifest } = await exportWav(recording, { wavPath, synthetic: row.simulated && row.trialKind !== "self" });
    return {
      callId,
      path: wavPath,
      channels: 2,
      sampleRateHz: 8000,
      durationMs: manifest.durationMs,
      wavSha256: manifest.sha256.wav,
      sourceSha256: manifest.sha256.recording,
      gaps: [...manifest.gaps],
      complete: manifest.closed && manifest.findings.length === 0,
    };
  } catch (cause) {
    if (cause instanceof RecordingError) throw failure("recording-unreadable", { cause });
    throw cause;
  }
}

export async function listIncidents(
  { before, limit, state }: OperationRequest<"incidents.list">,
  { records }: Pick<CallOperationDeps, "records">,
): Promise<OperationOutput<"incidents.list">> {
  const rows = await records.listIncidents({
    limit,
    ...(before === undefined ? {} : { openedBeforeMs: before }),
    ...(state === undefined ? {} : { state }),
  });
  const calls = new Map<CallId, CallRow | null>();
  for (const { callId } of rows) if (!calls.has(callId)) calls.set(callId, await records.findCall(callId));
  return { incidents: rows.map((row) => incidentOf(row, calls.get(row.callId) ?? null)) };
}

export async function showIncident(
  { incidentId, reveal }: OperationRequest<"incidents.show">,
  deps: CallOperationDeps,
): Promise<OperationOutput<"incidents.show">> {
  const document = await deps.records.showIncident(incidentId as IncidentId);
  if (document === null) throw failure("incident-unknown");
  const { call, incident, notice, announcements, utterances, actions, recording, verification } = document;
  const number = reveal === undefined ? null : await revealed(call.callId, reveal.reason, deps);
  return {
    incident: incidentOf(incident, call),
    call: summaryOf(call, number),
    notice: notice === null ? null : playedOf(notice),
    announcements: announcements.map(playedOf),
    utterances: utterances as OperationOutput<"incidents.show">["utterances"],
    actions: actions.map(({ atMs, by, action }) => ({ atMs, by: typeof by === "string" ? by : "", action })),
    recording,
    verification,
  };
}

async function revealed(callId: CallId, reason: string, { records, actor }: CallOperationDeps): Promise<string | null> {
  return records.revealNumber(callId, { by: actor, reason }).catch((cause: unknown) => {
    if (cause instanceof IncidentsError && cause.code === "not-replayed") throw failure("store-unavailable", { cause });
    throw cause;
  });
}

async function known(found: Promise<CallRow | null>): Promise<CallRow> {
  const row = await found;
  if (row === null) throw failure("call-unknown");
  return row;
}

type Summary = OperationOutput<"calls.list">["calls"][number];

function summaryOf(row: CallRow, revealedNumber: string | null): Summary {
  const shown = revealedNumber ?? maskNumber(row.callerNumber);
  const { policyId, policyVersion } = row;
  return {
    callId: row.callId,
    direction: row.direction,
    state: row.state,
    callerNumber: shown === null ? null : { shown, revealed: revealedNumber !== null },
    lineNumber: row.lineNumber,
    departmentId: row.departmentId,
    agentId: row.agentId,
    startedAtMs: row.startedAtMs,
    noticeCompletedAtMs: row.noticeCompletedAtMs,
    bridgedAtMs: row.bridgedAtMs,
    endedAtMs: row.endedAtMs,
    endReason: row.endReason,
    hasRecording: row.recordingPath !== null,
    recognizer: row.recognizer,
    policy: policyId === null || policyVersion === null ? null : { id: policyId, version: policyVersion },
    simulated: row.simulated,
    trialKind: row.trialKind,
  };
}

type Gaps = OperationOutput<"recordings.list">["recordings"][number]["gaps"];

/** What the journal kept of a closed recording; one that was never closed has no summary. */
function recordingSummary({ recordingSummary: summary }: CallRow) {
  const kept = (summary ?? {}) as { durationMs?: number; gaps?: Gaps; complete?: boolean };
  return { durationMs: kept.durationMs ?? null, gaps: kept.gaps ?? [], complete: kept.complete ?? false };
}

function incidentOf(row: IncidentRow, call: CallRow | null): OperationOutput<"incidents.list">["incidents"][number] {
  const { incidentId, callId, state, openedAtMs, closedAtMs, policyId, policyVersion, cause, outcome } = row;
  const policy = { id: policyId, version: policyVersion };
  const trialKind = call?.trialKind ?? null;
  return { incidentId, callId, state, openedAtMs, closedAtMs, policy, cause, outcome, trialKind };
}

function playedOf(played: PlayedAnnouncement) {
  return { ...played };
}
