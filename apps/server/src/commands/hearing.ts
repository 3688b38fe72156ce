import { type RecognizerName, recognizerNames } from "@jikimi/kernel";
import { ListeningError } from "@jikimi/listening";
import { type Ears, type RecognizerServer, transcribeFile } from "@jikimi/recognizers";
import { SoundFileError, type SoundFileErrorCode, type SoundProblem } from "@jikimi/sound-files";
import { type Command, CommandFailure, type Invocation } from "../cli/command.ts";
import type { Text } from "../cli/text.ts";
import { recognizerUrlMissing } from "../config/index.ts";
import { abuseModelPath, openJudge } from "../judge.ts";
import { required } from "./calls.ts";
import { openInstalledEars } from "./installed-models.ts";
import { requireSettings } from "./settings.ts";

export const recognizerOption = {
  name: "recognizer",
  takesValue: true,
  summary: {
    ko: "whisper-base-ko(사람의 말, 기본), zipformer-ko-streaming(사람의 말, 받은 뒤), demo(합성 음성), openai-compatible(설정한 서버)",
    en: "whisper-base-ko (people, default), zipformer-ko-streaming (people, once fetched), demo (synthetic voices) or openai-compatible (the server in the settings)",
  },
};

/** Null: none was named. */
export function askedRecognizer({ option }: Pick<Invocation, "option">): RecognizerName | null {
  const asked = option("recognizer");
  if (asked === undefined) return null;
  const recognizer = recognizerNames.find((name) => name === asked);
  if (recognizer !== undefined) return recognizer;
  throw new CommandFailure(
    "unknown-recognizer",
    { ko: `‘${asked}’ 인식기는 없습니다.`, en: `There is no recogniser '${asked}'.` },
    { ko: `${recognizerNames.join(", ")} 중에서 고르십시오.`, en: `Choose one of ${recognizerNames.join(", ")}.` },
    2,
  );
}

/** Opens the recogniser that was asked for; `openai-compatible` at the server that the settings name. */
export async function openAskedEars(invocation: Invocation): Promise<Ears> {
  const recognizer = askedRecognizer(invocation) ?? "whisper-base-ko";
  const server = recognizer === "openai-compatible" ? await requireServer(invocation) : null;
  try {
    return await openInstalledEars(recognizer, invocation, server);
  } catch (cause) {
    throw tellable(cause);
  }
}

async function requireServer(invocation: Invocation): Promise<RecognizerServer> {
  const { recognizerServer } = await requireSettings(invocation);
  if (recognizerServer !== null) return recognizerServer;
  throw new CommandFailure("no-recognizer-server", recognizerUrlMissing, settingsAreInReadme, 2);
}

const settingsAreInReadme = {
  ko: "환경 변수나 .env 파일에 적습니다. 설정은 README에 있습니다.",
  en: "It goes into the environment or the .env file; README lists the settings.",
};

const readable = {
  ko: "WAV, FLAC, MP3, Opus 파일은 바로 읽습니다. M4A를 비롯한 다른 형식은 ffmpeg 프로그램을 설치하면 읽습니다.",
  en: "WAV, FLAC, MP3 and Opus are read as they are; M4A and other kinds once the program ffmpeg is installed.",
};

/** A sound file that cannot be read is the file's fault, not ours: it is named, with the way out. */
function unreadable(cause: SoundFileError): CommandFailure {
  const { path, code } = cause;
  const problems: Record<SoundFileErrorCode, CommandFailure["problem"]> = {
    missing: {
      ko: `${path}: 파일이 없거나 열 수 없습니다.`,
      en: `${path}: there is no such file, or it cannot be opened.`,
    },
    empty: { ko: `${path}: 빈 파일입니다.`, en: `${path}: the file is empty.` },
    "not-sound": { ko: `${path}: 소리 파일이 아닙니다.`, en: `${path}: this is no sound file.` },
    "needs-ffmpeg": {
      ko: `${path}: 이 형식을 읽으려면 ffmpeg 프로그램이 필요한데, 이 컴퓨터에 없습니다.`,
      en: `${path}: this kind of file needs the program ffmpeg, which is not on this machine.`,
    },
    unsupported: {
      ko: `${path}: 읽을 수 없는 소리 파일입니다 (${cause.message}).`,
      en: `${path}: the sound cannot be read (${cause.message}).`,
    },
  };
  return new CommandFailure("unreadable-file", problems[code], readable, 1, { cause });
}

