import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** How a command finds the server that runs on this data folder, and proves that it may ask (file mode 0600). */
const RunFile = z.object({
  pid: z.number().int().positive(),
  httpUrl: z.url(),
  token: z.string().min(32),
  sipPort: z.number().int(),
  startedAtMs: z.number(),
});
export type RunFile = z.infer<typeof RunFile>;

function pathIn(dataFolder: string): string {
  return join(dataFolder, "run", "server.json");
}

export function writeRunFile(dataFolder: string, run: RunFile): void {
  const path = pathIn(dataFolder);
  mkdirSync(join(dataFolder, "run"), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
}

/** The running server, or null when there is none: a file left by a killed process does not count. */
export function readRunFile(dataFolder: string): RunFile | null {
  try {
    const run = RunFile.parse(JSON.parse(readFileSync(pathIn(dataFolder), "utf8")));
    process.kill(run.pid, 0);
    return run;
  } catch {
    return null;
  }
}

export function removeRunFile(dataFolder: string): void {
  rmSync(pathIn(dataFolder), { force: true });
}
