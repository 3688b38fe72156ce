import type { JournalEvent } from "@jikimi/incidents";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ending, ringing, rudeLine, warning } from "../testing/story-parts.ts";
import { timelineOf } from "./timeline.ts";

const story = [
  { kind: "invite", direction: "inbound", atMs: 0 },
  { kind: "notice-completed", outcome: "completed", playedMs: 3000, atMs: 3500 },
  ringing,
  { kind: "bridged", agentId: "kim", atMs: 6000 },
  ...rudeLine("u1", 20_000),
  ...warning(24_000),
  { kind: "action", by: "agent", action: { kind: "extend", minutes: 5, reason: "x" }, atMs: 35_000 },
  ...ending(40_000),
] as readonly JournalEvent[];

test("what happened is told in order and in words, and the machine's own thinking is left out", () => {
  const told = timelineOf(story);
  expect(told.map(({ text }) => text.ko)).toEqual([
    "전화가 왔습니다.",
    "녹음과 분석을 끝까지 안내했습니다.",
    "상담사의 전화를 울렸습니다.",
    "두 사람을 연결했습니다.",
    "기준에 드는 말이 들렸습니다: 욕설.",
    "1번째 경고를 시작했습니다.",
    "경고가 끝까지 나갔습니다.",
    "통화를 5분 연장했습니다.",
    "사건 기록을 열었습니다.",
    "종료 안내를 시작했습니다.",
    "종료 안내가 끝까지 나갔습니다.",
    "규칙에 따라 통화를 끝냅니다.",
    "보호휴식 10분을 드렸습니다.",
    "폭언으로 통화를 종료했습니다.",
    "사건 기록을 닫았습니다.",
  ]);
  expect(told.map(({ text }) => text.en)).toContain("A protected rest of 10 minutes was given.");
  expect(told.find(({ kind }) => kind === "action")?.by).toBe("agent");
  expect(told.map(({ atMs }) => atMs)).toEqual([...told.map(({ atMs }) => atMs)].sort((a, b) => a - b));
});

test.for<{ event: Record<string, unknown>; ko: string; en: string }>([
  {
    event: { kind: "bye", by: "caller", reason: "hung-up" },
    ko: "상대방이 전화를 끊었습니다.",
    en: "The caller hung up.",
  },
  {
    event: { kind: "bye", by: "agent", reason: "hung-up" },
    ko: "상담사가 전화를 끊었습니다.",
    en: "The agent hung up.",
  },
  {
    event: { kind: "bye", by: "jikimi", reason: "long-call" },
    ko: "통화 시간이 지나 종료했습니다.",
    en: "The call was ended for its length.",
  },
  { event: { kind: "hold", by: "agent" }, ko: "보류했습니다.", en: "The call was put on hold." },
  {
    event: { kind: "warning-completed", outcome: "stopped" },
    ko: "경고가 끝까지 나가지 않았습니다.",
    en: "The warning was not heard to its end.",
  },
  {
    event: { kind: "action", by: "supervisor", action: { kind: "continue" } },
    ko: "‘계속’을 눌렀습니다.",
    en: "“Continue” was pressed.",
  },
])("$en", ({ event, ko, en }) => {
  expect(timelineOf([{ ...event, atMs: 5 } as unknown as JournalEvent])).toMatchObject([{ text: { ko, en } }]);
});

test("an account of any shape is told as far as it can be: in both languages, without a word of what was said", () => {
  const kinds = [...new Set(story.map(({ kind }) => kind)), "recording-closed", "number-revealed", "action-refused"];
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds, "constructor", "unknown"),
      fc.dictionary(fc.string(), fc.anything()),
      (kind, fields) => {
        const told = timelineOf([{ outcome: 1, labels: null, ...fields, kind, atMs: 1 } as unknown as JournalEvent]);
        for (const { text } of told) {
          expect(text.ko).toMatch(/[가-힣].*\.$/);
          expect(text.en).toMatch(/\.$/);
        }
      },
    ),
    { numRuns: 300 },
  );
  expect(JSON.stringify(timelineOf(story))).not.toContain("나쁜");
});
