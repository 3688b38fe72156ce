import type { OperationOutput } from "@jikimi/http-api";
import { type RecognizerName, recognizerNames } from "@jikimi/kernel";
import { listModels } from "@jikimi/recognizers";
import type { Config } from "./config/index.ts";
import { readMeasuredModels } from "./measured-models.ts";

/** Which recognisers can be chosen here for a department or a line, with what `models measure` found of each. */
export async function recognizerChoice(
  config: Config,
  modelsDir: string,
): Promise<OperationOutput<"recognizers.list">> {
  const described = await listModels(modelsDir);
  const measured = await readMeasuredModels(config.dataFolder);
  const choiceOf = (name: RecognizerName) => {
    const model = described.find((one) => one.name === name);
    const figures = measured?.models.find((one) => one.name === name);
    return {
      name,
      usable: name === "openai-compatible" ? config.recognizerServer !== null : model !== undefined,
      hears: model?.hears ?? null,
      licence: model?.licence ?? null,
      measured:
        figures === undefined
          ? null
          : {
              cpuPerSecond: figures.cpuPerSecond,
              callsPerCore: figures.callsPerCore,
              errorPercent: figures.errorPercent,
            },
    };
  };
  return { default: config.recognizer, recognizers: recognizerNames.map(choiceOf) };
}
