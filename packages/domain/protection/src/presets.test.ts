import { describe, expect, test } from "vitest";
import { at, type Script, simulateCall } from "../testing/simulated-call.ts";
import { parsePolicy, presets } from "./index.ts";

const minute = 60;
const swear = (seconds: number) => at.says(seconds, { profanity: 0.95 });
const harass = (seconds: number) => at.says(seconds, { sexual_harassment: 0.95 });

function ends(atSeconds: number, reason: string, rest: readonly string[] = []): readonly string[] {
  const after = (seconds: number) => (atSeconds + seconds).toFixed(1);
  const announcement = reason === "long-call" ? "long-call-ending" : "ending";
  return [
    `${after(0)} open incident 1 (${reason})`,
    `${after(0)} mute caller`,
    `${after(0)} play ${announcement}`,
    `${after(6)} end call (${reason}, announcement completed)`,
    ...rest.map((what) => `${after(6)} ${what}`),
    `${after(6.2)} close incident 1: ended by jikimi, announcement completed`,
  ];
}

type Story = {
  readonly name: string;
  readonly script: Script;
  readonly untilMs?: number;
  readonly story: readonly string[];
};

const stories: Readonly<Record<string, readonly Story[]>> = {
  default: [
    {
      name: "two rude words within a short time are warned of, and a third pair after two warnings ends the call",
      script: [10, 20, 30, 40, 50, 60].map(swear),
      story: ["20.3 play warning 1", "40.3 play warning 2", ...ends(60.3, "abuse", ["rest 10 min"])],
    },
    {
      name: "a rude word every five minutes is only shown",
      script: [10, 310, 610].map(swear),
      untilMs: 800_000,
      story: [],
    },
    {
      name: "a long call is announced at 15 and 20 minutes and waits for the button",
      script: [at.presses(21 * minute, { kind: "confirm" })],
      story: [
        "901.0 play long-call 1",
        "1201.0 play long-call 2",
        "1201.0 offer ending (long-call) without limit",
        "1260.0 offer accepted",
        ...ends(1260, "long-call"),
      ],
    },
  ],
  "kt-automatic": [
    {
      name: "one warning, then the end",
      script: [swear(10), swear(20)],
      story: ["10.3 play warning 1", ...ends(20.3, "abuse", ["rest 10 min"])],
    },
    {
      name: "what is said while the warning plays does not count, what is said after it does",
      script: [swear(10), swear(13), swear(17), swear(18.5), swear(60)],
      story: ["10.3 play warning 1", ...ends(60.3, "abuse", ["rest 10 min"])],
    },
    {
      name: "an abnormally long call ends by itself a minute after its announcement",
      script: [],
      story: ["1201.0 play long-call 1", ...ends(1267, "long-call")],
    },
  ],
  "seoul-20-button": [
    {
      name: "the officer confirms the warning; if it goes on the call ends by itself",
      script: [swear(10), at.presses(15, { kind: "confirm" }), swear(30)],
      story: [
        "10.3 offer warning 1",
        "15.0 offer accepted",
        "15.0 play warning 1",
        ...ends(30.3, "abuse", ["rest 10 min"]),
      ],
    },
    {
      name: "an officer who does not answer has not agreed",
      script: [swear(10), swear(20)],
      untilMs: 100_000,
      story: ["10.3 offer warning 1", "40.3 offer expired"],
    },
    {
      name: "20 minutes: the voice plays and the call goes on until the button is pressed",
      script: [at.presses(50 * minute, { kind: "end-now" })],
      story: [
        "1201.0 play long-call 1",
        "1201.0 offer ending (long-call) without limit",
        "3000.0 offer accepted",
        ...ends(3000, "long-call"),
      ],
    },
  ],
  "fifteen-plus-five": [
    {
      name: "notice at 15 minutes, the end at 20",
      script: [],
      story: ["901.0 play long-call 1", ...ends(1201, "long-call")],
    },
    {
      name: "abuse ends the call whatever its length",
      script: [swear(60), swear(90)],
      story: ["60.3 play warning 1", ...ends(90.3, "abuse", ["rest 10 min"])],
    },
    {
      name: "the officer goes on past 20 minutes",
      script: [at.presses(16 * minute, { kind: "continue", reason: "설명이 더 필요함" })],
      story: ["901.0 play long-call 1"],
    },
  ],
  extendable: [
    {
      name: "5 minutes more with a reason, a second notice, the end",
      script: [at.presses(15 * minute + 10, { kind: "extend", minutes: 5, reason: "explanation-needed" })],
      story: [
        "901.0 play long-call 1",
        "910.0 long-call hint 300",
        "1210.0 play long-call 1",
        ...ends(1276, "long-call"),
      ],
    },
    {
      name: "only once, only 3 to 12 minutes, only with a reason",
      script: [
        at.presses(910, { kind: "extend", minutes: 2, reason: "urgent-matter" }),
        at.presses(911, { kind: "extend", minutes: 13, reason: "urgent-matter" }),
        at.presses(912, { kind: "extend", minutes: 3, reason: " " }),
        at.presses(913, { kind: "extend", minutes: 12, reason: "urgent-matter" }),
        at.presses(914, { kind: "extend", minutes: 12, reason: "urgent-matter" }),
      ],
      untilMs: 920_000,
      story: [
        "901.0 play long-call 1",
        "910.0 refuse extend: minutes-out-of-range",
        "911.0 refuse extend: minutes-out-of-range",
        "912.0 refuse extend: reason-required",
        "913.0 long-call hint 720",
        "914.0 refuse extend: no-more-extensions",
      ],
    },
  ],
  "moi-2018": [
    {
      name: "verbal abuse: two warnings, and at the third the officer is asked to end",
      script: [swear(10), swear(30), swear(50), at.presses(55, { kind: "confirm" })],
      story: [
        "10.3 play warning 1",
        "30.3 play warning 2",
        "50.3 offer ending (abuse)",
        "55.0 offer accepted",
        ...ends(55, "abuse", ["rest 10 min"]),
      ],
    },
    {
      name: "sexual harassment: one warning, and the officer is asked to end",
      script: [harass(10), harass(30), at.presses(35, { kind: "end-now" })],
      story: [
        "10.3 play warning 1",
        "30.3 offer ending (abuse)",
        "35.0 offer accepted",
        ...ends(35, "abuse", ["rest 10 min"]),
      ],
    },
    {
      name: "repeated content: 10 minutes from the start of the call, once declared",
      script: [
        at.presses(3 * minute, { kind: "declare", topic: "repeated-content" }),
        at.presses(700, { kind: "confirm" }),
      ],
      story: [
        "180.0 long-call hint 421",
        "601.0 play long-call 1",
        "601.0 offer ending (long-call) without limit",
        "700.0 offer accepted",
        ...ends(700, "long-call"),
      ],
    },
    {
      name: "out of competence: declared after its 30 minutes have passed, announced at once",
      script: [at.presses(40 * minute, { kind: "declare", topic: "out-of-competence" })],
      story: ["2400.0 long-call hint 0", "2400.0 play long-call 1", "2400.0 offer ending (long-call) without limit"],
    },
    { name: "nothing declared: no clock", script: [], story: [] },
  ],
  "one-strike": [
    { name: "the first abuse ends the call", script: [swear(10)], story: ends(10.3, "abuse", ["rest 10 min"]) },
    {
      name: "unless the agent stops it before the announcement is over",
      script: [swear(10), at.presses(16, { kind: "continue" })],
      story: [
        ...ends(10.3, "abuse").slice(0, 3),
        "16.0 stop announcement",
        "16.0 unmute caller",
        "16.0 close incident 1: continued",
      ],
    },
  ],
  "three-strikes": [
    {
      name: "two warnings, and the third abuse ends the call",
      script: [10, 20, 30].map(swear),
      story: ["10.3 play warning 1", "20.3 play warning 2", ...ends(30.3, "abuse", ["rest 10 min"])],
    },
    {
      name: "the first sexual harassment ends the call",
      script: [harass(10)],
      story: ends(10.3, "abuse", ["rest 10 min"]),
    },
    {
      name: "harassment while a warning plays ends the call too: it needs no warning",
      script: [swear(10), harass(12)],
      story: ["10.3 play warning 1", "12.3 stop announcement", ...ends(12.3, "abuse", ["rest 10 min"])],
    },
  ],
  "advise-only": [
    { name: "abuse is shown and nothing is played", script: [10, 20, 30, 40].map(swear), untilMs: 800_000, story: [] },
    { name: "the time is shown", script: [], story: ["901.0 long-call hint 300", "1201.0 long-call hint 0"] },
    {
      name: "the agent's own keys play and end",
      script: [at.presses(10, { kind: "warn-now" }), at.presses(20, { kind: "end-now" })],
      story: ["10.0 play warning 1", ...ends(20, "agent", ["rest 10 min"])],
    },
  ],
};

describe.for(presets)("preset $id", (preset) => {
  test.for(stories[preset.id] ?? [])("$name", ({ script, untilMs, story }) => {
    const told = simulateCall(preset, script, untilMs === undefined ? {} : { untilMs }).story;
    expect(told.filter((line) => !/^\S+ hint (\d|cleared)/.test(line))).toEqual(story);
  });

  test("tells at least one story, and reads as a valid policy of itself", () => {
    expect(stories[preset.id]?.length).toBeGreaterThan(0);
    expect(parsePolicy(JSON.parse(JSON.stringify(preset)))).toEqual({ kind: "ok", policy: preset });
  });

  test("explains itself in two sentences of each language and names its sources", () => {
    expect(preset.explanation.ko.match(/다\./g)).toHaveLength(2);
    expect(preset.explanation.en.match(/\.( |$)/g)).toHaveLength(2);
    expect(preset.sources.length).toBeGreaterThan(1);
    // What no document says is marked as ours.
    expect(preset.sources.some((source) => source.tag === "P")).toBe(true);
  });
});

test("every preset's name is its own", () => {
  expect(new Set(presets.map((preset) => preset.id)).size).toBe(presets.length);
});
