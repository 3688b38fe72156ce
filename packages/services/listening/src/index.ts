export type { Verdict } from "./acceptance.ts";
export { type AttendedStream, type HearingCost, shareAttention, wholeCalls } from "./attention.ts";
export { ASSUMED_COST, calibrate } from "./calibrate.ts";
export type { CutterSettings } from "./cutter.ts";
export { ListeningError, type ListeningErrorCode } from "./errors.ts";
export { hearRecording, type OfflineHearing, type OfflineResult, type OfflineSource, wholeSound } from "./offline.ts";
export type {
  HeardUtterance,
  HearingSteps,
  Recognizer,
  Resample,
  TranscribeOptions,
  Transcription,
  VoiceActivity,
  VoiceActivityModel,
  Word,
  WordHint,
} from "./ports.ts";
export type { HeardFrame, SegmenterEvent, SpeechSegment } from "./segmenter.ts";
export { type ListenerEvent, StreamListener, type StreamListenerOptions } from "./stream-listener.ts";
export { CallFloor } from "./voice/call-floor.ts";
