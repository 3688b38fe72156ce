import type { CallRow } from "@jikimi/incidents";
import type { AgentId, CallId, EpochMs, IncidentId } from "@jikimi/kernel";
import type { DeskState } from "@jikimi/live-events";

/** One person's part in one call, with the call as it stands. */
export type AgentCall = {
  readonly call: CallRow;
  /** Answered or dialled; null: it only rang. */
  readonly joinedAtMs: EpochMs | null;
  /** Rang, and nobody took it. */
  readonly missedAtMs: EpochMs | null;
  /** Passed on to somebody else: what came after is not theirs. */
  readonly leftAtMs: EpochMs | null;
  readonly disposition: string | null;
  /** Personal data: free text about a caller. Erased with the call. */
  readonly note: string;
  readonly completedAtMs: EpochMs | null;
  readonly incidentIds: readonly IncidentId[];
};

export type AgentCallFilter = {
  readonly only: "all" | "missed" | "incidents";
  /** Calls that started before this (the page after). */
  readonly startedBeforeMs?: number;
  readonly limit: number;
};

/** What the desk keeps of its own. Methods reject only when the store itself fails. */
export interface DeskStore {
  /** Each may be given again; the first time stays. */
  noteJoined(part: { callId: CallId; agentId: AgentId; atMs: EpochMs }): Promise<void>;
  noteMissed(part: { callId: CallId; agentId: AgentId; atMs: EpochMs }): Promise<void>;
  noteLeft(part: { callId: CallId; agentId: AgentId; atMs: EpochMs }): Promise<void>;
  /** `completedAtMs` null leaves an earlier one. */
  saveWrapUp(wrapUp: {
    callId: CallId;
    agentId: AgentId;
    disposition: string | null;
    note: string;
    completedAtMs: EpochMs | null;
  }): Promise<void>;
  /** Null when it is none of theirs: they neither joined nor missed it, and the call names another agent or none. */
  find(agentId: AgentId, callId: CallId): Promise<AgentCall | null>;
  /** Newest first. */
  list(agentId: AgentId, filter: AgentCallFilter): Promise<readonly AgentCall[]>;
  /** The newest call they joined and talked on, if it ended since and was not written up. */
  latestOpen(agentId: AgentId, since: { endedSinceMs: EpochMs }): Promise<AgentCall | null>;
  /** Missed and not taken later, since they last looked. */
  countMissed(agentId: AgentId): Promise<number>;
  seenMissed(agentId: AgentId, atMs: EpochMs): Promise<void>;
  /** Earlier calls with this number, practice counted with practice only. `incidentsBefore`: ended by protection. */
  knownCaller(
    number: string,
    calls: { before: EpochMs; since: EpochMs; simulated: boolean },
  ): Promise<{ callsBefore: number; incidentsBefore: number }>;
}

/** What a page is told of its person's telephones; the telephone side knows. */
export interface DeskPhones {
  /** `tab`: the browser tab that asks. */
  view(agentId: AgentId, tab: string | null): DeskState["phone"];
  onChange(listener: (change: { readonly agentId: AgentId }) => void): () => void;
  /** This tab was the telephone, and another one of theirs took it. */
  onTaken(listener: (taken: { readonly agentId: AgentId; readonly tab: string }) => void): () => void;
}

/** How well the server works, asked for every two seconds. Never throws. */
export type ServiceHealth = () => DeskState["service"];
