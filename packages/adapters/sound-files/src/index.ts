export { SoundFileError, type SoundFileErrorCode } from "./errors.ts";
export { type OpenSoundFile, openSoundFile } from "./open-sound-file.ts";
export type { SoundFile, SoundKind, SoundPiece, SoundProblem } from "./sound-file.ts";
