export { judgeTranscription, type Verdict } from "./acceptance.ts";
export { type CutterSettings, DEFAULT_CUTTER } from "./cutter.ts";
export { ListeningError, type ListeningErrorCode } from "./errors.ts";
export { hearRecording, type OfflineChannel, type OfflineHearing, type OfflineResult } from "./offline.ts";
export {
  type HeardUtterance,
  RECOGNIZER_NAMES,
  type Recognizer,
  type RecognizerName,
  type Resample,
  type Transcription,
  type VoiceActivity,
  type VoiceActivityModel,
  type Word,
} from "./ports.ts";
export { type HeardFrame, type SegmenterEvent, type SpeechSegment, SpeechSegmenter } from "./segmenter.ts";
export { type ListenerEvent, StreamListener, type StreamListenerOptions } from "./stream-listener.ts";
