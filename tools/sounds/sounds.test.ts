import { readFileSync } from "node:fs";
import { join } from "node:path";
import { levelDbfs, readSound } from "@jikimi/audio";
import { expect, test } from "vitest";
import { type ScenariosManifest, SOUNDS_FOLDER, sha256Of } from "./manifests.ts";
import { scenarioLines } from "./scenario-lines.ts";

const folder = join(SOUNDS_FOLDER, "scenarios");
const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as ScenariosManifest;

test.for(scenarioLines)(
  "the sounds of $scenario were made from today's lines, in order",
  ({ scenario, caller, agent }) => {
    for (const [who, texts] of Object.entries({ caller, agent })) {
      const rows = manifest.lines.filter((row) => row.scenario === scenario && row.who === who);
      expect(rows.map(({ text }) => text)).toEqual(texts);
      expect(rows.map(({ order }) => order)).toEqual(texts.map((_, i) => i));
      expect(rows.map(({ textSha256 }) => textSha256)).toEqual(texts.map(sha256Of));
    }
  },
);

test("the manifest holds no line of a scenario that is gone", () => {
  const known = scenarioLines.map(({ scenario }) => scenario);
  expect([...new Set(manifest.lines.map(({ scenario }) => scenario))]).toEqual(known);
});

test.for(manifest.lines)("$scenario $who $order: $text", ({ file, sha256, durationMs, heard, who, voice }) => {
  const bytes = readFileSync(join(folder, file));
  expect(sha256Of(bytes)).toBe(sha256);
  const read = readSound(bytes);
  if (read.kind === "unreadable") throw new Error(read.why);
  expect(Math.abs(read.pcm.length / 8 - durationMs)).toBeLessThanOrEqual(1);
  expect(durationMs).toBeGreaterThan(800);
  expect(durationMs).toBeLessThan(4000);
  const level = levelDbfs(read.pcm);
  expect(level).toBeGreaterThan(-36);
  expect(level).toBeLessThan(-18);
  // What the recogniser made of exactly this file when it was made: the sense is kept.
  expect(heard.cerPercent).toBeLessThanOrEqual(25);
  expect(heard.confidence).toBeGreaterThanOrEqual(0.77);
  expect(voice === "ko+f2").toBe(who === "agent");
});
