import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Command, CommandOption, Invocation } from "../cli/command.ts";
import { sourceExecArgv } from "../worker-entries.ts";

/** A program for those who build the product, in its own process: it speaks for itself and its exit code is ours. */
function tool(
  name: string,
  script: string,
  summary: Command["summary"],
  options: readonly CommandOption[] = [],
): Command {
  return {
    name,
    summary,
    usage: options.map((option) => (option.takesValue ? `[--${option.name} …]` : `[--${option.name}]`)).join(" "),
    options,
    run: ({ root, signal, option, flag }: Invocation) =>
      new Promise((resolve, reject) => {
        const handedOn = options.flatMap(({ name: given, takesValue }) => {
          if (!takesValue) return flag(given) ? [`--${given}`] : [];
          const value = option(given);
          return value === undefined ? [] : [`--${given}`, value];
        });
        const args = [...sourceExecArgv, join(root, script), ...handedOn];
        const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit" });
        signal.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
        child.once("error", reject);
        child.once("exit", (code) => resolve(code ?? 1));
      }),
  };
}

export const train = tool(
  "train",
  "tools/train/train.ts",
  { ko: "폭언 분류기를 다시 학습 (개발용)", en: "train the classifier of abuse again (for developers)" },
  [
    { name: "data", takesValue: true, summary: { ko: "학습 자료 폴더", en: "folder of the data sets" } },
    { name: "out", takesValue: true, summary: { ko: "결과를 둘 폴더", en: "where the result goes" } },
    { name: "seed", takesValue: true, summary: { ko: "난수의 씨앗", en: "seed of chance" } },
  ],
);

export const sounds = tool(
  "sounds",
  "tools/sounds/make.ts",
  { ko: "기본 안내 음성을 다시 합성 (개발용)", en: "make the default sounds again (for developers)" },
  [{ name: "all", takesValue: false, summary: { ko: "있는 것도 다시", en: "those that are there too" } }],
);

export const evalHear = tool(
  "eval-hear",
  "tools/hearing/eval.ts",
  { ko: "듣기를 측정해 표를 만들기 (개발용)", en: "measure hearing and write its tables (for developers)" },
  [
    { name: "clips", takesValue: true, summary: { ko: "녹음과 글이 든 폴더", en: "folder of clips with transcripts" } },
    { name: "limit", takesValue: true, summary: { ko: "쓸 녹음의 수", en: "how many clips to take" } },
  ],
);
