import type { PolicyId } from "@jikimi/kernel";
import { describe, expect, test } from "vitest";
import { at, type Script, simulateCall } from "../testing/simulated-call.ts";
import { type ExemptLine, exemptLineFor, type Policy, policyInForce, presets } from "./index.ts";

const oneStrike = presets.find((preset) => preset.id === "one-strike") ?? presets[0];
const kt = presets.find((preset) => preset.id === "kt-automatic") ?? presets[0];
const fifteen = presets.find((preset) => preset.id === "fifteen-plus-five") ?? presets[0];
const insult = at.says(10, { insult: 1 });

function tellsOf(policy: Policy, script: Script, options: Parameters<typeof simulateCall>[2] = {}): readonly string[] {
  return simulateCall(policy, script, options).story.filter((line) => !/^\S+ hint/.test(line));
}

const opening = ["10.3 open incident 1 (abuse)", "10.3 mute caller", "10.3 play ending"];

describe("the ending announcement", () => {
  test("is tried once more when it cannot be played, and then the call ends with that in the record", () => {
    expect(tellsOf(oneStrike, [insult], { broken: () => true })).toEqual([
      ...opening,
      "11.8 play ending again",
      "11.8 end call (abuse, announcement failed)",
      "11.8 rest 10 min",
      "12.0 close incident 1: ended by jikimi, announcement failed",
    ]);
  });

  test("played at the second try counts as heard", () => {
    expect(tellsOf(oneStrike, [insult], { broken: (n) => n === 1 })).toEqual([
      ...opening,
      "11.8 play ending again",
      "17.8 end call (abuse, announcement completed)",
      "17.8 rest 10 min",
      "18.0 close incident 1: ended by jikimi, announcement completed",
    ]);
  });

  test("that nobody reports on has failed when its time is up, twice", () => {
    expect(tellsOf(oneStrike, [insult], { announcementMs: 10_000_000 })).toEqual([
      ...opening,
      "70.3 stop announcement",
      "71.8 play ending again",
      "131.8 stop announcement",
      "131.8 end call (abuse, announcement failed)",
      "131.8 rest 10 min",
      "132.0 close incident 1: ended by jikimi, announcement failed",
    ]);
  });

  test("is left out where the policy says at once, and only for that label", () => {
    const atOnce: Policy = {
      ...oneStrike,
      id: "at-once" as PolicyId,
      labels: { ...oneStrike.labels, threat: { ...oneStrike.labels.threat, ending: "at-once" } },
    };
    expect(tellsOf(atOnce, [at.says(10, { threat: 1 })])).toEqual([
      "10.3 open incident 1 (abuse)",
      "10.3 mute caller",
      "10.3 end call (abuse, announcement skipped)",
      "10.3 rest 10 min",
      "10.5 close incident 1: ended by jikimi, announcement skipped",
    ]);
    expect(tellsOf(atOnce, [insult])).toContain("10.3 play ending");
  });

  test("goes on to the caller when the agent hangs up, who rests from then", () => {
    expect(tellsOf(oneStrike, [insult, at.happens(12, { kind: "agent-hung-up" })])).toEqual([
      ...opening,
      "12.0 rest 10 min",
      "16.3 end call (abuse, announcement completed)",
      "16.5 close incident 1: ended by jikimi, announcement completed",
    ]);
  });

  test("cut short by the caller is told as that, and the agent rests", () => {
    expect(tellsOf(oneStrike, [insult, { kind: "caller-hung-up", atMs: 12_000 }])).toEqual([
      ...opening,
      "12.0 rest 10 min",
      "12.0 close incident 1: ended by caller, announcement cut-short",
    ]);
  });

  test("is tried again when media was lost under it", () => {
    expect(tellsOf(oneStrike, [insult, at.happens(12, { kind: "media-lost" })]).slice(3, 5)).toEqual([
      "13.5 play ending again",
      "19.5 end call (abuse, announcement completed)",
    ]);
  });

  test("leaves the agent hearing where the policy does not mute", () => {
    const told = tellsOf({ ...oneStrike, muteCallerWhileEnding: false }, [insult]);
    expect(told.filter((line) => line.includes("mute"))).toEqual([]);
  });
});

test("an end that is never reported is asked for once more and then recorded as unconfirmed", () => {
  const told = simulateCall(oneStrike, [insult], { untilMs: 100_000, unreportedEnd: true }).story.filter(
    (line) => !/hint/.test(line),
  );
  expect(told.slice(-4)).toEqual([
    "16.3 end call (abuse, announcement completed)",
    "16.3 rest 10 min",
    "26.3 end call (abuse, announcement completed)",
    "36.3 close incident 1: unconfirmed",
  ]);
});

describe("a warning that cannot be played", () => {
  test("was not heard: it does not count, and new words are warned of again", () => {
    const script = [insult, at.says(20, { insult: 1 })];
    expect(tellsOf(kt, script, { broken: (n) => n <= 2, untilMs: 60_000 })).toEqual([
      "10.3 play warning 1",
      "11.8 play warning 1 again",
      "20.3 play warning 1",
    ]);
  });
});