/** Failures of sound files and recognisers as failures of the command, each with its way out; any other as it is. */
export function tellable(cause: unknown): unknown {
  if (cause instanceof SoundFileError) return unreadable(cause);
  if (!(cause instanceof ListeningError)) return cause;
  return new CommandFailure(
    cause.code,
    { ko: `인식기가 듣지 못했습니다 (${cause.message}).`, en: `The recogniser could not hear it (${cause.message}).` },
    {
      ko: "모델은 ./jikimi models verify 로 점검하고, openai-compatible이면 서버가 켜져 있는지와 JIKIMI_RECOGNIZER_URL, JIKIMI_RECOGNIZER_MODEL, JIKIMI_RECOGNIZER_KEY_FILE을 확인해 주십시오.",
      en: "Check the models with ./jikimi models verify; for openai-compatible, that its server runs, and JIKIMI_RECOGNIZER_URL, JIKIMI_RECOGNIZER_MODEL and JIKIMI_RECOGNIZER_KEY_FILE.",
    },
    1,
    { cause },
  );
}

/** What was heard of a file that could not be read to its end stands; that there was more is said beside it. */
export function incomplete(path: string, problem: SoundProblem): Text {
  return problem === "truncated"
    ? {
        ko: `${path}: 파일이 중간에서 끊겨 있습니다. 있는 데까지 들었습니다.`,
        en: `${path}: the file breaks off; what there is was heard.`,
      }
    : { ko: `${path}: 손상된 부분이 있어 건너뛰었습니다.`, en: `${path}: some of it is damaged and was left out.` };
}

const PROGRESS_EVERY_MS = 10_000;

/** For long files: how far it has come, on standard error, every ten seconds. */
export function progressOf(path: string, { clock, err, say }: Pick<Invocation, "clock" | "err" | "say">) {
  let toldMs = clock.monotonicMs();
  return (readMs: number, wholeMs: number | null) => {
    if (clock.monotonicMs() - toldMs < PROGRESS_EVERY_MS) return;
    toldMs = clock.monotonicMs();
    const of = wholeMs === null ? "" : ` / ${minutes(wholeMs)}`;
    err(`${say({ ko: `${path}: ${minutes(readMs)}${of} 들음`, en: `${path}: heard ${minutes(readMs)}${of}` })}\n`);
  };
}

function minutes(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export const transcribe: Command = {
  name: "transcribe",
  summary: { ko: "소리 파일을 글로", en: "turn sound files into text" },
  usage: "FILE … [--recognizer NAME]",
  options: [recognizerOption],
  async run(invocation) {
    const { positionals, json, out, err, say, signal } = invocation;
    required(invocation, 0, { ko: "소리 파일", en: "A sound file" });
    await using ears = await openAskedEars(invocation);
    const failures: CommandFailure[] = [];
    for (const path of positionals) {
      try {
        const line = await transcribeFile({ path, ears, signal, onProgress: progressOf(path, invocation) });
        out(json ? `${JSON.stringify(line)}\n` : `${line.file}: ${line.text}\n`);
        if (line.problem !== null) err(`${say(incomplete(path, line.problem))}\n`);
      } catch (cause) {
        if (!(cause instanceof SoundFileError)) throw tellable(cause);
        failures.push(unreadable(cause));
      }
    }
    const last = failures.pop();
    for (const { problem } of failures) err(`${say(problem)}\n`);
    if (last !== undefined) throw last;
    return 0;
  },
};

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
