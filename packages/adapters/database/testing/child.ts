import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Runs a TypeScript file as a process. `lines` are what it says; it is killed when disposed. */
export function startChild(script: URL, ...args: readonly string[]) {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const child = spawn(process.execPath, ["--import", tsx, fileURLToPath(script), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    pid: child.pid,
    nextLine: async (): Promise<string> => {
      const line = await lines.next();
      if (line.done === true) throw new Error(`${script.pathname} ended`);
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
