import { existsSync, readFileSync } from "node:fs";
import { levelDbfs, readSound } from "@jikimi/audio";
import { NoticesError } from "./errors.ts";
import { sha256Of } from "./manifest.ts";

/** Half a second can still be a sound; a listener who waits for more than a minute has hung up. */
export const SPOKEN_LIMITS = { shortestMs: 500, longestMs: 60_000 } as const;
/** Loops are longer than words: ten minutes. */
export const LOOP_LIMITS = { shortestMs: 500, longestMs: 600_000 } as const;
const SILENT_BELOW_DBFS = -45;

export type OwnSound = {
  readonly path: string;
  readonly text: string | null;
  readonly sha256: string;
  readonly durationMs: number;
};

/**
 * Reads an organisation's own WAV and checks that a listener will hear something of a sensible length. Its words lie
 * beside it in a text file of the same name (`warning.ko.txt`), so that the record of a call can say what was played.
 * Throws `own-sound-unusable`.
 */
export function readOwnSound(path: string, limits: { shortestMs: number; longestMs: number }): OwnSound {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const english = "it cannot be read: check who may read the file";
    throw unusable(path, english, "읽을 수 없습니다. 파일의 읽기 권한을 확인해 주십시오", cause);
  }
  const read = readSound(bytes);
  if (read.kind === "unreadable") {
    const command = "sox <original> -r 8000 -c 1 -b 16 <new>.wav";
    throw unusable(
      path,
      `${read.why}. Save it as WAV, 16-bit PCM or G.711, mono (for example: ${command})`,
      `재생할 수 없는 형식입니다(${read.why}). 16비트 PCM 또는 G.711, 모노 WAV로 저장해 주십시오(예: ${command})`,
    );
  }
  const durationMs = Math.round((read.pcm.length * 1000) / read.sampleRateHz);
  const { shortestMs, longestMs } = limits;
  if (durationMs < shortestMs || durationMs > longestMs) {
    const seconds = (durationMs / 1000).toFixed(1);
    throw unusable(
      path,
      `it lasts ${seconds} s; ${shortestMs / 1000} to ${longestMs / 1000} s are allowed. Cut it or record it again`,
      `길이가 ${seconds}초입니다. ${shortestMs / 1000}초에서 ${longestMs / 1000}초 사이로 다시 편집하거나 녹음해 주십시오`,
    );
  }
  const level = levelDbfs(read.pcm);
  if (level < SILENT_BELOW_DBFS) {
    const shown = Number.isFinite(level) ? `${level.toFixed(0)} dBFS` : "silence";
    throw unusable(
      path,
      `it is too quiet to be heard (${shown}; ${SILENT_BELOW_DBFS} dBFS at least). Record it louder`,
      `소리가 너무 작아 들리지 않습니다(${shown}, 최소 ${SILENT_BELOW_DBFS} dBFS). 더 크게 녹음해 주십시오`,
    );
  }
  return { path, text: wordsBeside(path), sha256: sha256Of(bytes), durationMs };
}

function wordsBeside(path: string): string | null {
  const beside = path.replace(/\.wav$/, ".txt");
  if (!existsSync(beside)) return null;
  const text = readFileSync(beside, "utf8").trim();
  return text === "" ? null : text;
}

function unusable(path: string, english: string, korean: string, cause?: unknown): NoticesError {
  return new NoticesError("own-sound-unusable", {
    path,
    english: `the announcement ${path} cannot be used: ${english}`,
    korean: `안내 방송 파일 ${path}을(를) 사용할 수 없습니다: ${korean}`,
    cause,
  });
}
