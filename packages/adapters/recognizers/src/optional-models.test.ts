import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recognizerNames } from "@jikimi/kernel";
import { afterEach, beforeEach, expect, test } from "vitest";
import { layTinyTransducer } from "../testing/tiny-transducer.ts";
import { defaultModelsDir } from "./models.ts";
import { installedFolder, listOptionalModels } from "./optional-models.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-optional-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("every model that can be fetched is a recogniser by name, and every hash of it is known", async () => {
  const models = await listOptionalModels(defaultModelsDir());
  expect(models.map(({ name }) => name)).toEqual(["zipformer-ko-streaming"]);
  for (const { name, files, licence } of models) {
    expect(recognizerNames).toContain(name);
    expect(licence).not.toBe("");
    expect(files.every(({ bytes, sha256 }) => bytes !== null && sha256 !== null)).toBe(true);
  }
});

test.for(["../elsewhere.onnx", "folder/file.onnx", "/file.onnx", "..", ".hidden", ""])(
  "a catalogue with the file name '%s' is refused",
  async (path) => {
    const catalogue = JSON.parse(await readFile(join(defaultModelsDir(), "optional.json"), "utf8"));
    catalogue.models[0].files[0].path = path;
    await writeFile(join(folder, "optional.json"), JSON.stringify(catalogue));
    await expect(listOptionalModels(folder)).rejects.toMatchObject({ code: "model-damaged" });
  },
);

test("a model is there once its receipt is, among those that ship before those that were fetched", async () => {
  const name = "zipformer-ko-streaming";
  const [modelsDir, pulledModelsDir] = [join(folder, "ships"), join(folder, "pulled")];
  expect(installedFolder(name, { modelsDir, pulledModelsDir })).toBe(null);
  const pulled = await layTinyTransducer(pulledModelsDir);
  expect(installedFolder(name, { modelsDir, pulledModelsDir })).toBe(pulled);
  expect(installedFolder(name, { modelsDir })).toBe(null);
  const shipped = await layTinyTransducer(modelsDir);
  expect(installedFolder(name, { modelsDir, pulledModelsDir })).toBe(shipped);
});
