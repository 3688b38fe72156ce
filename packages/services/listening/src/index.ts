export { ListeningError, type ListeningErrorCode } from "./errors.ts";
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
