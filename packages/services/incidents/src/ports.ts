import type { CallId, IncidentId } from "@jikimi/kernel";
import type {
  CallChange,
  CallOpening,
  CallRow,
  CallState,
  IncidentClosing,
  IncidentOpening,
  IncidentRow,
  JournalEntry,
} from "./types.ts";

/** One entry and the rows that change with it: kept together or not at all. */
export type JournalWrite = {
  readonly entry: JournalEntry;
  readonly opening?: CallOpening;
  readonly change?: CallChange;
  readonly incidentOpening?: IncidentOpening;
  readonly incidentClosing?: IncidentClosing;
};

export type CallFilter = {
  readonly state?: CallState;
  /** Calls that started before this wall-clock time (the page after). */
  readonly startedBeforeMs?: number;
  readonly direction?: "inbound" | "outbound";
  readonly withRecording?: boolean;
  readonly limit: number;
};

export type IncidentFilter = {
  readonly state?: "open" | "closed";
  readonly openedBeforeMs?: number;
  readonly limit: number;
};

/** Where calls, their events and incidents live. Methods reject only when the store itself fails. */
export interface CallStore {
  /**
   * Keeps all writes in order in one transaction. An entry whose (callId, seq) is already there is skipped together
   * with its changes, so giving the same writes twice is the same as giving them once.
   */
  write(writes: readonly JournalWrite[]): Promise<void>;
  findCall(callId: CallId): Promise<CallRow | null>;
  /** Newest first. */
  listCalls(filter: CallFilter): Promise<readonly CallRow[]>;
  /** In order of `seq`. */
  listEntries(callId: CallId): Promise<readonly JournalEntry[]>;
  /** Calls that no one has ended, oldest first. */
  listUnfinished(): Promise<readonly CallRow[]>;
  findIncident(incidentId: IncidentId): Promise<IncidentRow | null>;
  /** Newest first. */
  listIncidents(filter: IncidentFilter): Promise<readonly IncidentRow[]>;
  listIncidentsOfCall(callId: CallId): Promise<readonly IncidentRow[]>;
  /** Removes the personal parts of a call's entries, its caller's number and what agents noted of it; the chain stays whole. */
  erasePersonal(callId: CallId): Promise<void>;
  /** Keeps a sound once; the same `sha256` again changes nothing. */
  keepAnnouncement(media: AnnouncementMedia): Promise<void>;
  findAnnouncement(sha256: string): Promise<AnnouncementMedia | null>;
}

/** A sound that was played to somebody, byte for byte. */
export type AnnouncementMedia = {
  /** Of `wav`, hexadecimal. */
  readonly sha256: string;
  readonly announcement: string;
  readonly language: string;
  readonly text: string;
  readonly synthetic: boolean;
  readonly wav: Uint8Array;
};
