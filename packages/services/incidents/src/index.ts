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
export { CallRecords } from "./call-records.ts";
export { verifyChain } from "./chain.ts";
export { IncidentsError, type IncidentsErrorCode } from "./errors.ts";
export type { HeardUtterance, IncidentDocument } from "./incident-document.ts";
export { JournaledIncidents } from "./incident-recorder.ts";
export { maskEvent, maskNumber } from "./mask.ts";
export type { AnnouncementMedia, CallFilter, CallStore, IncidentFilter, JournalWrite } from "./ports.ts";
export { type JournalLimits, type JournalOptions, SpoolingJournal } from "./spooling-journal.ts";
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
