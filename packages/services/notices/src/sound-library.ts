import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DepartmentId } from "@jikimi/kernel";
import { ANNOUNCEMENT_KINDS, type AnnouncementKind, LANGUAGES, type Language, type ToneName } from "./catalogue.ts";
import { NoticesError } from "./errors.ts";
import {
  type ResolvedSound,
  resolveSound,
  resolveTone,
  type SoundFolders,
  shippedAnnouncement,
  shippedTone,
} from "./resolve-sound.ts";

/**
 * All sounds of a site, read and checked once, so that a call never waits for a disk. An own sound that cannot be played
 * is replaced by the shipped one and named in `problems`: a call must have its notice. Read again (a new library) when
 * the organisation changes its files.
 */
export class SoundLibrary {
  /** What is wrong with the organisation's own sounds: for the start's output, `doctor` and the office. */
  readonly problems: readonly NoticesError[];
  readonly ringback: ResolvedSound;
  readonly holdMusic: ResolvedSound;
  readonly agentCue: ResolvedSound;
  readonly #sounds: ReadonlyMap<string, ResolvedSound>;

  private constructor(
    sounds: ReadonlyMap<string, ResolvedSound>,
    tones: Readonly<Record<ToneName, ResolvedSound>>,
    problems: readonly NoticesError[],
  ) {
    this.#sounds = sounds;
    this.ringback = tones.ringback;
    this.holdMusic = tones["hold-music"];
    this.agentCue = tones["agent-cue"];
    this.problems = problems;
  }

  /** Throws `default-sound-damaged` where the shipped sounds themselves are not whole. */
  static load({
    departmentIds,
    ...folders
  }: SoundFolders & { readonly departmentIds: readonly DepartmentId[] }): SoundLibrary {
    const problems = new Map<string, NoticesError>();
    const orShipped = (resolve: () => ResolvedSound, shipped: () => ResolvedSound): ResolvedSound => {
      try {
        return resolve();
      } catch (failure) {
        if (!(failure instanceof NoticesError) || failure.code !== "own-sound-unusable") throw failure;
        problems.set(failure.path, failure);
        return shipped();
      }
    };
    const { customFolder } = folders;
    const withOwnSounds = departmentIds.filter((id) => customFolder !== null && existsSync(join(customFolder, id)));
    const sounds = new Map<string, ResolvedSound>();
    for (const kind of ANNOUNCEMENT_KINDS) {
      for (const language of LANGUAGES) {
        const shipped = () => shippedAnnouncement(kind, language, folders.soundsFolder);
        for (const departmentId of [null, ...withOwnSounds]) {
          const resolve = () => resolveSound(kind, { language, departmentId, ...folders });
          sounds.set(keyOf(kind, language, departmentId), orShipped(resolve, shipped));
        }
      }
    }
    const tone = (name: ToneName) =>
      orShipped(
        () => resolveTone(name, folders),
        () => shippedTone(name, folders.soundsFolder),
      );
    const [ringback, holdMusic, agentCue] = [tone("ringback"), tone("hold-music"), tone("agent-cue")];
    return new SoundLibrary(sounds, { ringback, "hold-music": holdMusic, "agent-cue": agentCue }, [
      ...problems.values(),
    ]);
  }

  /** A department without sounds of its own, or added since `load`, hears the organisation's. */
  announcement(
    kind: AnnouncementKind,
    { language, departmentId }: { readonly language: Language; readonly departmentId: DepartmentId | null },
  ): ResolvedSound {
    const sound =
      this.#sounds.get(keyOf(kind, language, departmentId)) ?? this.#sounds.get(keyOf(kind, language, null));
    if (sound === undefined) throw new RangeError(`no sound for ${kind} in ${language}`);
    return sound;
  }
}

function keyOf(kind: AnnouncementKind, language: Language, departmentId: DepartmentId | null): string {
  return `${kind} ${language} ${departmentId ?? ""}`;
}
