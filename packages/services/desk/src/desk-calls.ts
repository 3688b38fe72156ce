import type { PoliciesInForce } from "@jikimi/calls";
import type { DirectoryView } from "@jikimi/directory";
import type { OperationOutput } from "@jikimi/http-api";
import { type CallRecords, type IncidentRow, type JournalEvent, maskNumber } from "@jikimi/incidents";
import type { AgentId, CallId } from "@jikimi/kernel";
import { transcriptLineOf } from "./call-view.ts";
import type { AgentCall, AgentCallFilter, DeskStore } from "./ports.ts";
import type { Storyteller } from "./storyteller.ts";
import { timelineOf } from "./timeline.ts";

export type MyCall = OperationOutput<"desk.calls">["calls"][number];
export type MyCallWhole = OperationOutput<"desk.call">;

type Records = Pick<CallRecords, "listEvents" | "listIncidentsOfCall">;

/** One's own calls and nobody else's: what is recorded of each, in words. */
export class DeskCalls {
  readonly #store: DeskStore;
  readonly #records: Records;
  readonly #teller: Storyteller;
  readonly #policies: PoliciesInForce;
  readonly #directory: () => DirectoryView;

  constructor(parts: {
    store: DeskStore;
    records: Records;
    teller: Storyteller;
    policies: PoliciesInForce;
    directory: () => DirectoryView;
  }) {
    this.#store = parts.store;
    this.#records = parts.records;
    this.#teller = parts.teller;
    this.#policies = parts.policies;
    this.#directory = parts.directory;
  }

  async list(agentId: AgentId, filter: AgentCallFilter): Promise<readonly MyCall[]> {
    return (await this.#store.list(agentId, filter)).map(myCallOf);
  }

  /** Theirs in any way: also one that only rang. */
  find(agentId: AgentId, callId: CallId): Promise<AgentCall | null> {
    return this.#store.find(agentId, callId);
  }

  /** Theirs because they were on it: what was said is for them alone, and only as long as it was their call. */
  async joined(agentId: AgentId, callId: CallId): Promise<AgentCall | null> {
    const mine = await this.#store.find(agentId, callId);
    return mine === null || mine.joinedAtMs === null ? null : mine;
  }

  /** Everything that is known of a call of theirs; of one that only rang, that it did. Null: not theirs. */
  async show(agentId: AgentId, callId: CallId): Promise<MyCallWhole | null> {
    const mine = await this.#store.find(agentId, callId);
    if (mine === null) return null;
    const call = myCallOf(mine);
    if (mine.joinedAtMs === null) return { call, lines: [], timeline: [], incidents: [], recording: null };
    const { startedAtMs } = mine.call;
    const untilMs = mine.leftAtMs === null ? Number.POSITIVE_INFINITY : mine.leftAtMs - startedAtMs;
    const events = (await this.#records.listEvents(callId)).filter(({ atMs }) => atMs <= untilMs);
    const { lines } = this.#teller.ofRecord(mine.call, events);
    const incidents = await this.#records.listIncidentsOfCall(callId);
    const shown = incidents.filter(({ openedAtMs }) => openedAtMs - startedAtMs <= untilMs);
    return {
      call,
      lines: lines.map((line) => {
        const { heardAtMs: _, ...rest } = transcriptLineOf(line);
        return rest;
      }),
      timeline: timelineOf(events).map((item) => ({ ...item })),
      incidents: shown.map((incident) => this.#incidentOf(incident, events)),
      recording: recordingOf(mine, events),
    };
  }

  #incidentOf(row: IncidentRow, events: readonly JournalEvent[]): MyCallWhole["incidents"][number] {
    const { incidentId, openedAtMs, closedAtMs, policyId, policyVersion, cause } = row;
    const policy = this.#policies.exactly(policyId, policyVersion, this.#directory());
    const reason = typeof cause === "object" && cause !== null && "reason" in cause ? cause.reason : null;
    const comment = events
      .map((event) => event as unknown as { kind: string; incidentId?: unknown; comment?: unknown })
      .findLast((event) => event.kind === "incident-commented" && event.incidentId === incidentId)?.comment;
    return {
      incidentId,
      openedAtMs,
      closedAtMs,
      policy: { id: policyId, version: policyVersion, title: policy?.title ?? null },
      reason: typeof reason === "string" ? reason : "",
      comment: typeof comment === "string" ? comment : "",
    };
  }
}

function myCallOf({ call, joinedAtMs, disposition, note, incidentIds }: AgentCall): MyCall {
  const shown = maskNumber(call.callerNumber);
  const talked = call.bridgedAtMs !== null && joinedAtMs !== null;
  return {
    callId: call.callId,
    direction: call.direction,
    trial: call.trialKind,
    missed: joinedAtMs === null,
    other: shown === null || shown === "" ? null : { shown, revealed: false },
    startedAtMs: call.startedAtMs,
    talkMs:
      talked && call.bridgedAtMs !== null && call.endedAtMs !== null
        ? Math.max(0, call.endedAtMs - call.bridgedAtMs)
        : null,
    endReason: call.endReason,
    disposition,
    note,
    incidentIds: joinedAtMs === null ? [] : [...incidentIds],
    hasRecording: joinedAtMs !== null && call.recordingPath !== null,
  };
}

type Gaps = NonNullable<MyCallWhole["recording"]>["gaps"];

/** What is recorded and what of it is missing; `beginsAtMs` puts the sound beside the words. */
function recordingOf({ call }: AgentCall, events: readonly JournalEvent[]): MyCallWhole["recording"] {
  const started = events.find(({ kind }) => kind === "recording-started");
  if (call.recordingPath === null || started === undefined) return null;
  const kept = (call.recordingSummary ?? {}) as { durationMs?: number; gaps?: Gaps; complete?: boolean };
  return {
    beginsAtMs: started.atMs,
    durationMs: kept.durationMs ?? null,
    complete: kept.complete ?? false,
    gaps: (kept.gaps ?? []).map(({ channel, startMs, endMs, reason }) => ({ channel, startMs, endMs, reason })),
    sha256: call.recordingSha256,
    audioPath: `/api/desk/calls/${encodeURIComponent(call.callId)}/audio`,
  };
}
