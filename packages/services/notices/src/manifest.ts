import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { NoticesError } from "./errors.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** `assets/sounds/notices/manifest.json`, written by `tools/sounds/make.ts`. */
const NoticesManifest = z.object({
  formatVersion: z.literal(1),
  announcements: z.array(
    z.object({
      kind: z.string(),
      language: z.enum(["ko", "en"]),
      file: z.string(),
      /** Of the text that was spoken, so that a changed text with an old sound is seen. */
      textSha256: sha256,
      sha256,
      durationMs: z.number().int().positive(),
    }),
  ),
  tones: z.array(z.object({ name: z.string(), file: z.string(), sha256, durationMs: z.number().int().positive() })),
});
export type NoticesManifest = z.infer<typeof NoticesManifest>;

/** Where the shipped announcements lie in a checkout; a bundle passes its own folder instead. */
export function defaultSoundsFolder(): string {
  return fileURLToPath(new URL("../../../../assets/sounds/notices/", import.meta.url));
}

/** Throws `default-sound-damaged` where the folder is not as it was shipped. */
export function readManifest(soundsFolder: string): NoticesManifest {
  const path = join(soundsFolder, "manifest.json");
  try {
    return NoticesManifest.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw damaged(path, cause);
  }
}

export function damaged(path: string, cause?: unknown): NoticesError {
  return new NoticesError("default-sound-damaged", {
    path,
    english: `${path} is missing or damaged: restore assets/sounds from the release, or make it again with "npm run sounds"`,
    korean: `${path} 파일이 없거나 손상되었습니다. 배포본의 assets/sounds를 다시 복사하거나 "npm run sounds"로 다시 만들어 주십시오`,
    cause,
  });
}

export function sha256Of(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
