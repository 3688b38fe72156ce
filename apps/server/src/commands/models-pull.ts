import { resolve } from "node:path";
import {
  listOptionalModels,
  type OptionalModel,
  PullError,
  type PullProgress,
  pullModel,
  readSource,
} from "@jikimi/recognizers";
import { type Command, CommandFailure, type Invocation } from "../cli/command.ts";
import { modelFolders } from "../model-folders.ts";
import { required } from "./calls.ts";
import { pullFailure } from "./pull-failure.ts";
import { requireSettings } from "./settings.ts";

export const modelsPull: Command = {
  name: "models pull",
  summary: { ko: "기본에 없는 음성 모델 받기", en: "fetch a model that does not ship" },
  usage: "NAME [--from URL|FOLDER|FILE.tar.bz2] [--sha256 HEX[,HEX…] | --trust-first]",
  options: [
    {
      name: "from",
      takesValue: true,
      summary: {
        ko: "받을 곳: 파일들이 있는 주소, 폴더, .tar.bz2 (없으면 공식 주소)",
        en: "where from: an address with the files, a folder, a .tar.bz2 (left out: the official place)",
      },
    },
    {
      name: "sha256",
      takesValue: true,
      summary: {
        ko: "목록에 검사값이 없는 파일의 SHA-256 (여럿이면 쉼표로)",
        en: "SHA-256 of the files whose hash the catalogue does not know (commas between them)",
      },
    },
    {
      name: "trust-first",
      takesValue: false,
      summary: {
        ko: "검사값을 모르는 파일을 처음 받은 그대로 믿고, 앞으로는 그것과 대조",
        en: "trust files of unknown hash as they come now, and hold them to it from then on",
      },
    },
  ],
  async run(invocation) {
    const { root, cwd, clock, signal, json, out, say, option, flag } = invocation;
    const folders = modelFolders(root, (await requireSettings(invocation)).dataFolder);
    const model = await askedModel(invocation, folders.modelsDir);
    const from = option("from");
    const here = from === undefined || /^https?:\/\//.test(from) ? from : resolve(cwd, from);
    const believe = { sha256: givenHashes(option("sha256")), first: flag("trust-first") };
    try {
      const source = await readSource(here, model);
      const { pulledModelsDir } = folders;
      const onProgress = progressTeller(invocation);
      const result = await pullModel({ model, pulledModelsDir, source, believe, clock, signal, onProgress });
      const said = {
        pulled: {
          ko: `${model.name}: 받았습니다 (${result.folder}).`,
          en: `${model.name} is here (${result.folder}).`,
        },
        there: {
          ko: `${model.name}: 이미 있고 온전합니다 (${result.folder}).`,
          en: `${model.name} was here already and is whole (${result.folder}).`,
        },
      };
      const use = {
        ko: `쓰려면: JIKIMI_RECOGNIZER=${model.name}. 이 모델의 한계: ${model.limits.ko}`,
        en: `To use it: JIKIMI_RECOGNIZER=${model.name}. Its limits: ${model.limits.en}`,
      };
      out(json ? `${JSON.stringify({ name: model.name, ...result })}\n` : `${say(said[result.kind])}\n${say(use)}\n`);
      return 0;
    } catch (cause) {
      if (cause instanceof PullError) throw pullFailure(cause, model.name);
      throw cause;
    }
  },
};

async function askedModel(invocation: Invocation, modelsDir: string): Promise<OptionalModel> {
  const models = await listOptionalModels(modelsDir);
  const name = required(invocation, 0, { ko: "모델 이름", en: "The model's name" });
  const model = models.find((one) => one.name === name);
  if (model !== undefined) return model;
  const names = models.map((one) => one.name).join(", ");
  throw new CommandFailure(
    "unknown-model",
    { ko: `‘${name}’ 모델은 받을 수 있는 목록에 없습니다.`, en: `'${name}' is no model that can be fetched.` },
    { ko: `받을 수 있는 모델: ${names}`, en: `Models that can be fetched: ${names}` },
    2,
  );
}

function givenHashes(text: string | undefined): readonly string[] {
  const hashes = text === undefined ? [] : text.split(",").map((hash) => hash.trim().toLowerCase());
  if (hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))) return hashes;
  throw new CommandFailure(
    "bad-option",
    { ko: "--sha256: 16진수 64자리가 아닙니다.", en: "--sha256 is not 64 hexadecimal digits." },
    { ko: "sha256sum 프로그램이 알려 주는 값을 그대로 주십시오.", en: "Give what the program sha256sum says." },
    2,
  );
}

const PROGRESS_EVERY_MS = 1000;

/** Bytes and percent on standard error: once a second, and when a file is whole. */
function progressTeller({ clock, err }: Invocation): (progress: PullProgress) => void {
  let toldMs = Number.NEGATIVE_INFINITY;
  return ({ file, bytes, wholeBytes }) => {
    if (bytes !== wholeBytes && clock.monotonicMs() - toldMs < PROGRESS_EVERY_MS) return;
    toldMs = clock.monotonicMs();
    const share = wholeBytes === null ? "" : ` / ${wholeBytes} B (${Math.floor((100 * bytes) / wholeBytes)} %)`;
    err(`${file}: ${bytes}${share === "" ? " B" : share}\n`);
  };
}
