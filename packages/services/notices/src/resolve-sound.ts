import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DepartmentId } from "@jikimi/kernel";
import {
  type AnnouncementKind,
  announcementCatalogue,
  type Language,
  type ToneName,
  toneDescriptions,
} from "./catalogue.ts";
import { damaged, defaultSoundsFolder, readManifest, sha256Of } from "./manifest.ts";
import { LOOP_LIMITS, type OwnSound, readOwnSound, SPOKEN_LIMITS } from "./own-sound.ts";

/** A sound to play, and what the record of the call says about it. */
export type ResolvedSound = {
  readonly path: string;
  /** The words, or what it is where there are none. */
  readonly text: string;
  /** True when a machine's voice speaks it: said wherever it shows. */
  readonly synthetic: boolean;
  /** Of the file, hexadecimal. */
  readonly sha256: string;
  readonly durationMs: number;
};

export type SoundFolders = {
  /** The organisation's own sounds: `warning.ko.wav` for all, `<departmentId>/warning.ko.wav` for one department. */
  readonly customFolder: string | null;
  /** The shipped ones. */
  readonly soundsFolder?: string;
};

const NO_TEXT: Readonly<Record<Language, string>> = {
  ko: "기관이 직접 녹음한 안내 방송(원고 없음)",
  en: "The organisation's own recording (no text given)",
};

/**
 * The department's own sound, else the organisation's, else the shipped synthetic one. Throws `own-sound-unusable` where
 * the organisation's file cannot be played (the caller of this decides whether to fall back) and `default-sound-damaged`.
 */
export function resolveSound(
  kind: AnnouncementKind,
  {
    language,
    departmentId,
    ...folders
  }: SoundFolders & { readonly language: Language; readonly departmentId: DepartmentId | null },
): ResolvedSound {
  const own = ownSound(`${kind}.${language}.wav`, departmentId, folders.customFolder, SPOKEN_LIMITS);
  if (own !== null) return { ...own, text: own.text ?? NO_TEXT[language], synthetic: false };
  return shippedAnnouncement(kind, language, folders.soundsFolder);
}

/** As `resolveSound`, for sounds without words: `ringback.wav`, `hold-music.wav`, `agent-cue.wav`. */
export function resolveTone(name: ToneName, { customFolder, soundsFolder }: SoundFolders): ResolvedSound {
  const own = ownSound(`${name}.wav`, null, customFolder, LOOP_LIMITS);
  if (own !== null) return { ...own, text: own.text ?? toneDescriptions[name].ko, synthetic: false };
  return shippedTone(name, soundsFolder);
}

export function shippedAnnouncement(
  kind: AnnouncementKind,
  language: Language,
  soundsFolder = defaultSoundsFolder(),
): ResolvedSound {
  const entry = readManifest(soundsFolder).announcements.find((row) => row.kind === kind && row.language === language);
  const text = announcementCatalogue[kind].text[language];
  if (entry === undefined || entry.textSha256 !== sha256Of(text)) throw damaged(join(soundsFolder, "manifest.json"));
  return { ...shipped(soundsFolder, entry), text, synthetic: true };
}

export function shippedTone(name: ToneName, soundsFolder = defaultSoundsFolder()): ResolvedSound {
  const entry = readManifest(soundsFolder).tones.find((row) => row.name === name);
  if (entry === undefined) throw damaged(join(soundsFolder, "manifest.json"));
  return { ...shipped(soundsFolder, entry), text: toneDescriptions[name].ko, synthetic: true };
}

function shipped(
  soundsFolder: string,
  { file, sha256, durationMs }: { file: string; sha256: string; durationMs: number },
) {
  const path = join(soundsFolder, file);
  let found: string;
  try {
    found = sha256Of(readFileSync(path));
  } catch (cause) {
    throw damaged(path, cause);
  }
  if (found !== sha256) throw damaged(path);
  return { path, sha256, durationMs };
}

function ownSound(
  file: string,
  departmentId: DepartmentId | null,
  customFolder: string | null,
  limits: { shortestMs: number; longestMs: number },
): OwnSound | null {
  if (customFolder === null) return null;
  // A department's id comes from the directory; one that is no plain name has no folder of its own.
  const own =
    departmentId !== null && /^[A-Za-z0-9_-]+$/.test(departmentId) ? [join(customFolder, departmentId, file)] : [];
  const path = [...own, join(customFolder, file)].find((candidate) => existsSync(candidate));
  return path === undefined ? null : readOwnSound(path, limits);
}
