import { join } from "node:path";
import { openDatabase } from "@jikimi/database";
import { silentLog } from "@jikimi/kernel";
import { openRecognizer } from "@jikimi/recognizers";
import type { Command } from "../cli/command.ts";
import { doctorReport, renderDoctor, runDoctor } from "../doctor/index.ts";
import { readRunFile } from "../run-file.ts";
import { verifyHere } from "./models-list.ts";
import { readSettings } from "./settings.ts";

export const doctor: Command = {
  name: "doctor",
  summary: { ko: "이 컴퓨터가 준비되었는지 점검", en: "check whether this machine is ready" },
  usage: "",
  options: [],
  async run(invocation) {
    const { clock, json, out, language, root } = invocation;
    const modelsDir = join(root, "assets", "models");
    const configResult = await readSettings(invocation);
    const config = configResult.kind === "ok" ? configResult.config : null;
    const results = await runDoctor({
      configResult,
      clock,
      runningPid: config === null ? null : (readRunFile(config.dataFolder)?.pid ?? null),
      verifyModels: () => verifyHere(invocation),
      openDatabase: () => {
        const database = config?.database ?? { kind: "postgres", url: "" };
        const url = database.kind === "pglite" ? `pglite:${database.folder}` : database.url;
        return openDatabase({ url, clock, log: silentLog });
      },
      openRecognizer: (server) => openRecognizer("openai-compatible", { server, modelsDir, clock, log: silentLog }),
    });
    const report = doctorReport(results);
    out(json ? `${JSON.stringify(report)}\n` : renderDoctor(results, language));
    return report.ok ? 0 : 1;
  },
};
