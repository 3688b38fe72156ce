import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type RecognizerName, recognizerNames } from "@jikimi/kernel";
import { characterErrors } from "@jikimi/language";
import { type RecognizerServer, transcribeFile } from "@jikimi/recognizers";
import { z } from "zod";
import { type Command, CommandFailure, type Invocation } from "../cli/command.ts";
import { callsPerCore, keepMeasuredModels, type MeasuredModels } from "../measured-models.ts";
import { tellable } from "./hearing.ts";
import { foldersOf, isInstalled, openInstalledEars } from "./installed-models.ts";
import { describedModels } from "./models-list.ts";
import { readSettings } from "./settings.ts";
import { renderTable } from "./table.ts";

/** About a minute's work for the recognisers that ship on a slow machine. */
const measuredClips = 24;

export const modelsMeasure: Command = {
  name: "models measure",
  summary: {
    ko: "인식기가 이 컴퓨터에서 얼마나 빠르고 정확한지 측정",
    en: "measure what each recogniser costs and gets wrong on this machine",
  },
  usage: "[--clips FOLDER]",
  options: [
    {
      name: "clips",
      takesValue: true,
      summary: {
        ko: "사람의 녹음으로 측정: clips 폴더와 transcripts.tsv(파일 이름, 탭, 말한 내용)가 든 폴더",
        en: "measure on people's recordings: a folder with clips/ and transcripts.tsv (file name, tab, what is said)",
      },
    },
  ],
  async run(invocation) {
    const { root, clock, json, out, err, say, option } = invocation;
    const own = option("clips");
    const clips = own === undefined ? await shippedClips(root) : await ownClips(own);
    const models: MeasuredModels["models"][number][] = [];
    const settings = await readSettings(invocation);
    const server = settings.kind === "ok" ? settings.config.recognizerServer : null;
    const folders = await foldersOf(invocation);
    for (const name of recognizerNames) {
      if (name === "openai-compatible" && server === null) {
        err(`${say(noServer)}\n`);
        continue;
      }
      if (!(await isInstalled(name, folders))) {
        const skipped = {
          ko: `${name}: 설치되지 않아 건너뜁니다 (./jikimi models pull ${name}).`,
          en: `${name}: not installed, left out (./jikimi models pull ${name}).`,
        };
        err(`${say(skipped)}\n`);
        continue;
      }
      err(`${say({ ko: `${name}: 녹음 ${clips.length}개 …`, en: `${name}: ${clips.length} clips …` })}\n`);
      const knowsVoices = own !== undefined || name === "demo";
      try {
        models.push(await measure(name, clips, { knowsVoices, invocation, server }));
      } catch (cause) {
        throw tellable(cause);
      }
    }
    const measured: MeasuredModels = {
      formatVersion: 1,
      measuredAtMs: clock.nowMs(),
      clips: own === undefined ? "shipped" : "own",
      models,
    };
    if (settings.kind === "ok") await keepMeasuredModels(settings.config.dataFolder, measured);
    if (json) out(`${JSON.stringify(measured)}\n`);
    else out(await rendered(measured, invocation));
    return 0;
  },
};

const noServer = {
  ko: "openai-compatible: 서버가 정해져 있지 않아 건너뜁니다 (JIKIMI_RECOGNIZER_URL).",
  en: "openai-compatible: left out, because no server is named (JIKIMI_RECOGNIZER_URL).",
};

const heardElsewhere = {
  ko: "서버의 모델에 따름 (서버의 CPU는 포함하지 않음)",
  en: "what its server's model hears (the server's own CPU is not counted)",
};

type Clip = { readonly path: string; readonly text: string };

