import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Command, Invocation } from "../cli/command.ts";
import { sourceExecArgv } from "../worker-entries.ts";

/** A program for those who build the product, in its own process: it speaks for itself and its exit code is ours. */
function tool(name: string, script: string, summary: Command["summary"]): Command {
  return {
    name,
    summary,
    usage: "",
    options: [],
    run: ({ root, signal }: Invocation) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [...sourceExecArgv, join(root, script)], { cwd: root, stdio: "inherit" });
        signal.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
        child.once("error", reject);
        child.once("exit", (code) => resolve(code ?? 1));
      }),
  };
}

export const train = tool("train", "tools/train/train.ts", {
  ko: "폭언 분류기를 다시 학습 (개발용)",
  en: "train the classifier of abuse again (for developers)",
});

export const sounds = tool("sounds", "tools/sounds/make.ts", {
  ko: "기본 안내 음성을 다시 합성 (개발용)",
  en: "make the default sounds again (for developers)",
});
