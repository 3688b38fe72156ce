import { open, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock } from "@jikimi/kernel";
import { type DoctorResult, fail, ok, sizeOf, warn } from "./result.ts";

/** What the data folder's disk is like. `folderMode` is null when the folder is yet to be made, in `existing`. */
export type DiskLook = {
  readonly existing: string;
  readonly folderMode: number | null;
  readonly freeBytes: number;
  /** Written and flushed to the disk; null when nothing could be written, for the reason in `writeFailure`. */
  readonly bytesPerSecond: number | null;
  readonly writeFailure: string | null;
};

const trialBytes = 8 * 1024 * 1024;

/** Writes 8 MiB into the folder (or the nearest one above it that exists), flushes, and takes it away again. */
export async function lookAtDisk({ folder, clock }: { folder: string; clock: Clock }): Promise<DiskLook> {
  const existing = await nearestFolder(folder);
  const { bavail, bsize } = await statfs(existing);
  const folderMode = existing === folder ? (await stat(folder)).mode & 0o777 : null;
  const trial = await writeTrial(join(existing, `.jikimi-doctor-${process.pid}`), clock);
  return { existing, folderMode, freeBytes: bavail * bsize, ...trial };
}

async function nearestFolder(folder: string): Promise<string> {
  try {
    if ((await stat(folder)).isDirectory()) return folder;
  } catch {
    // Not there: one above it is.
  }
  return nearestFolder(dirname(folder));
}

async function writeTrial(path: string, clock: Clock): Promise<Pick<DiskLook, "bytesPerSecond" | "writeFailure">> {
  try {
    const startedMs = clock.monotonicMs();
    const file = await open(path, "wx", 0o600);
    try {
      await file.write(Buffer.alloc(trialBytes, 0x5a));
      await file.sync();
    } finally {
      await file.close();
    }
    const elapsedMs = Math.max(0.1, clock.monotonicMs() - startedMs);
    return { bytesPerSecond: (trialBytes / elapsedMs) * 1000, writeFailure: null };
  } catch (failure) {
    return { bytesPerSecond: null, writeFailure: (failure as NodeJS.ErrnoException).code ?? String(failure) };
  } finally {
    await rm(path, { force: true }).catch(() => {});
  }
}

const tooLittleBytes = 1e9;
const littleBytes = 10e9;
const slowBytesPerSecond = 5e6;

/** Space, speed and who may read: recordings are written as they happen and belong to nobody else. */
export function checkDisk({ folder, look }: { folder: string; look: DiskLook }): DoctorResult[] {
  return [checkWriting(folder, look), checkSpace(look), checkMode(folder, look)];
}

function checkWriting(folder: string, { bytesPerSecond, writeFailure }: DiskLook): DoctorResult {
  const named = { id: "disk-speed", name: { ko: "데이터 폴더 쓰기", en: "writing to the data folder" } };
  if (bytesPerSecond === null) {
    return fail(
      named,
      { ko: `${folder}에 쓸 수 없음(${writeFailure})`, en: `${folder} cannot be written to (${writeFailure})` },
      {
        ko: "이 사용자가 쓸 수 있는 폴더를 JIKIMI_DATA에 정하거나 폴더의 소유자를 바꿔 주십시오.",
        en: "Set JIKIMI_DATA to a folder this user may write to, or change the folder's owner.",
      },
    );
  }
  const found = {
    ko: `${folder}, 초당 ${sizeOf(bytesPerSecond)}`,
    en: `${folder}, ${sizeOf(bytesPerSecond)} per second`,
  };
  if (bytesPerSecond >= slowBytesPerSecond) return ok(named, found);
  return warn(named, found, {
    ko: "느린 디스크입니다. 동시 통화가 많으면 녹음이 밀릴 수 있으니 다른 디스크를 JIKIMI_DATA에 정해 주십시오.",
    en: "This disk is slow: with many calls at once recordings may fall behind. Set JIKIMI_DATA to another disk.",
  });
}

function checkSpace({ existing, freeBytes }: DiskLook): DoctorResult {
  const named = { id: "disk-space", name: { ko: "디스크 공간", en: "disk space" } };
  const found = { ko: `${existing}에 ${sizeOf(freeBytes)} 남음`, en: `${sizeOf(freeBytes)} free at ${existing}` };
  const wayOut = {
    ko: "공간을 비우거나 더 큰 디스크의 폴더를 JIKIMI_DATA에 정해 주십시오. 디스크가 차면 녹음이 멈춥니다.",
    en: "Free some space, or set JIKIMI_DATA to a folder on a larger disk: recording stops when the disk is full.",
  };
  if (freeBytes < tooLittleBytes) return fail(named, found, wayOut);
  return freeBytes < littleBytes ? warn(named, found, wayOut) : ok(named, found);
}

function checkMode(folder: string, { folderMode }: DiskLook): DoctorResult {
  const named = { id: "data-mode", name: { ko: "데이터 폴더 권한", en: "who may read the data folder" } };
  if (folderMode === null) {
    return ok(named, {
      ko: `${folder} (처음 시작할 때 만들어짐)`,
      en: `${folder} (made at the first start)`,
    });
  }
  const mode = folderMode.toString(8).padStart(4, "0");
  if ((folderMode & 0o077) === 0) return ok(named, { ko: `${mode} (소유자만)`, en: `${mode} (its owner alone)` });
  return warn(
    named,
    { ko: `${mode} (다른 사용자도 열 수 있음)`, en: `${mode} (others may open it)` },
    {
      ko: `소유자만 열 수 있게 해 주십시오: chmod 700 ${folder}`,
      en: `Let its owner alone open it: chmod 700 ${folder}`,
    },
  );
}
