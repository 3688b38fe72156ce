import { readFileSync } from "node:fs";
import { levelDbfs, readSound } from "@jikimi/audio";
import { expect, test } from "vitest";
import { ANNOUNCEMENT_KINDS, announcementCatalogue, LANGUAGES, TONE_NAMES } from "./catalogue.ts";
import { type ResolvedSound, resolveSound, resolveTone } from "./resolve-sound.ts";

const spoken = ANNOUNCEMENT_KINDS.flatMap((kind) => LANGUAGES.map((language) => ({ kind, language })));
const shipped = { customFolder: null, departmentId: null };

function measured({ path }: ResolvedSound): { durationMs: number; levelDbfs: number } {
  const read = readSound(readFileSync(path));
  if (read.kind === "unreadable") throw new Error(`${path}: ${read.why}`);
  return { durationMs: read.pcm.length / 8, levelDbfs: levelDbfs(read.pcm) };
}

test.for(spoken)(
  "$kind in $language is there, made from today's text, and can be listened to",
  ({ kind, language }) => {
    const sound = resolveSound(kind, { language, ...shipped });
    expect(sound).toMatchObject({ text: announcementCatalogue[kind].text[language], synthetic: true });
    const { durationMs, levelDbfs } = measured(sound);
    expect(Math.abs(durationMs - sound.durationMs)).toBeLessThanOrEqual(1);
    expect(durationMs).toBeGreaterThan(2000);
    expect(durationMs).toBeLessThan(13_500);
    expect(levelDbfs).toBeGreaterThan(-30);
    expect(levelDbfs).toBeLessThan(-12);
  },
);

test.for(TONE_NAMES)("%s is there, soft, and no words", (name) => {
  const sound = resolveTone(name, { customFolder: null });
  const { durationMs, levelDbfs } = measured(sound);
  expect(durationMs).toBe(sound.durationMs);
  expect(levelDbfs).toBeGreaterThan(-45);
  expect(levelDbfs).toBeLessThan(-18);
});

test.for(ANNOUNCEMENT_KINDS)("every Korean sentence of %s ends in the formal polite form", (kind) => {
  const sentences = announcementCatalogue[kind].text.ko.split(/(?<=[.?])\s*/).filter((sentence) => sentence !== "");
  for (const sentence of sentences) expect(sentence).toMatch(/(?:니다|니까|십시오)\.$/);
});

test.for(["notice", "outbound-notice"] as const)(
  "%s says that the call is recorded, analysed by AI, and why",
  (kind) => {
    const { ko, en } = announcementCatalogue[kind].text;
    expect(ko).toMatch(/직원 보호.*녹음.*인공지능.*분석/);
    expect(en).toMatch(/protect our staff.*recorded and analysed by AI/);
  },
);

test.for(["ending", "long-call-ending"] as const)("%s tells how to contest it", (kind) => {
  expect(announcementCatalogue[kind].text.ko).toContain("재검토를 요청");
  expect(announcementCatalogue[kind].text.en).toContain("review");
});