describe("hold and transfer", () => {
  test("while the agent holds the clock's voice waits, and says only what is true afterwards", () => {
    const hold: Script = [
      { kind: "hold", by: "agent", atMs: 800_000 },
      { kind: "resumed", by: "agent", atMs: 1_300_000 },
    ];
    const twoNotices: Policy = {
      ...kt,
      longCall: { ...(kt.longCall ?? shouldHaveClock()), noticeOffsetsMs: [-300_000, 0] },
    };
    expect(tellsOf(twoNotices, hold).slice(0, 2)).toEqual([
      "1300.0 play long-call 2",
      "1366.0 open incident 1 (long-call)",
    ]);
  });

  test("a stage reached while the agent holds begins when they are back", () => {
    const script: Script = [
      { kind: "hold", by: "agent", atMs: 10_100 },
      insult,
      { kind: "resumed", by: "agent", atMs: 15_000 },
    ];
    expect(tellsOf(oneStrike, script)[0]).toBe("15.0 open incident 1 (abuse)");
  });

  test("another agent gets a clean desk, and the caller's warnings stay", () => {
    const script: Script = [insult, { kind: "transferred", to: "agent", atMs: 30_000 }, at.says(40, { insult: 1 })];
    expect(simulateCall(kt, script, { untilMs: 45_000 }).story).toEqual([
      "10.3 hint 1.00 insult",
      "10.3 play warning 1",
      "30.0 hint cleared",
      "40.3 hint 1.00 insult",
      "40.3 open incident 1 (abuse)",
      "40.3 mute caller",
      "40.3 play ending",
    ]);
  });

  test("outside there is nobody left to protect", () => {
    const script: Script = [insult, { kind: "transferred", to: "outside", atMs: 12_000 }, at.says(20, { insult: 1 })];
    expect(simulateCall(oneStrike, script).story.slice(4)).toEqual([
      "12.0 stop announcement",
      "12.0 unmute caller",
      "12.0 hint cleared",
      "12.0 close incident 1: transferred",
    ]);
  });
});

describe("exempt lines", () => {
  test.for([
    { number: "119", expected: "long-call" },
    { number: "02-119", expected: "long-call" },
    { number: "031119", expected: "long-call" },
    { number: "+82112", expected: "long-call" },
    { number: "107", expected: "every-automatic-ending" },
    { number: "109", expected: "every-automatic-ending" },
    { number: "+8221190000", expected: null },
    { number: "0212341119", expected: null },
    { number: "1190", expected: null },
    { number: "", expected: null },
    { number: "anonymous", expected: null },
  ])("$number -> $expected", ({ number, expected }) => {
    expect(exemptLineFor(kt, number)?.scope ?? null).toBe(expected);
  });

  const relay = exemptLineFor(kt, "107");
  const fire = exemptLineFor(kt, "119");

  test.for<{ name: string; line: ExemptLine | null; policy: Policy; script: Script; expected: readonly string[] }>([
    { name: "the fire brigade is never timed", line: fire, policy: fifteen, script: [], expected: [] },
    { name: "the relay service is never timed", line: relay, policy: fifteen, script: [], expected: [] },
    {
      name: "on the relay service the machine asks before it ends: the words are another's",
      line: relay,
      policy: oneStrike,
      script: [insult],
      expected: ["10.3 offer ending (abuse)", "40.3 offer expired"],
    },
    {
      name: "the agent's own button works on every line",
      line: relay,
      policy: oneStrike,
      script: [at.presses(10, { kind: "end-now" })],
      expected: [
        "10.0 open incident 1 (agent)",
        "10.0 mute caller",
        "10.0 play ending",
        "16.0 end call (agent, announcement completed)",
        "16.0 rest 10 min",
        "16.2 close incident 1: ended by jikimi, announcement completed",
      ],
    },
  ])("$name", ({ line, policy, script, expected }) => {
    expect(line).not.toBeNull();
    expect(tellsOf(policy, script, { exempt: line })).toEqual(expected);
  });
});

test("hearing lost: clock and buttons still protect", () => {
  const script: Script = [at.happens(5, { kind: "hearing-lost" }), insult, at.presses(20, { kind: "warn-now" })];
  const told = tellsOf(fifteen, script);
  expect(told.slice(0, 3)).toEqual([
    "20.0 play warning 1",
    "901.0 play long-call 1",
    "1201.0 open incident 1 (long-call)",
  ]);
});

test("the newest version whose day has come is in force", () => {
  const versions: readonly Policy[] = [
    { ...kt, version: 1, effectiveFrom: "2026-01-01" },
    { ...kt, version: 3, effectiveFrom: "2026-12-01" },
    { ...kt, version: 2, effectiveFrom: "2026-06-01" },
  ];
  const inForce = (date: string) => policyInForce(versions, date)?.version ?? null;
  expect(["2025-12-31", "2026-01-01", "2026-06-01", "2026-11-30", "2026-12-01"].map(inForce)).toEqual([
    null,
    1,
    2,
    2,
    3,
  ]);
});

function shouldHaveClock(): never {
  throw new Error("the preset has a clock");
}
