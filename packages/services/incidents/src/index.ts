export type {
  CallJournal,
  ClosedAfterRestart,
  Durability,
  IncidentRecorder,
  IncidentStart,
  JournalHealth,
  OpenIncident,
  ToldEvent,
  Verification,
} from "./api.ts";
export type { CallFilter, CallStore, IncidentFilter, JournalWrite } from "./ports.ts";
export type {
  CallChange,
  CallOpening,
  CallRow,
  CallState,
  IncidentClosing,
  IncidentOpening,
  IncidentRow,
  JournalEntry,
  JournalEvent,
  Json,
  PersonalPart,
  PlayedAnnouncement,
} from "./types.ts";
