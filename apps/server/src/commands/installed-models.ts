import { join } from "node:path";
import { type RecognizerName, silentLog } from "@jikimi/kernel";
import { ListeningError } from "@jikimi/listening";
import {
  type Ears,
  installedFolder,
  intactFolder,
  listOptionalModels,
  type ModelFolders,
  openEars,
  type RecognizerServer,
} from "@jikimi/recognizers";
import { CommandFailure, type Invocation } from "../cli/command.ts";
import type { Text } from "../cli/text.ts";
import { modelFolders } from "../model-folders.ts";
import { readSettings } from "./settings.ts";

type ModelProblem = { readonly code: string; readonly problem: Text; readonly wayOut: Text };

/** Without settings that can be read there is no data folder, and so nothing that was fetched. */
export async function foldersOf(invocation: Pick<Invocation, "env" | "root">): Promise<ModelFolders> {
  const settings = await readSettings(invocation);
  if (settings.kind === "ok") return modelFolders(invocation.root, settings.config.dataFolder);
  return { modelsDir: join(invocation.root, "assets", "models") };
}

/** Opens a recogniser; a model that is not there, or is damaged, is said with its way out. */
export async function openInstalledEars(
  name: RecognizerName,
  invocation: Invocation,
  server: RecognizerServer | null,
): Promise<Ears> {
  const folders = await foldersOf(invocation);
  try {
    const given = server === null ? {} : { server };
    return await openEars({ recognizer: name, clock: invocation.clock, log: silentLog, ...folders, ...given });
  } catch (cause) {
    const told = await problemOf(name, folders.modelsDir, cause);
    throw told === null ? cause : new CommandFailure(told.code, told.problem, told.wayOut, 1, { cause });
  }
}

/** True also for a model that ships. */
export async function isInstalled(name: string, folders: ModelFolders): Promise<boolean> {
  return !(await isOptional(name, folders.modelsDir)) || installedFolder(name, folders) !== null;
}

/** Why a fetched model cannot hear, and the way out; null where it can, and for a model that ships. */
export async function pulledProblem(name: RecognizerName, folders: ModelFolders): Promise<ModelProblem | null> {
  if (!(await isOptional(name, folders.modelsDir))) return null;
  try {
    await intactFolder(name, folders);
    return null;
  } catch (failure) {
    const problem = await problemOf(name, folders.modelsDir, failure);
    if (problem === null) throw failure;
    return problem;
  }
}

/** Null for what is not the model's fault. */
async function problemOf(name: RecognizerName, modelsDir: string, failure: unknown): Promise<ModelProblem | null> {
  if (!(failure instanceof ListeningError)) return null;
  const { code, detail = name } = failure;
  if (code !== "model-missing" && code !== "model-damaged") return null;
  const problems = {
    "model-missing": {
      ko: `${name}: 모델이 없습니다 (${detail}).`,
      en: `${name}: the model is not there (${detail}).`,
    },
    "model-damaged": {
      ko: `${name}: 모델 파일이 손상되었습니다 (${detail}).`,
      en: `${name}: a file of the model is damaged (${detail}).`,
    },
  };
  const command = (await isOptional(name, modelsDir))
    ? `./jikimi models pull ${name}`
    : "git checkout -- assets/models";
  const wayOut = { ko: `모델을 받아 주십시오: ${command}`, en: `Fetch the model: ${command}` };
  return { code, problem: problems[code], wayOut };
}

async function isOptional(name: string, modelsDir: string): Promise<boolean> {
  return (await listOptionalModels(modelsDir)).some((model) => model.name === name);
}
