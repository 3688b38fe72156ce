import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultModelsDir } from "@jikimi/recognizers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Config, parseConfig } from "./config/index.ts";
import { keepMeasuredModels } from "./measured-models.ts";
import { recognizerChoice } from "./recognizer-choice.ts";

let dataFolder: string;

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), "jikimi-choice-"));
});
afterEach(() => rm(dataFolder, { recursive: true, force: true }));

function configOf(env: Record<string, string> = {}): Config {
  const parsed = parseConfig({ JIKIMI_DATA: dataFolder, ...env }, undefined, { baseFolder: dataFolder });
  if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

const usable = async (config: Config) =>
  (await recognizerChoice(config, { modelsDir: defaultModelsDir() })).recognizers
    .filter((one) => one.usable)
    .map(({ name }) => name);

test("what is installed can be chosen, and a server only where one is named", async () => {
  expect(await usable(configOf())).toEqual(["whisper-base-ko", "demo"]);
  const served = configOf({ JIKIMI_RECOGNIZER_URL: "https://hear.example" });
  expect(await usable(served)).toEqual(["whisper-base-ko", "demo", "openai-compatible"]);
});

test("what was measured here is told beside it", async () => {
  const model = { name: "demo", seconds: 60, cpuPerSecond: 0.02, callsPerCore: 56, errorPercent: 4.2 };
  await keepMeasuredModels(dataFolder, { formatVersion: 1, measuredAtMs: 1, clips: "shipped", models: [model] });
  const { recognizers, default: chosen } = await recognizerChoice(configOf(), { modelsDir: defaultModelsDir() });
  expect(chosen).toBe("whisper-base-ko");
  expect(recognizers.find(({ name }) => name === "demo")?.measured).toEqual({
    cpuPerSecond: 0.02,
    callsPerCore: 56,
    errorPercent: 4.2,
  });
  expect(recognizers.find(({ name }) => name === "whisper-base-ko")?.measured).toBeNull();
});
