export {
  ANNOUNCEMENT_KINDS,
  type AnnouncementEntry,
  type AnnouncementKind,
  announcementCatalogue,
  LANGUAGES,
  type Language,
  type ToneName,
} from "./catalogue.ts";
export type { NoticesErrorCode } from "./errors.ts";

export type { ResolvedSound, SoundFolders } from "./resolve-sound.ts";
export { SoundLibrary } from "./sound-library.ts";
