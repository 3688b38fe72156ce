import { describe, expect, test } from "vitest";
import { at, type Script, simulateCall } from "../testing/simulated-call.ts";
import { defaultPolicy, type Policy, presets } from "./index.ts";

function preset(id: (typeof presets)[number]["id"] | string): Policy {
  return presets.find((one) => one.id === id) ?? defaultPolicy;
}

const kt = preset("kt-automatic");
const confirming: Policy = {
  ...kt,
  decider: "agent-confirms",
  confirmation: { asks: "warnings-and-endings", windowMs: 30_000 },
  longCall: null,
};

/** Without the hints, which have their own tests. */
function tellsOf(policy: Policy, script: Script, untilMs = 120_000): readonly string[] {
  return simulateCall(policy, script, { untilMs }).story.filter((line) => !/^\S+ hint/.test(line));
}

describe("continue", () => {
  test.for<{ name: string; policy: Policy; script: Script; expected: readonly string[] }>([
    {
      name: "stops a warning in the middle, which then was not heard",
      policy: kt,
      script: [at.says(10, { insult: 1 }), at.presses(12, { kind: "continue" }), at.says(20, { insult: 1 })],
      expected: ["10.3 play warning 1", "12.0 stop announcement", "20.3 play warning 1"],
    },
    {
      name: "forgives what the caller had begun to say, though the recogniser tells it later",
      policy: kt,
      script: [at.says(10, { insult: 1 }), at.presses(12, { kind: "continue" }), at.says(12.9, { profanity: 1 })],
      expected: ["10.3 play warning 1", "12.0 stop announcement"],
    },
    {
      name: "does not forgive another family of words, said before and told later",
      policy: kt,
      script: [at.says(10, { insult: 1 }), at.presses(12, { kind: "continue" }), at.says(12.9, { threat: 1 })],
      expected: ["10.3 play warning 1", "12.0 stop announcement", "13.2 play warning 1"],
    },
    {
      name: "pressed before the recogniser spoke, answers everything said so far",
      policy: kt,
      script: [at.presses(10.1, { kind: "continue" }), at.says(10, { insult: 1, threat: 1, sexual_harassment: 1 })],
      expected: [],
    },
    {
      name: "withdraws an offer, and only new words bring another",
      policy: confirming,
      script: [
        at.says(10, { insult: 1 }),
        at.presses(12, { kind: "continue" }),
        at.says(12.5, { insult: 1 }),
        at.says(20, { insult: 1 }),
      ],
      expected: ["10.3 offer warning 1", "12.0 offer continued", "20.3 offer warning 1", "50.3 offer expired"],
    },
    {
      name: "by a supervisor is the same",
      policy: kt,
      script: [at.says(10, { insult: 1 }), at.presses(12, { kind: "continue" }, "supervisor")],
      expected: ["10.3 play warning 1", "12.0 stop announcement"],
    },
    {
      name: "comes too late when the call was already told to end",
      policy: preset("one-strike"),
      script: [at.says(10, { insult: 1 }), at.presses(16.35, { kind: "continue" })],
      expected: [
        "10.3 open incident 1 (abuse)",
        "10.3 mute caller",
        "10.3 play ending",
        "16.3 end call (abuse, announcement completed)",
        "16.3 rest 10 min",
        "16.4 refuse continue: already-ending",
        "16.5 close incident 1: ended by jikimi, announcement completed",
      ],
    },
    {
      name: "an ending that was stopped may come again for new words, with a record of its own",
      policy: preset("one-strike"),
      script: [
        at.says(10, { insult: 1 }),
        at.presses(12, { kind: "continue", reason: "제가 계속하겠습니다" }),
        at.says(20, { insult: 1 }),
      ],
      expected: [
        "10.3 open incident 1 (abuse)",
        "10.3 mute caller",
        "10.3 play ending",
        "12.0 stop announcement",
        "12.0 unmute caller",
        "12.0 close incident 1: continued",
        "20.3 open incident 2 (abuse)",
        "20.3 mute caller",
        "20.3 play ending",
        "26.3 end call (abuse, announcement completed)",
        "26.3 rest 10 min",
        "26.5 close incident 2: ended by jikimi, announcement completed",
      ],
    },
  ])("$name", ({ policy, script, expected }) => expect(tellsOf(policy, script)).toEqual(expected));

  test("waives the clock from its first notice on, for the rest of the call", () => {
    const script = [at.presses(16 * 60, { kind: "continue" })];
    expect(tellsOf(preset("fifteen-plus-five"), script, 7_200_000)).toEqual(["901.0 play long-call 1"]);
  });

  test("before the first notice leaves the clock alone", () => {
    const script = [at.presses(60, { kind: "continue" })];
    expect(tellsOf(preset("fifteen-plus-five"), script, 7_200_000)).toContain("1201.0 play long-call-ending");
  });

  test("takes down the hint and leaves the reason in the record", () => {
    const script = [at.says(10, { insult: 1 }), at.presses(12, { kind: "continue", reason: "오해였음" })];
    const { decisions } = simulateCall(preset("one-strike"), script, { untilMs: 30_000 });
    expect(decisions.map((decision) => decision.kind)).toContain("clear-hint");
    expect(decisions.find((decision) => decision.kind === "close-incident")).toMatchObject({
      outcome: { kind: "continued", by: "agent", reason: "오해였음" },
      cause: { rule: "human-action", by: "agent", utteranceIds: ["u@10"] },
    });
  });
});

