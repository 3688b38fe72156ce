export {
  ANNOUNCEMENT_KINDS,
  type AnnouncementEntry,
  type AnnouncementKind,
  announcementCatalogue,
  LANGUAGES,
  type Language,
  TONE_NAMES,
  type ToneName,
} from "./catalogue.ts";
export { NoticesError, type NoticesErrorCode } from "./errors.ts";
export { defaultSoundsFolder } from "./manifest.ts";
export { type ResolvedSound, resolveSound, resolveTone, type SoundFolders } from "./resolve-sound.ts";
export { SoundLibrary } from "./sound-library.ts";
