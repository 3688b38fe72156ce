import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tone, writeWav } from "@jikimi/audio";
import type { DepartmentId } from "@jikimi/kernel";
import { afterEach, beforeEach, expect, test } from "vitest";
import { announcementCatalogue } from "./catalogue.ts";
import { resolveSound, resolveTone } from "./resolve-sound.ts";
import { SoundLibrary } from "./sound-library.ts";

const traffic = "d-traffic" as DepartmentId;
const housing = "d-housing" as DepartmentId;
let customFolder = "";

beforeEach(() => {
  customFolder = mkdtempSync(join(tmpdir(), "jikimi-notices-"));
});
afterEach(() => rmSync(customFolder, { recursive: true, force: true }));

function put(name: string, content: Uint8Array | string): string {
  const path = join(customFolder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function sound({ durationMs = 2000, levelDb = -20, sampleRateHz = 8000, channels = 1 } = {}): Uint8Array {
  const pcm = tone({ frequencyHz: 440, durationMs, levelDbfs: levelDb, sampleRateHz });
  return writeWav({ sampleRateHz, channels: Array.from({ length: channels }, () => pcm) });
}

test("a department's own sound comes before the organisation's, and that before the synthetic one", () => {
  const ask = (departmentId: DepartmentId | null, language: "ko" | "en" = "ko") =>
    resolveSound("warning", { language, departmentId, customFolder });
  expect(ask(traffic)).toMatchObject({ synthetic: true, text: announcementCatalogue.warning.text.ko });
  const everyone = put("warning.ko.wav", sound());
  expect(ask(traffic)).toMatchObject({ path: everyone, synthetic: false, durationMs: 2000 });
  const own = put("d-traffic/warning.ko.wav", sound({ durationMs: 3000, sampleRateHz: 44_100, channels: 2 }));
  put("d-traffic/warning.ko.txt", "교통과에서 안내해 드립니다.\n");
  expect(ask(traffic)).toMatchObject({
    path: own,
    durationMs: 3000,
    text: "교통과에서 안내해 드립니다.",
    synthetic: false,
  });
  expect(ask(housing).path).toBe(everyone);
  expect(ask(null).path).toBe(everyone);
  expect(ask(traffic, "en").synthetic).toBe(true);
});

test("a recording without a text is said to have none", () => {
  put("closed.en.wav", sound());
  const { text } = resolveSound("closed", { language: "en", departmentId: null, customFolder });
  expect(text).toContain("no text given");
});

test.for([
  { fault: "is no WAV", content: () => Buffer.from("ID3 an mp3 renamed"), says: "not a WAV file", korean: "형식" },
  {
    fault: "is empty",
    content: () => writeWav({ sampleRateHz: 8000, channels: [new Int16Array()] }),
    says: "holds no sound",
    korean: "형식",
  },
  { fault: "is too short", content: () => sound({ durationMs: 300 }), says: "0.3 s", korean: "0.3초" },
  { fault: "is too long", content: () => sound({ durationMs: 61_000 }), says: "61.0 s", korean: "61.0초" },
  {
    fault: "is silent",
    content: () => writeWav({ sampleRateHz: 8000, channels: [new Int16Array(16_000)] }),
    says: "silence",
    korean: "작아",
  },
  { fault: "is hardly audible", content: () => sound({ levelDb: -60 }), says: "-60 dBFS", korean: "작아" },
])("a file that $fault is refused by name, with the way out", ({ content, says, korean }) => {
  const path = put("notice.ko.wav", content());
  const resolve = () => resolveSound("notice", { language: "ko", departmentId: null, customFolder });
  expect(resolve).toThrow(
    expect.objectContaining({
      code: "own-sound-unusable",
      path,
      message: expect.stringMatching(new RegExp(`${path}.*${says}`)),
      korean: expect.stringContaining(korean),
    }),
  );
});

test("the library plays the shipped sound where the organisation's cannot be played, and says so once", () => {
  const broken = put("notice.ko.wav", "broken");
  const fine = put("ringback.wav", sound({ durationMs: 3000 }));
  put("d-traffic/ending.en.wav", sound());
  const library = SoundLibrary.load({ customFolder, departmentIds: [traffic, housing] });
  expect(library.problems.map(({ path }) => path)).toEqual([broken]);
  expect(library.announcement("notice", { language: "ko", departmentId: traffic }).synthetic).toBe(true);
  expect(library.announcement("ending", { language: "en", departmentId: traffic }).synthetic).toBe(false);
  expect(library.announcement("ending", { language: "en", departmentId: housing }).synthetic).toBe(true);
  expect(library.ringback).toMatchObject({ path: fine, synthetic: false });
  expect(library.holdMusic.synthetic).toBe(true);
});

test("a department's id never leads out of the folder", () => {
  put("secret/warning.ko.wav", sound());
  const departmentId = "../secret" as DepartmentId;
  const inner = join(customFolder, "sounds");
  expect(resolveSound("warning", { language: "ko", departmentId, customFolder: inner }).synthetic).toBe(true);
});

test("shipped sounds that are missing or changed are not played", () => {
  const soundsFolder = customFolder;
  const ask = () => resolveTone("ringback", { customFolder: null, soundsFolder });
  expect(ask).toThrow(expect.objectContaining({ code: "default-sound-damaged" }));
  const tones = [{ name: "ringback", file: "ringback.wav", sha256: "0".repeat(64), durationMs: 3000 }];
  put("manifest.json", JSON.stringify({ formatVersion: 1, announcements: [], tones }));
  expect(ask).toThrow(expect.objectContaining({ code: "default-sound-damaged" }));
  put("ringback.wav", sound());
  expect(ask).toThrow(expect.objectContaining({ code: "default-sound-damaged" }));
});
