import { expect, test } from "vitest";
import { withoutLoop } from "./loops.ts";

test.for([
  { heard: "이런 활동을 통해서 이런 활동을 통해서", spokenMs: 1400, kept: "이런 활동을 통해서" },
  { heard: "하지만 경전이 하지만 경전이 하지만", spokenMs: 1000, kept: "하지만 경전이" },
  { heard: "다양한 악기 소리도 들리고 다양한 악기 소리", spokenMs: 1500, kept: "다양한 악기 소리도 들리고" },
  { heard: "준비된... 준비된... 준비된...", spokenMs: 600, kept: "준비된..." },
  { heard: "아 이 시원한 시원한 시원한", spokenMs: 600, kept: "아 이 시원한" },
  // Said often, and slowly enough to have been said.
  { heard: "끊어 끊어 끊어", spokenMs: 1500, kept: "끊어 끊어 끊어" },
  { heard: "네 네 네", spokenMs: 600, kept: "네 네 네" },
  // Quick, and no repetition.
  { heard: "책임자 바꿔 주세요", spokenMs: 400, kept: "책임자 바꿔 주세요" },
  { heard: "가 나 가 다", spokenMs: 100, kept: "가 나 가 다" },
  { heard: "", spokenMs: 100, kept: "" },
])("'$heard' in $spokenMs ms is '$kept'", ({ heard, spokenMs, kept }) => {
  const words = heard
    .split(" ")
    .filter((text) => text !== "")
    .map((text) => ({ text, confidence: 0.9 }));
  expect(
    withoutLoop(words, spokenMs)
      .map((word) => word.text)
      .join(" "),
  ).toBe(kept);
});