async function measure(
  name: RecognizerName,
  clips: readonly Clip[],
  {
    knowsVoices,
    invocation,
    server,
  }: { knowsVoices: boolean; invocation: Invocation; server: RecognizerServer | null },
): Promise<MeasuredModels["models"][number]> {
  await using ears = await openInstalledEars(name, invocation, server);
  let cpuMs = 0;
  let audioMs = 0;
  let errors = 0;
  let length = 0;
  for (const { path, text } of clips) {
    const heard = await transcribeFile({ path, ears, signal: invocation.signal });
    cpuMs += heard.cpuMs;
    audioMs += heard.audioMs;
    const score = characterErrors(text, heard.text);
    errors += score.errors;
    length += score.length;
  }
  const cpuPerSecond = Math.max(1, cpuMs) / Math.max(1, audioMs);
  return {
    name,
    seconds: Math.max(1, Math.round(audioMs / 1000)),
    cpuPerSecond: Number(cpuPerSecond.toPrecision(2)),
    callsPerCore: name === "openai-compatible" ? null : callsPerCore(cpuPerSecond),
    errorPercent: knowsVoices ? Number(((100 * errors) / Math.max(1, length)).toFixed(1)) : null,
  };
}

const Manifest = z.object({ lines: z.array(z.object({ file: z.string(), text: z.string() })) });

async function shippedClips(root: string): Promise<readonly Clip[]> {
  const folder = join(root, "assets", "sounds", "scenarios");
  const { lines } = Manifest.parse(JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")));
  return lines.slice(0, measuredClips).map(({ file, text }) => ({ path: join(folder, file), text }));
}

async function ownClips(folder: string): Promise<readonly Clip[]> {
  const unusable = (cause?: unknown) =>
    new CommandFailure(
      "unusable-clips",
      { ko: `${folder}: 측정할 녹음이 없습니다.`, en: `${folder}: there are no clips to measure on.` },
      {
        ko: "폴더에 clips/ 와 transcripts.tsv(줄마다 파일 이름, 탭, 말한 내용)를 두십시오.",
        en: "Put clips/ and transcripts.tsv into the folder (a line each: file name, tab, what is said).",
      },
      2,
      { cause },
    );
  let table: string;
  let names: ReadonlySet<string>;
  try {
    table = await readFile(join(folder, "transcripts.tsv"), "utf8");
    names = new Set(await readdir(join(folder, "clips")));
  } catch (cause) {
    throw unusable(cause);
  }
  const clips = table.split(/\r?\n/).flatMap((line) => {
    const [name = "", text = ""] = line.split("\t");
    return names.has(name) && text !== "" ? [{ path: join(folder, "clips", name), text }] : [];
  });
  if (clips.length === 0) throw unusable();
  return clips.slice(0, measuredClips);
}

async function rendered({ models, clips }: MeasuredModels, invocation: Invocation): Promise<string> {
  const { language, say } = invocation;
  const described = new Map((await describedModels(invocation)).map((model) => [model.name, model]));
  const header = {
    ko: ["모델", "라이선스", "1초를 듣는 데 드는 CPU", "한 코어의 통화 수", "틀린 글자", "알아듣는 것"],
    en: ["model", "licence", "CPU for a second of sound", "calls a core", "characters wrong", "hears"],
  };
  const rows = models.map(({ name, cpuPerSecond, callsPerCore: calls, errorPercent }) => [
    name,
    described.get(name)?.licence ?? "",
    `${cpuPerSecond} s`,
    calls === null ? "–" : String(calls),
    errorPercent === null ? "–" : `${errorPercent} %`,
    (described.get(name)?.hears ?? heardElsewhere)[language],
  ]);
  const note =
    clips === "own"
      ? { ko: "주신 녹음으로 측정했습니다.", en: "Measured on your clips." }
      : {
          ko: "지킴이에 들어 있는 합성 음성으로 측정했습니다. 사람의 말을 얼마나 틀리는지는 --clips 로 녹음을 주시면 측정합니다.",
          en: "Measured on the synthetic voices that come with Jikimi; give recordings of people by --clips to measure errors on them.",
        };
  return `${renderTable(header[language], rows)}${say(note)}\n`;
}
