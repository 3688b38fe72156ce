import { readFileSync } from "node:fs";

/**
 * Processor time of the calling thread in ms, from Linux's `/proc/thread-self/schedstat`; elsewhere that of the whole
 * process, which counts other threads' work too. Only differences mean something.
 */
export function threadCpuMs(): number {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "latin1").split(" ", 1)[0]) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
}
