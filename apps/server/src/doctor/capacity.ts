import { type DoctorResult, fail, ok, sizeOf, warn } from "./result.ts";

/** `load` is the one-minute load average; `realtimePriority` the highest this user may ask for (0: none), null if unknown. */
export type CpuLook = { readonly cores: number; readonly load: number; readonly realtimePriority: number | null };

/** Sound leaves every 20 ms: what harms it is not work but waiting for a turn (DESIGN §5). */
export function checkCpu({ cores, load, realtimePriority }: CpuLook): DoctorResult {
  const named = { id: "cpu", name: { ko: "CPU", en: "CPU" } };
  const allowed = realtimePriority !== null && realtimePriority > 0;
  const found = {
    ko: `코어 ${cores}개, 부하 ${load.toFixed(1)}, 실시간 스케줄링 ${allowed ? "허용됨" : "허용되지 않음"}`,
    en: `${cores} cores, load ${load.toFixed(1)}, real-time scheduling ${allowed ? "allowed" : "not allowed"}`,
  };
  if (cores < 2) {
    return warn(named, found, {
      ko: "음성과 음성 인식이 코어 하나를 나누어 씁니다. 코어를 두 개 이상 주십시오.",
      en: "Sound and recognition share one core: give Jikimi two or more.",
    });
  }
  if (load > cores) {
    return warn(named, found, {
      ko: "다른 일로 바쁜 컴퓨터입니다. 일을 줄이거나 media 프로세스를 실시간으로 돌려 주십시오 (systemd: CPUSchedulingPolicy=fifo).",
      en: "This machine is busy: give it less to do, or run the media process in real time (systemd: CPUSchedulingPolicy=fifo).",
    });
  }
  return ok(named, found);
}

/** From `/proc/self/limits`; null where there is no such file. */
export function realtimePriorityOf(limitsText: string | null): number | null {
  const soft = /^Max realtime priority\s+(\S+)/m.exec(limitsText ?? "")?.[1];
  if (soft === undefined) return null;
  return soft === "unlimited" ? 99 : Number(soft);
}

const tooLittleBytes = 500e6;
const littleBytes = 1e9;

/** Server, media and one listen process with Whisper take about 0.7 GB. */
export function checkMemory({
  availableBytes,
  totalBytes,
}: {
  availableBytes: number;
  totalBytes: number;
}): DoctorResult {
  const named = { id: "memory", name: { ko: "메모리", en: "memory" } };
  const found = {
    ko: `${sizeOf(totalBytes)} 가운데 ${sizeOf(availableBytes)} 사용 가능`,
    en: `${sizeOf(availableBytes)} of ${sizeOf(totalBytes)} available`,
  };
  const wayOut = {
    ko: "메모리가 모자라면 음성 인식이 꺼질 수 있습니다. 다른 프로그램을 닫거나 메모리를 늘려 주십시오.",
    en: "Short of memory, recognition may be stopped: close other programs or add memory.",
  };
  if (availableBytes < tooLittleBytes) return fail(named, found, wayOut);
  return availableBytes < littleBytes ? warn(named, found, wayOut) : ok(named, found);
}
