import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultPolicy, parsePolicy, presets } from "./index.ts";

/** A deep copy with one field set; the path is as problems tell it. `undefined` removes the field. */
function withField(path: string, value: unknown, base: unknown = defaultPolicy): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(base));
  const names = path.replaceAll("[", ".").replaceAll("]", "").split(".");
  const last = names.pop() ?? "";
  const parent = names.reduce((part, name) => (part as Record<string, unknown>)[name], copy) as Record<string, unknown>;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

function pathsOf(value: unknown): readonly string[] {
  const parsed = parsePolicy(value);
  return parsed.kind === "ok" ? [] : parsed.problems.map((problem) => problem.path);
}

describe("what is wrong is named where it is", () => {
  test.for<[path: string, value: unknown]>([
    ["id", ""],
    ["id", "Default"],
    ["id", "-a"],
    ["id", "a".repeat(64)],
    ["version", 0],
    ["version", 1.5],
    ["version", "1"],
    ["effectiveFrom", "2026-02-30"],
    ["effectiveFrom", "26-01-01"],
    ["effectiveFrom", 20260101],
    ["title.ko", " "],
    ["title.en", undefined],
    ["explanation.en", "x".repeat(801)],
    ["sources", []],
    ["sources[0].tag", "X"],
    ["sources[0].where", ""],
    ["sources[0].title.ko", ""],
    ["decider", "robot"],
    ["confirmation.asks", "nobody"],
    ["confirmation.windowMs", 0],
    ["labels.threat", undefined],
    ["labels.threat.threshold", 0],
    ["labels.threat.threshold", 1.01],
    ["labels.threat.threshold", Number.NaN],
    ["labels.threat.weight", -1],
    ["labels.threat.weight", 0.001],
    ["labels.threat.warningsBeforeEnding", 11],
    ["labels.threat.warningsBeforeEnding", 0.5],
    ["labels.threat.ending", "never"],
    ["labels.rudeness", {}],
    ["minConfidence", 0],
    ["accumulation.warnAt", 0],
    ["accumulation.halfLifeMs", 0],
    ["graceAfterWarningMs", -1],
    ["hintForMs", null],
    ["announcement.limitMs", 10],
    ["announcement.retryDelayMs", 1.5],
    ["muteCallerWhileEnding", "yes"],
    ["longCall", {}],
    ["longCall.recommendedMs", "20 min"],
    ["longCall.recommendedMs", null],
    ["longCall.noticeOffsetsMs", []],
    ["longCall.noticeOffsetsMs", [0, -1]],
    ["longCall.noticeOffsetsMs", [-1_200_000]],
    ["longCall.noticeOffsetsMs[0]", 1],
    ["longCall.atLimit.kind", "explode"],
    ["longCall.atLimit.graceMs", 1000],
    ["longCall.atLimit", { kind: "grace", graceMs: 0 }],
    ["longCall.extension.maxMinutes", 2],
    ["longCall.extension.maxCount", 0],
    ["longCall.extension.reasonRequired", 1],
    ["longCall.topics.weather", { limitMs: 1000 }],
    ["longCall.topics", { "repeated-content": { limitMs: 0 } }],
    ["exemptLines[0].number", "1-1-2"],
    ["exemptLines[0].scope", "all"],
    ["restMs.afterAbuse", -1],
    ["restMs.afterLongCall", undefined],
    ["surprise", 1],
  ])("%s = %j", ([path, value]) => {
    const found = pathsOf(withField(path, value));
    expect(found.length).toBeGreaterThan(0);
    // At the field or, where the whole of it is missing or bad, at one of its parts.
    expect(found[0]?.startsWith(path.replace(/\[\d\]$/, ""))).toBe(true);
  });

  test("everything at once, in both languages", () => {
    const parsed = parsePolicy({ ...defaultPolicy, version: 0, decider: "robot", minConfidence: 2 });
    expect(parsed).toEqual({
      kind: "invalid",
      problems: [
        {
          path: "version",
          message: { ko: "1 이상 1000000 이하의 정수여야 합니다.", en: "must be a whole number from 1 to 1000000." },
        },
        {
          path: "decider",
          message: {
            ko: "다음 중 하나여야 합니다: automatic, agent-confirms, advise-only.",
            en: "must be one of: automatic, agent-confirms, advise-only.",
          },
        },
        {
          path: "minConfidence",
          message: { ko: "0.1 이상 1 이하의 수여야 합니다.", en: "must be a number from 0.1 to 1." },
        },
      ],
    });
  });
});

test.for([null, undefined, 1, "policy", [], {}])("%j is no policy", (value) => {
  expect(pathsOf(value).length).toBeGreaterThan(0);
});

test("a policy of seconds is a policy: for trials and tests", () => {
  const longCall = {
    recommendedMs: 4000,
    noticeOffsetsMs: [-2000],
    atLimit: { kind: "grace", graceMs: 1000 },
    extension: null,
    topics: {},
  };
  expect(pathsOf({ ...defaultPolicy, longCall })).toEqual([]);
});

test("a source that was kept with one text says it in both languages", () => {
  const parsed = parsePolicy(withField("sources[0].title", "KT"));
  expect(parsed.kind === "ok" && parsed.policy.sources[0]?.title).toEqual({ ko: "KT", en: "KT" });
});

test("minus zero is zero, as it would be after a file", () => {
  const parsed = parsePolicy(withField("restMs.afterAbuse", -0));
  expect(parsed.kind === "ok" && Object.is(parsed.policy.restMs.afterAbuse, 0)).toBe(true);
});

test("whatever one puts in place of a part, reading never throws, and what it accepts it reads again alike", () => {
  const paths = fc.constantFrom(
    "id",
    "sources[0]",
    "labels.insult",
    "labels.insult.weight",
    "accumulation.halfLifeMs",
    "longCall",
    "longCall.atLimit",
    "longCall.noticeOffsetsMs",
    "longCall.topics",
    "exemptLines",
    "restMs.afterAbuse",
  );
  fc.assert(
    fc.property(fc.constantFrom(...presets), paths, fc.jsonValue(), (preset, path, value) => {
      if (preset.longCall === null && path.startsWith("longCall.")) return;
      const parsed = parsePolicy(withField(path, value, preset));
      if (parsed.kind === "invalid") expect(parsed.problems.length).toBeGreaterThan(0);
      else expect(parsePolicy(JSON.parse(JSON.stringify(parsed.policy)))).toEqual(parsed);
    }),
    { numRuns: 2000 },
  );
});
