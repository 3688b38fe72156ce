import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callsPerCore, keepMeasuredModels, type MeasuredModels, readMeasuredModels } from "./measured-models.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-measured-"));
});
afterAll(async () => rm(folder, { recursive: true }));

test("what was measured is found again, and nothing else is taken for it", async () => {
  const dataFolder = join(folder, "not", "there", "yet");
  expect(await readMeasuredModels(dataFolder)).toBe(null);
  const model = { name: "demo", seconds: 30, cpuPerSecond: 0.01, callsPerCore: 112, errorPercent: 9.8 };
  const measured: MeasuredModels = { formatVersion: 1, measuredAtMs: 1.7e12, clips: "shipped", models: [model] };
  await keepMeasuredModels(dataFolder, measured);
  expect(await readMeasuredModels(dataFolder)).toEqual(measured);
  await writeFile(join(dataFolder, "models-measured.json"), '{"formatVersion":1,"models":"none"}');
  expect(await readMeasuredModels(dataFolder)).toBe(null);
});

test("a core hears as many calls as nine tenths of it can pay for", () => {
  expect(callsPerCore(0.066)).toBe(17);
  expect(callsPerCore(2)).toBe(0);
});
