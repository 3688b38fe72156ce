import {
  installedFolder,
  listModels,
  listOptionalModels,
  type ModelFileCheck,
  verifyModels,
  verifyPulled,
} from "@jikimi/recognizers";
import type { Command, Invocation } from "../cli/command.ts";
import { foldersOf } from "./installed-models.ts";
import { readSettings } from "./settings.ts";
import { renderTable } from "./table.ts";

/** What ships, then what can be fetched. */
export async function describedModels(invocation: Invocation) {
  const folders = await foldersOf(invocation);
  const optional = await listOptionalModels(folders.modelsDir);
  return [
    ...(await listModels(folders.modelsDir)).map((model) => ({ ...model, here: "ships" as const })),
    ...optional.map((model) => ({
      ...model,
      here: installedFolder(model.name, folders) === null ? ("not-installed" as const) : ("installed" as const),
    })),
  ];
}

const here = {
  ships: { ko: "기본", en: "ships" },
  installed: { ko: "설치됨", en: "installed" },
  "not-installed": { ko: "설치 안 됨", en: "not installed" },
};

export const modelsList: Command = {
  name: "models list",
  summary: { ko: "음성 모델 목록", en: "list the models" },
  usage: "",
  options: [],
  async run(invocation) {
    const { json, out, language, say } = invocation;
    const models = await describedModels(invocation);
    if (json) {
      out(`${JSON.stringify(models)}\n`);
      return 0;
    }
    const rows = models.map((model) => [
      model.name,
      say(here[model.here]),
      model.version,
      model.licence,
      model.hears[language],
    ]);
    const header = {
      ko: ["모델", "설치", "판", "라이선스", "알아듣는 것"],
      en: ["model", "here", "version", "licence", "hears"],
    };
    out(renderTable(header[language], rows));
    const missing = models.filter((model) => model.here === "not-installed");
    for (const { name } of missing) {
      out(
        `${say({ ko: `받으려면: ./jikimi models pull ${name}`, en: `To fetch it: ./jikimi models pull ${name}` })}\n`,
      );
    }
    return 0;
  },
};

export const modelsVerify: Command = {
  name: "models verify",
  summary: { ko: "음성 모델 파일을 검사값과 대조", en: "check the model files against their hashes" },
  usage: "",
  options: [],
  async run(invocation) {
    const { json, out } = invocation;
    const checks = await verifyHere(invocation);
    if (json) out(`${JSON.stringify(checks)}\n`);
    else
      for (const { model, path, result } of checks) out(`${result === "ok" ? "✔" : "✘"} ${model} ${path} ${result}\n`);
    return checks.every(({ result }) => result === "ok") ? 0 : 1;
  },
};

/** What ships, what was fetched, and the recogniser that the settings name, there or not. */
export async function verifyHere(invocation: Pick<Invocation, "env" | "root">): Promise<readonly ModelFileCheck[]> {
  const settings = await readSettings(invocation);
  const chosen = settings.kind === "ok" ? settings.config.recognizer : null;
  const folders = await foldersOf(invocation);
  const checks: ModelFileCheck[] = [...(await verifyModels(folders.modelsDir))];
  for (const { name } of await listOptionalModels(folders.modelsDir)) {
    const folder = installedFolder(name, folders);
    if (folder !== null) checks.push(...(await verifyPulled(folder)));
    else if (name === chosen) checks.push({ model: name, path: `${name}/`, result: "missing" });
  }
  return checks;
}
