import { join } from "node:path";
import { openDatabase } from "@jikimi/database";
import { silentLog } from "@jikimi/kernel";
import { listModels, verifyModels } from "@jikimi/recognizers";
import type { Command, Invocation } from "../cli/command.ts";
import { doctorReport, renderDoctor, runDoctor } from "../doctor/index.ts";
import { readRunFile } from "../run-file.ts";
import { readSettings } from "./settings.ts";
import { renderTable } from "./table.ts";

function modelsFolder({ root }: Invocation): string {
  return join(root, "assets", "models");
}

export const doctor: Command = {
  name: "doctor",
  summary: { ko: "이 컴퓨터가 준비되었는지 점검", en: "check whether this machine is ready" },
  usage: "",
  options: [],
  async run(invocation) {
    const { clock, json, out, language } = invocation;
    const configResult = await readSettings(invocation);
    const config = configResult.kind === "ok" ? configResult.config : null;
    const results = await runDoctor({
      configResult,
      clock,
      runningPid: config === null ? null : (readRunFile(config.dataFolder)?.pid ?? null),
      verifyModels: () => verifyModels(modelsFolder(invocation)),
      openDatabase: () => {
        const database = config?.database ?? { kind: "postgres", url: "" };
        const url = database.kind === "pglite" ? `pglite:${database.folder}` : database.url;
        return openDatabase({ url, clock, log: silentLog });
      },
    });
    const report = doctorReport(results);
    out(json ? `${JSON.stringify(report)}\n` : renderDoctor(results, language));
    return report.ok ? 0 : 1;
  },
};

export const modelsList: Command = {
  name: "models list",
  summary: { ko: "음성 모델 목록", en: "list the models" },
  usage: "",
  options: [],
  async run(invocation) {
    const { json, out, language } = invocation;
    const models = await listModels(modelsFolder(invocation));
    if (json) out(`${JSON.stringify(models)}\n`);
    else {
      const rows = models.map(({ name, version, licence, hears }) => [name, version, licence, hears[language]]);
      const header = { ko: ["모델", "판", "라이선스", "알아듣는 것"], en: ["model", "version", "licence", "hears"] };
      out(renderTable(header[language], rows));
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
    const checks = await verifyModels(modelsFolder(invocation));
    if (json) out(`${JSON.stringify(checks)}\n`);
    else
      for (const { model, path, result } of checks) out(`${result === "ok" ? "✔" : "✘"} ${model} ${path} ${result}\n`);
    return checks.every(({ result }) => result === "ok") ? 0 : 1;
  },
};
