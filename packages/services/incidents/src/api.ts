import type { CallId, EpochMs, IncidentId, PolicyId } from "@jikimi/kernel";
import type { CallChange, CallOpening, JournalEntry, JournalEvent } from "./types.ts";

/** How safe an entry is: in the database, sealed on disk until the database returns, or (both failing) in memory only. */
export type Durability = "stored" | "spooled" | "memory";

/** An event as it was given, told to who listens at once, before it is kept, with what it changes in the call's row. */
export type ToldEvent = {
  readonly callId: CallId;
  readonly seq: number;
  readonly event: JournalEvent;
  /** With a call's first event only. */
  readonly opening?: CallOpening;
  readonly change?: CallChange;
};

/**
 * The ordered, append-only account of every call. Writing never waits and never throws for a slow or dead
 * database: entries queue in memory (bounded), then sealed on disk, and reach the database in order exactly once.
 */
export interface CallJournal {
  /** Begins a call's account with its first event. Throws `already-open` for a known call. */
  open<Event extends JournalEvent>(opening: CallOpening, event: Event): JournalEntry;
  /** Adds what happened, and with it what changes in the call's row. Throws `unknown-call` before `open`. */
  append<Event extends JournalEvent>(callId: CallId, event: Event, change?: CallChange): JournalEntry;
  /** Adds to a call that ended long ago (a number revealed, a verdict): reads the chain's end first, so it may wait. */
  annotate<Event extends JournalEvent>(callId: CallId, event: Event, change?: CallChange): Promise<JournalEntry>;
  /** Resolves when all that was appended so far is stored or spooled, or when `withinMs` passed; never rejects. */
  settled(options?: { withinMs?: number }): Promise<Durability>;
  onEvent(listener: (told: ToldEvent) => void): () => void;
  health(): JournalHealth;
}

export type JournalHealth = {
  readonly state: "direct" | "spooling" | "replaying" | "lossy";
  /** Entries in memory and on disk that the database does not have yet. */
  readonly waiting: number;
  /** Entries given up because neither database nor disk took them; their numbers are missing in the chain. */
  readonly lost: number;
};

/** The record of why a call was ended or would have been. */
export interface IncidentRecorder {
  /**
   * Opens the record before an ending is carried out; resolves when it is safe (see `Durability`) or after the
   * configured bound, so that a dead database never keeps an agent on the line. Writes `incident-opened`.
   */
  open(callId: CallId, opening: IncidentStart): Promise<OpenIncident>;
}

export type IncidentStart = {
  readonly atMs: number;
  /** As the rules said it; no words of the caller. */
  readonly cause: unknown;
  readonly policyId: PolicyId;
  readonly policyVersion: number;
};

export interface OpenIncident {
  readonly id: IncidentId;
  readonly durability: Durability;
  /** As `CallJournal.append`, for the incident's call. */
  append<Event extends JournalEvent>(event: Event, change?: CallChange): JournalEntry;
  /** Writes `incident-closed` with what really happened. A second close is ignored. */
  close(ending: { atMs: number; outcome: unknown }): Promise<Durability>;
}

/** A call whose process ended before it did. */
export type ClosedAfterRestart = {
  readonly callId: CallId;
  /** The last moment anything is known of, wall clock: what the call's end is set to. */
  readonly lastEventAtMs: EpochMs;
  /** Its recording was never closed and has to be verified. */
  readonly recordingPath: string | null;
  readonly openIncidents: readonly IncidentId[];
};

export type Verification =
  | { readonly kind: "intact"; readonly entries: number; readonly lastHash: string }
  | { readonly kind: "unknown-call" }
  | {
      readonly kind: "broken";
      readonly seq: number;
      readonly why: "hole" | "altered" | "unchained" | "personal-altered" | "cut-off";
    };
