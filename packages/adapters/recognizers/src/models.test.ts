import { cp, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defaultModelsDir, listModels, verifyModels } from "./models.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-models-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("every model says what it hears, what it cannot, and whose it is, in both languages", async () => {
  const models = await listModels(defaultModelsDir());
  expect(models.map((model) => model.name)).toEqual(["whisper-base-ko", "demo", "silero-vad", "abuse-linear"]);
  for (const model of models) {
    for (const text of [
      model.hears.ko,
      model.hears.en,
      model.limits.ko,
      model.limits.en,
      model.licence,
      model.source,
    ]) {
      expect(text.length).toBeGreaterThan(2);
    }
  }
});

test("the files in the repository are the ones that the manifest names", async () => {
  const checks = await verifyModels(defaultModelsDir());
  expect(checks.filter((check) => check.result !== "ok")).toEqual([]);
  expect(checks).toHaveLength(7);
});

test("a missing, a shortened and an altered file are told apart", async () => {
  await cp(join(defaultModelsDir(), "manifest.json"), join(folder, "manifest.json"));
  for (const name of ["tiny-ko-ctc-espeak", "silero-vad"]) {
    await cp(join(defaultModelsDir(), name), join(folder, name), { recursive: true });
  }
  await truncate(join(folder, "tiny-ko-ctc-espeak", "model.onnx"), 1000);
  await writeFile(join(folder, "tiny-ko-ctc-espeak", "tokens.txt"), "x".repeat(475));
  const results = Object.fromEntries((await verifyModels(folder)).map((check) => [check.path, check.result]));
  expect(results).toMatchObject({
    "whisper-base-ko/encoder.onnx": "missing",
    "tiny-ko-ctc-espeak/model.onnx": "wrong-size",
    "tiny-ko-ctc-espeak/tokens.txt": "wrong-hash",
    "silero-vad/silero_vad_v6.onnx": "ok",
  });
});

test("a folder without a manifest, or with a broken one, is named", async () => {
  await expect(listModels("/nowhere")).rejects.toMatchObject({ code: "model-missing" });
  await writeFile(join(folder, "manifest.json"), "{");
  await expect(listModels(folder)).rejects.toMatchObject({ code: "model-damaged" });
});
