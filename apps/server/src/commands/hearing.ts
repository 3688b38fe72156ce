import { join } from "node:path";
import { silentLog } from "@jikimi/kernel";
import { ListeningError } from "@jikimi/listening";
import { openEars, transcribeFile } from "@jikimi/recognizers";
import { type Command, CommandFailure, type Invocation } from "../cli/command.ts";
import { abuseModelPath, openJudge } from "../judge.ts";
import { required } from "./calls.ts";

export const recognizerOption = {
  name: "recognizer",
  takesValue: true,
  summary: {
    ko: "whisper-base-ko(사람의 말, 기본) 또는 demo(합성 음성)",
    en: "whisper-base-ko (people, default) or demo (synthetic voices)",
  },
};

/** Opens the recogniser that was asked for. */
export function openAskedEars({ option, clock, root }: Invocation) {
  const recognizer = option("recognizer") ?? "whisper-base-ko";
  if (recognizer !== "whisper-base-ko" && recognizer !== "demo") {
    throw new CommandFailure(
      "unknown-recognizer",
      { ko: `‘${recognizer}’ 인식기는 없습니다.`, en: `There is no recogniser '${recognizer}'.` },
      { ko: "whisper-base-ko 또는 demo 를 고르십시오.", en: "Choose whisper-base-ko or demo." },
      2,
    );
  }
  return openEars({ recognizer, clock, log: silentLog, modelsDir: join(root, "assets", "models") });
}

/** A sound file that cannot be read is the file's fault, not ours: it is named. */
export function unreadable(file: string, cause: unknown): CommandFailure {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new CommandFailure(
    "unreadable-file",
    { ko: `${file}: 읽을 수 없는 소리 파일입니다 (${detail}).`, en: `${file}: the sound cannot be read (${detail}).` },
    {
      ko: "16비트 PCM 또는 G.711 WAV 파일을 주십시오. 다른 형식은 sox 등으로 바꿀 수 있습니다.",
      en: "Give a WAV file of 16-bit PCM or G.711; convert others with a tool such as sox.",
    },
    1,
    { cause },
  );
}

export const transcribe: Command = {
  name: "transcribe",
  summary: { ko: "소리 파일을 글로", en: "turn sound files into text" },
  usage: "FILE.wav … [--recognizer NAME]",
  options: [recognizerOption],
  async run(invocation) {
    const { positionals, json, out, signal } = invocation;
    required(invocation, 0, { ko: "소리 파일", en: "A sound file" });
    await using ears = await openAskedEars(invocation);
    for (const path of positionals) {
      try {
        const line = await transcribeFile({ path, ears, signal });
        out(json ? `${JSON.stringify(line)}\n` : `${line.file}: ${line.text}\n`);
      } catch (cause) {
        if (cause instanceof ListeningError || isMissing(cause)) throw unreadable(path, cause);
        throw cause;
      }
    }
    return 0;
  },
};

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string";
}

export const classify: Command = {
  name: "classify",
  summary: { ko: "한 줄씩 읽어 폭언인지 판단", en: "judge lines from standard input" },
  usage: "< LINES",
  options: [],
  async run({ root, stdin, json, out, say }) {
    const judge = await openJudge(abuseModelPath(root));
    for await (const text of stdin()) {
      const { labels, abusive } = judge.assess({ text, words: [], confidence: 1 });
      if (json) out(`${JSON.stringify({ text, labels, abusive })}\n`);
      else {
        const [worst] = Object.entries(labels).sort(([, a], [, b]) => b - a);
        const verdict = abusive ? { ko: "폭언", en: "abusive" } : { ko: "괜찮음", en: "fine" };
        out(`${say(verdict)}\t${worst?.[0]} ${worst?.[1].toFixed(2)}\t${text}\n`);
      }
    }
    return 0;
  },
};
