import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Runs one of this folder's scripts as a process. `lines` are what it says; it is killed when disposed. */
export function startChild(script: string, ...args: readonly string[]) {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ["--import", tsx, path, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    pid: child.pid,
    nextLine: async (): Promise<string> => {
      const line = await lines.next();
      if (line.done === true) throw new Error(`${script} ended`);
      return line.value;
    },
    /** kill -9, and what it had said until then. */
    kill: async (): Promise<readonly string[]> => {
      child.kill("SIGKILL");
      await gone;
      const rest: string[] = [];
      for (let line = await lines.next(); line.done !== true; line = await lines.next()) rest.push(line.value);
      return rest;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
