import { expect, test } from "vitest";
import { judgeTranscription } from "./acceptance.ts";

test.for([
  { text: "책임자 바꿔 주세요", voicedMs: 1500, meanProbability: 0.95, accepted: true, expected: "accepted" },
  { text: "네", voicedMs: 160, meanProbability: 0.9, accepted: true, expected: "accepted" },
  { text: "", voicedMs: 1500, meanProbability: 0.95, accepted: true, expected: "no-text" },
  { text: " . ,", voicedMs: 1500, meanProbability: 0.95, accepted: true, expected: "no-text" },
  { text: "아", voicedMs: 96, meanProbability: 0.95, accepted: true, expected: "not-voice" },
  { text: "이 시원한", voicedMs: 800, meanProbability: 0.55, accepted: true, expected: "not-voice" },
  { text: "이 시원한", voicedMs: 800, meanProbability: 0.95, accepted: false, expected: "not-understood" },
  {
    text: "시청해 주셔서 감사합니다 다음 영상에서 만나요",
    voicedMs: 800,
    meanProbability: 0.95,
    accepted: true,
    expected: "too-fast",
  },
])("$voicedMs ms at $meanProbability, accepted $accepted: '$text' -> $expected", ({ expected, ...row }) => {
  const verdict = judgeTranscription(row, row);
  expect(verdict.kind === "accepted" ? "accepted" : verdict.why).toBe(expected);
});
