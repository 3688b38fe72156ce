import { fileURLToPath } from "node:url";
import { SeededRandom } from "@jikimi/kernel";
import { abuseLabels, createClassifier, encodeClassifier } from "@jikimi/language";
import { describe, expect, test } from "vitest";
import { build, defaultRecipe } from "./build.ts";
import { fitPlatt } from "./calibrate.ts";
import { type Example, innocent, truthOf } from "./example.ts";
import { keepApart } from "./guard.ts";
import { holdsSwearing } from "./swearing.ts";
import { readWritten, variants } from "./written-lines.ts";

const example = (text: string, rest: Partial<Example> = {}): Example => ({
  text,
  truth: innocent,
  oneOf: [],
  weight: 1,
  source: "written",
  group: "test",
  role: "train",
  ...rest,
});

/** A language small enough to learn in a test: everything with 빨강 is a threat. */
const toy: Example[] = Array.from({ length: 120 }, (_, at) => {
  const red = at % 2 === 0;
  const text = `${["오늘", "내일", "어제"][at % 3]} ${red ? "빨강" : "파랑"} ${["산", "바다", "들", "강", "집"][at % 5]}`;
  return example(text, {
    truth: truthOf((label) => red && label === "threat"),
    role: at % 10 >= 8 ? "calibrate" : "train",
    source: red ? "written" : "neg_toy",
  });
});
const recipe = { ...defaultRecipe, version: "toy", bucketBits: 12, joinedLines: 20, leastRows: 2 };

describe("training", () => {
  test("learns what is there, and nothing for the other labels", () => {
    const { model } = build(toy, recipe, new SeededRandom(5), () => {});
    const classifier = createClassifier(model);
    expect(classifier.assess("내일 빨강 들").labels.threat).toBeGreaterThan(0.5);
    expect(classifier.assess("내일 파랑 들").labels.threat).toBeLessThan(0.5);
    expect(classifier.assess("내일 빨강 들").labels.profanity).toBeLessThan(0.5);
  });

  test("gives the same bytes for the same seed, and others for another", () => {
    const bytes = (seed: number) =>
      Buffer.from(encodeClassifier(build(toy, recipe, new SeededRandom(seed), () => {}).model));
    expect(bytes(5).equals(bytes(5))).toBe(true);
    expect(bytes(5).equals(bytes(6))).toBe(false);
  });

  test("learns from rows that only say one of these is true", () => {
    const vague = toy.map((item) =>
      item.truth.threat === true ? { ...item, truth: truthOf(() => null), oneOf: ["threat", "insult"] as const } : item,
    );
    const { model } = build(vague, recipe, new SeededRandom(5), () => {});
    const scores = createClassifier(model).assess("내일 빨강 들").labels;
    expect(Math.max(scores.threat, scores.insult)).toBeGreaterThan(
      createClassifier(model).assess("내일 파랑 들").labels.threat,
    );
  });
});

test("Platt's scale brings overconfident scores to what happens", () => {
  // One in four of those that say 98 % (log-odds 4) is true.
  const scored = Array.from({ length: 400 }, (_, at) => ({
    logOdds: at % 2 === 0 ? 4 : -4,
    truth: at % 8 === 0,
    weight: 1,
  }));
  const { slope, offset } = fitPlatt(scored);
  expect(1 / (1 + Math.exp(-(slope * 4 + offset)))).toBeCloseTo(0.25, 1);
});

describe("written lines", () => {
  test("name alternatives in braces", () => {
    expect([...variants("{너|니가} 뭔데{| 정말}", new SeededRandom(3))].sort()).toEqual(
      ["너 뭔데", "너 뭔데 정말", "니가 뭔데", "니가 뭔데 정말"].sort(),
    );
  });

  test("are many for every label, and the held-out ones stand apart", () => {
    const written = readWritten(fileURLToPath(new URL("data", import.meta.url)), new SeededRandom(3));
    for (const label of abuseLabels) {
      const lines = written.filter((item) => item.truth[label] === true && item.role !== "test");
      expect([label, lines.length > 200]).toEqual([label, true]);
    }
    const heldOut = written.filter((item) => item.role === "test");
    expect(heldOut.length).toBeGreaterThan(200);
    const { kept, dropped } = keepApart(
      written.filter((item) => item.role !== "test"),
      heldOut,
    );
    expect(dropped.length).toBeLessThan(kept.length / 100);
  });

  test("that repeat a measuring line are dropped, whatever their spacing", () => {
    const { kept, dropped } = keepApart(
      [example("오늘 끝나고 어디로 갈까"), example("전혀 다른 말을 합니다")],
      [example("오늘 끝나고어디로갈까", { role: "test" })],
    );
    expect(dropped).toEqual(["오늘 끝나고 어디로 갈까"]);
    expect(kept.map((item) => item.text)).toEqual(["전혀 다른 말을 합니다"]);
  });
});

test.for([
  ["이 새끼야", true],
  ["새끼손가락을 다쳤어요", false],
  ["현관에 불 꺼져 있니", false],
  ["그 자식을 죽이고 싶다", true],
] as const)("ordinary talk that swears is told apart: %s → %s", ([text, swears]) => {
  expect(holdsSwearing(text)).toBe(swears);
});
