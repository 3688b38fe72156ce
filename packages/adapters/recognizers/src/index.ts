export {
  type Ears,
  type EarsOptions,
  type FileEnd,
  type FileTranscription,
  hearFile,
  openEars,
  transcribeFile,
} from "./hear-file.ts";
export { defaultModelsDir, listModels, type ModelDescription, type ModelFileCheck, verifyModels } from "./models.ts";
export { type OwnedRecognizer, openRecognizer, type RecognizerOptions } from "./open-recognizer.ts";
export type { RecognizerServer } from "./openai-compatible/server.ts";
export { SileroModel } from "./silero.ts";
export { sourceThreadEntry, type ThreadEntry } from "./thread-entry.ts";
