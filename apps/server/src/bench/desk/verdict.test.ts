import { expect, test } from "vitest";
import { figuresOf, type Measured, problemsOf, spreadOf } from "./verdict.ts";

const calm = figuresOf({ gapsMs: [16, 17, 16], tasksMs: [] });
const opening = { paintMs: 400, stateMs: 600, callsMs: 2000 };
const good: Measured = {
  openings: [opening, opening],
  script: { files: 9, firstScreenKb: 249.9, withTelephoneKb: 400 },
  frames: {
    idle: figuresOf({ gapsMs: [900], tasksMs: [900] }),
    lines: figuresOf({ gapsMs: [16, 100], tasksMs: [100] }),
    "list-shown": calm,
    "list-scrolled": calm,
  },
};

test("all that is wanted: no problems, however the idle page and the machine did", () => {
  expect(problemsOf(good)).toEqual([]);
});

test.for<{ name: string; change: Partial<Measured>; told: RegExp }>([
  { name: "a slow first paint", change: { openings: [{ ...opening, paintMs: 1000 }] }, told: /^paintMs.*1000/ },
  { name: "a state that comes late", change: { openings: [{ ...opening, stateMs: 1200 }] }, told: /^stateMs.*1200/ },
  { name: "heavy script", change: { script: { ...good.script, firstScreenKb: 250 } }, told: /250 kB/ },
  {
    name: "one long frame",
    change: { frames: { ...good.frames, lines: figuresOf({ gapsMs: [16, 16, 101, 16], tasksMs: [] }) } },
    told: /^lines.*101/,
  },
  {
    name: "one long task",
    change: { frames: { ...good.frames, "list-scrolled": figuresOf({ gapsMs: [16], tasksMs: [140] }) } },
    told: /^list-scrolled.*140/,
  },
])("$name is told, and nothing else", ({ change, told }) => {
  expect(problemsOf({ ...good, ...change })).toEqual([expect.stringMatching(told)]);
});

test("one late opening of many is the machine's, two are the page's", () => {
  const of = (late: number) => Array.from({ length: 20 }, (_, i) => ({ ...opening, paintMs: i < late ? 1500 : 400 }));
  expect(problemsOf({ ...good, openings: of(1) })).toEqual([]);
  expect(problemsOf({ ...good, openings: of(2) })).toHaveLength(1);
});

test("figures of frames: how many, the longest, and no long task is zero", () => {
  expect(figuresOf({ gapsMs: [16.66, 33.3, 16.6], tasksMs: [] })).toEqual({
    frames: 3,
    p95FrameMs: 33.3,
    longestFrameMs: 33.3,
    longTasks: 0,
    longestTaskMs: 0,
  });
  expect(spreadOf([3, 1, 2])).toEqual({ p50: 2, p95: 3, longest: 3 });
});
