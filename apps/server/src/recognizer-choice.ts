import type { OperationOutput } from "@jikimi/http-api";
import { type RecognizerName, recognizerNames } from "@jikimi/kernel";
import { installedFolder, listModels, listOptionalModels, type ModelFolders } from "@jikimi/recognizers";
import type { Config } from "./config/index.ts";
import { readMeasuredModels } from "./measured-models.ts";

/** Which recognisers can be chosen here for a department or a line, with what `models measure` found of each. */
export async function recognizerChoice(
  config: Config,
  folders: ModelFolders,
): Promise<OperationOutput<"recognizers.list">> {
  const shipped = await listModels(folders.modelsDir);
  const optional = await listOptionalModels(folders.modelsDir);
  const measured = await readMeasuredModels(config.dataFolder);
  const choiceOf = (name: RecognizerName) => {
    const ships = shipped.find((one) => one.name === name);
    const model = ships ?? optional.find((one) => one.name === name);
    const isInstalled = ships !== undefined || installedFolder(name, folders) !== null;
    const figures = measured?.models.find((one) => one.name === name);
    return {
      name,
      usable: name === "openai-compatible" ? config.recognizerServer !== null : isInstalled,
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
