import { readFile } from "node:fs/promises";
import type { Sound, Sounds } from "@jikimi/calls";
import type { CallRecords } from "@jikimi/incidents";
import type { Log } from "@jikimi/kernel";

/**
 * Sounds as they are, each kept in the records when it is first asked for: the proof can be heard even after somebody
 * has replaced the file. Keeping never delays a call.
 */
export function keepingSounds(sounds: Sounds, { records, log }: { records: CallRecords; log: Log }): Sounds {
  const kept = new Set<string>();
  const keep = async (announcement: string, language: "ko" | "en", sound: Sound): Promise<void> => {
    const { sha256, text, synthetic, path } = sound;
    if (kept.has(sha256)) return;
    kept.add(sha256);
    try {
      await records.keepAnnouncement({ sha256, announcement, language, text, synthetic, wav: await readFile(path) });
    } catch (cause) {
      kept.delete(sha256);
      log.warn({ announcement, cause: String(cause) }, "an announcement's sound could not be kept");
    }
  };
  return {
    ringback: sounds.ringback,
    holdMusic: sounds.holdMusic,
    announcement(name, listener) {
      const sound = sounds.announcement(name, listener);
      void keep(name, listener.language, sound);
      return sound;
    },
  };
}
