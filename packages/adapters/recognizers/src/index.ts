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
export {
  installedFolder,
  intactFolder,
  listOptionalModels,
  type ModelFolders,
  type OptionalModel,
  verifyPulled,
} from "./optional-models.ts";
export { PullError, type PullErrorCode } from "./pull/pull-error.ts";
export { type PullOptions, pullModel } from "./pull/pull-model.ts";
export { type PullProgress, readSource } from "./pull/sources.ts";
export { SileroModel } from "./silero.ts";
export { sourceThreadEntry, type ThreadEntry } from "./thread-entry.ts";
