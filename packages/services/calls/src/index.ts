export { resumeHeader } from "./agent-line.ts";
export type { BrowserPhones, PageOwner, PhoneView } from "./browser-phones.ts";
export { Call, type CallEnd, type EndReason, type Party } from "./call.ts";
export { CallControl } from "./call-control.ts";
export type { CallDeps, Routing } from "./call-deps.ts";
export type { CallEvent, CallEventBody } from "./call-events.ts";
export { CallHearing } from "./call-hearing.ts";
export { CallRecordings } from "./call-recording.ts";
export type { Commanded, CommandRefusal } from "./desk-commands.ts";
export { echoUser } from "./echo-test.ts";
export { PageAuthority } from "./page-authority.ts";

export { PoliciesInForce } from "./policies-in-force.ts";
export type {
  AbuseLabel,
  AcceptResult,
  AnnouncementName,
  Hearing,
  HearingEvent,
  Judge,
  JudgedUtterance,
  LegStats,
  MediaCapabilities,
  MediaEvent,
  MediaPlane,
  MediaWorkerHealth,
  RecordingRequest,
  RecordingShelf,
  SdpResult,
  Sound,
  SoundRef,
  Sounds,
  TapSink,
  TrialKind,
  Utterance,
  VoiceSignal,
  Word,
} from "./ports.ts";
export { RegisteredPhones } from "./registered-phones.ts";
export { AgentRoster, type PresenceChange } from "./roster.ts";
export type { AgentPhones, Signalling, TrunkDialling } from "./signalling.ts";
export { type TrialLine, TrialLines, trialPrefix } from "./trial-lines.ts";