describe("warn-now", () => {
  test.for<{ name: string; policy: Policy; script: Script; expected: readonly string[] }>([
    {
      name: "plays at once and counts as a warning",
      policy: { ...kt, longCall: null },
      script: [at.presses(10, { kind: "warn-now" }), at.says(30, { insult: 1 })],
      expected: [
        "10.0 play warning 1",
        "30.3 open incident 1 (abuse)",
        "30.3 mute caller",
        "30.3 play ending",
        "36.3 end call (abuse, announcement completed)",
        "36.3 rest 10 min",
        "36.5 close incident 1: ended by jikimi, announcement completed",
      ],
    },
    {
      name: "does not play over itself",
      policy: kt,
      script: [at.presses(10, { kind: "warn-now" }), at.presses(12, { kind: "warn-now" })],
      expected: ["10.0 play warning 1", "12.0 refuse warn-now: already-warning"],
    },
    {
      name: "accepts a warning on offer, with its cause",
      policy: confirming,
      script: [at.says(10, { insult: 1 }), at.presses(12, { kind: "warn-now" })],
      expected: ["10.3 offer warning 1", "12.0 offer accepted", "12.0 play warning 1"],
    },
  ])("$name", ({ policy, script, expected }) => expect(tellsOf(policy, script)).toEqual(expected));

  test("waits for a notice to end, and then plays", () => {
    const told = tellsOf(preset("fifteen-plus-five"), [at.presses(903, { kind: "warn-now" })], 1_000_000);
    expect(told).toEqual(["901.0 play long-call 1", "907.0 play warning 1"]);
  });
});

describe("end-now and confirm", () => {
  test.for<{ name: string; policy: Policy; script: Script; first: readonly string[] }>([
    {
      name: "end-now ends with the announcement and the presser's own reason",
      policy: kt,
      script: [at.presses(10, { kind: "end-now" }, "supervisor")],
      first: [
        "10.0 open incident 1 (supervisor)",
        "10.0 mute caller",
        "10.0 play ending",
        "16.0 end call (supervisor, announcement completed)",
      ],
    },
    {
      name: "end-now confirms an ending on offer",
      policy: { ...confirming, confirmation: { asks: "endings", windowMs: 30_000 } },
      script: [at.says(10, { insult: 1 }), at.says(30, { insult: 1 }), at.presses(35, { kind: "end-now" })],
      first: [
        "10.3 play warning 1",
        "30.3 offer ending (abuse)",
        "35.0 offer accepted",
        "35.0 open incident 1 (abuse)",
      ],
    },
    {
      name: "a second end-now changes nothing: the announcement is played to its end",
      policy: kt,
      script: [at.presses(10, { kind: "end-now" }), at.presses(12, { kind: "end-now" })],
      first: [
        "10.0 open incident 1 (agent)",
        "10.0 mute caller",
        "10.0 play ending",
        "12.0 refuse end-now: already-ending",
      ],
    },
    {
      name: "confirm with nothing on offer is refused",
      policy: kt,
      script: [at.presses(10, { kind: "confirm" })],
      first: ["10.0 refuse confirm: nothing-offered"],
    },
    {
      name: "confirm of an offer that is gone is refused: the window is exact",
      policy: confirming,
      script: [at.says(10, { insult: 1 }), at.presses(40.3, { kind: "confirm" })],
      first: ["10.3 offer warning 1", "40.3 offer expired", "40.3 refuse confirm: nothing-offered"],
    },
    {
      name: "a graver word replaces an offered warning by an offered ending",
      policy: {
        ...confirming,
        labels: { ...confirming.labels, threat: { ...confirming.labels.threat, warningsBeforeEnding: 0 } },
      },
      script: [at.says(10, { insult: 1 }), at.says(12, { threat: 1 }), at.presses(13, { kind: "confirm" })],
      first: [
        "10.3 offer warning 1",
        "12.3 offer superseded",
        "12.3 offer ending (abuse)",
        "13.0 offer accepted",
        "13.0 open incident 1 (abuse)",
      ],
    },
  ])("$name", ({ policy, script, first }) => expect(tellsOf(policy, script).slice(0, first.length)).toEqual(first));

  test("nothing can be pressed before the bridge", () => {
    const [line] = tellsOf(kt, [at.presses(0.5, { kind: "end-now" })], 10_000);
    expect(line).toBe("0.5 refuse end-now: not-connected");
  });
});

