import { spawn } from "node:child_process";

/**
 * Runs a program to its end, keeping what it says, in a process group of its own so that nothing it started
 * outlives a time limit or our own end. Never throws: a program that cannot be started ends with code 127.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, limitMs?: number, onOutput?: (text: string) => void }} [options]
 * @returns {Promise<{ code: number, output: string, stdout: string, elapsedMs: number, timedOut: boolean }>}
 */
export function runCommand(command, args, { cwd, env, limitMs = 10 * 60_000, onOutput } = {}) {
  return new Promise((resolve) => {
    const startedAtMs = Date.now();
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const kept = { output: "", stdout: "" };
    let timedOut = false;

    const hear = (name) => (chunk) => {
      const text = chunk.toString();
      kept.output += text;
      if (name === "stdout") kept.stdout += text;
      onOutput?.(text);
    };
    child.stdout.setEncoding("utf8").on("data", hear("stdout"));
    child.stderr.setEncoding("utf8").on("data", hear("stderr"));

    const killGroup = (signal) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        // The group has already gone.
      }
    };
    const limit = setTimeout(() => {
      timedOut = true;
      kept.output += `\nNot finished after ${Math.round(limitMs / 1000)} s: ended.\n`;
      killGroup("SIGTERM");
      setTimeout(() => killGroup("SIGKILL"), 3000).unref();
    }, limitMs);
    const onSignal = (signal) => {
      killGroup("SIGTERM");
      process.exit(signal === "SIGINT" ? 130 : 143);
    };
    process.on("SIGINT", onSignal).on("SIGTERM", onSignal);

    let settled = false;
    const done = (code) => {
      if (settled) return;
      settled = true;
      clearTimeout(limit);
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
      resolve({ code: timedOut ? 124 : code, ...kept, elapsedMs: Date.now() - startedAtMs, timedOut });
    };
    child.once("error", (failure) => {
      kept.output += `${failure.message}\n`;
      done(127);
    });
    child.once("exit", (code) => {
      // What it left running would keep our pipes open; what it has said is still to be read, until "close".
      killGroup("SIGKILL");
      child.once("close", () => done(code ?? 1));
      setTimeout(() => done(code ?? 1), 5000).unref();
    });
  });
}
