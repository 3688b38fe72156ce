import { readFileSync } from "node:fs";

/** CPU time of a whole process, its threads included, since it started. */
export type CpuTime = { readonly userMs: number; readonly systemMs: number };

/** `USER_HZ`: 100 on every Linux that Node runs on (`getconf CLK_TCK`). */
const msPerTick = 10;

/** Reads `/proc/PID/stat` (proc(5), fields 14 and 15). Throws when the process is gone or this is no Linux. */
export function cpuTimeOf(pid: number): CpuTime {
  return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
}

/** The program's name stands in brackets and may hold spaces and brackets itself: fields are counted from the last one. */
export function parseStat(stat: string): CpuTime {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { userMs: Number(fields[11]) * msPerTick, systemMs: Number(fields[12]) * msPerTick };
}

export function spentBetween(before: CpuTime, after: CpuTime): CpuTime & { readonly totalMs: number } {
  const userMs = after.userMs - before.userMs;
  const systemMs = after.systemMs - before.systemMs;
  return { userMs, systemMs, totalMs: userMs + systemMs };
}
