import type { Clock } from "@jikimi/kernel";
import { localTime } from "../cli/local-time.ts";
import { type DoctorResult, fail, ok, warn } from "./result.ts";

const named = { id: "clock", name: { ko: "시계", en: "clock" } };

/** A wall clock before this is certainly wrong: no version of Jikimi is older. */
const earliestMs = Date.UTC(2026, 0, 1);

const watchedMs = 200;
const allowedDriftMs = 20;

/** Records are dated by the wall clock and measured by the other one: while we watch, both must go equally fast. */
export async function checkClock({ clock, timeZone }: { clock: Clock; timeZone: string }): Promise<DoctorResult> {
  const wallBeforeMs = clock.nowMs();
  const monotonicBeforeMs = clock.monotonicMs();
  await clock.sleep(watchedMs);
  const wallMs = clock.nowMs() - wallBeforeMs;
  const monotonicMs = clock.monotonicMs() - monotonicBeforeMs;
  const now = localTime(clock.nowMs());
  const found = { ko: `${now}, 시간대 ${timeZone}`, en: `${now}, time zone ${timeZone}` };
  const wayOut = {
    ko: "시각 동기화를 켜 주십시오 (예: sudo timedatectl set-ntp true). 기록의 시각이 증거가 됩니다.",
    en: "Turn time synchronisation on (for example sudo timedatectl set-ntp true): the times in the records are evidence.",
  };
  if (wallBeforeMs < earliestMs) return fail(named, found, wayOut);
  const driftMs = Math.round(wallMs - monotonicMs);
  if (Math.abs(driftMs) <= allowedDriftMs) return ok(named, found);
  return warn(
    named,
    {
      ko: `${found.ko}. ${watchedMs} ms 동안 벽시계가 ${driftMs} ms 어긋남`,
      en: `${found.en}; in ${watchedMs} ms the wall clock was off by ${driftMs} ms`,
    },
    wayOut,
  );
}