describe("extend and declare", () => {
  test.for<{ name: string; policy: Policy; script: Script; expected: readonly string[]; untilMs: number }>([
    {
      name: "without a clock there is nothing to extend",
      policy: preset("one-strike"),
      script: [at.presses(10, { kind: "extend", minutes: 5, reason: "urgent-matter" })],
      expected: ["10.0 refuse extend: no-time-limit"],
      untilMs: 20_000,
    },
    {
      name: "where the policy has no extension it is refused",
      policy: preset("fifteen-plus-five"),
      script: [at.presses(10, { kind: "extend", minutes: 5, reason: "urgent-matter" })],
      expected: ["10.0 refuse extend: no-extension"],
      untilMs: 20_000,
    },
    {
      name: "an extension stops a long-call ending that already plays",
      policy: preset("extendable"),
      script: [at.presses(970, { kind: "extend", minutes: 3, reason: "urgent-matter" })],
      expected: [
        "901.0 play long-call 1",
        "967.0 open incident 1 (long-call)",
        "967.0 mute caller",
        "967.0 play long-call-ending",
        "970.0 stop announcement",
        "970.0 unmute caller",
        "970.0 close incident 1: continued",
        "970.0 long-call hint 180",
        "1150.0 play long-call 1",
      ],
      untilMs: 1_160_000,
    },
    {
      name: "an extension takes the button back until the new limit",
      policy: defaultPolicy,
      script: [at.presses(1210, { kind: "extend", minutes: 3, reason: "urgent-matter" })],
      expected: [
        "901.0 play long-call 1",
        "1201.0 play long-call 2",
        "1201.0 offer ending (long-call) without limit",
        "1210.0 offer continued",
        "1210.0 long-call hint 180",
        "1390.0 play long-call 2",
        "1390.0 offer ending (long-call) without limit",
      ],
      untilMs: 1_500_000,
    },
    {
      name: "a topic the policy does not know is refused",
      policy: kt,
      script: [at.presses(10, { kind: "declare", topic: "repeated-content" })],
      expected: ["10.0 refuse declare: topic-not-in-policy"],
      untilMs: 20_000,
    },
    {
      name: "a second topic only ever shortens",
      policy: preset("moi-2018"),
      script: [
        at.presses(10, { kind: "declare", topic: "repeated-content" }),
        at.presses(20, { kind: "declare", topic: "out-of-competence" }),
      ],
      expected: ["10.0 long-call hint 591", "20.0 long-call hint 581"],
      untilMs: 30_000,
    },
  ])("$name", ({ policy, script, expected, untilMs }) => expect(tellsOf(policy, script, untilMs)).toEqual(expected));

  test("a declared topic is the rule behind what follows", () => {
    const { decisions } = simulateCall(preset("moi-2018"), [
      at.presses(10, { kind: "declare", topic: "repeated-content" }),
    ]);
    const offer = decisions.find((decision) => decision.kind === "offer-to-end");
    expect(offer?.cause).toMatchObject({
      rule: "repeated-content",
      values: { talkedMs: 600_000 },
      thresholds: { talkedMs: 600_000 },
    });
  });
});
