import { SeededRandom, type Speaker } from "@jikimi/kernel";
import { describe, expect, test } from "vitest";
import { CallFloor } from "./call-floor.ts";

const START_MS = 1_700_000_000_000;

/** Lays a side's sound on the floor from `atMs` on, voiced where the picture has `#`; a mark is 32 ms. */
function say(floor: CallFloor, speaker: Speaker, picture: string, { atMs = 0, sound = new Int16Array(0) } = {}): void {
  for (const [i, mark] of [...picture].entries()) {
    const samples = new Int16Array(256);
    samples.set(sound.subarray(i * 256, (i + 1) * 256));
    floor.hear(speaker, { atMs: START_MS + atMs + i * 32, voiced: mark === "#", samples });
  }
}

const span = (startMs: number, endMs: number) => ({ startMs: START_MS + startMs, endMs: START_MS + endMs });

describe("who talks over whom", () => {
  test("the other's voice within one's own is counted", () => {
    const floor = new CallFloor();
    say(floor, "agent", `${".".repeat(10)}${"#".repeat(20)}`);
    expect(floor.overlapMs("caller", span(0, 960))).toBe(640);
    expect(floor.overlapMs("caller", span(400, 500))).toBe(100);
    expect(floor.overlapMs("agent", span(0, 960))).toBe(0);
  });

  test.for([
    { what: "who begins while the other talks on breaks in", picture: "#".repeat(60), breaksIn: true },
    { what: "who begins as the other stops does not", picture: "#".repeat(31) + ".".repeat(29), breaksIn: false },
    { what: "nor who begins in a silence", picture: ".".repeat(60), breaksIn: false },
    { what: "nor when both begin at once", picture: ".".repeat(31) + "#".repeat(29), breaksIn: false },
  ])("$what", ({ picture, breaksIn }) => {
    const floor = new CallFloor();
    say(floor, "agent", picture);
    expect(floor.interrupts("caller", START_MS + 31 * 32)).toBe(breaksIn);
  });

  test("what is older than twenty seconds is forgotten", () => {
    const floor = new CallFloor();
    say(floor, "agent", "#".repeat(30));
    say(floor, "agent", ".".repeat(625), { atMs: 960 });
    expect(floor.overlapMs("caller", span(0, 960))).toBe(0);
  });
});

/** Noise whose loudness changes as speech does. */
function voice(seed: number, length: number) {
  const random = new SeededRandom(seed);
  let low = 0;
  return Int16Array.from({ length }, (_, i) => {
    low = 0.8 * low + 0.2 * (random.integer(30_000) - 15_000);
    return Math.round(low * (0.55 + 0.45 * Math.sin(i / (500 + 90 * seed))));
  });
}

describe("cross-talk", () => {
  const long = 24_000;
  const windows = long / 256;
  const agents = voice(1, long);
  const late = (sound: Int16Array<ArrayBuffer>, ms: number, gain: number) =>
    Int16Array.from(sound, (_, i) => Math.round((sound[i - ms * 8] ?? 0) * gain));
  const both = (a: Int16Array<ArrayBuffer>, b: Int16Array) => Int16Array.from(a, (sample, i) => sample + (b[i] ?? 0));
  const echoed = both(late(agents, 150, 0.2), late(agents, 162, 0.08));

  test.for([
    { what: "the other's voice come back, later and softer", sound: late(agents, 220, 0.1), expected: true },
    { what: "… with an echo of its own", sound: echoed, expected: true },
    { what: "… through a line that turns it round", sound: late(agents, 40, -0.4), expected: true },
    { what: "somebody else", sound: voice(2, long), expected: false },
    { what: "somebody else over it, as loud", sound: both(echoed, late(voice(2, long), 0, 0.25)), expected: false },
    { what: "it, later than any line", sound: late(agents, 900, 0.3), expected: false },
    { what: "silence", sound: new Int16Array(long), expected: false },
  ])("$what: $expected", ({ sound, expected }) => {
    const floor = new CallFloor();
    say(floor, "agent", "#".repeat(windows), { sound: agents });
    say(floor, "caller", "#".repeat(windows), { sound });
    expect(floor.isCrossTalk("caller", span(960, 2800))).toBe(expected);
  });

  test("own words in one second of three are words", () => {
    const floor = new CallFloor();
    const own = voice(3, long).map((sample, i) => (i > 16_000 ? sample : 0));
    say(floor, "agent", "#".repeat(windows), { sound: agents });
    say(floor, "caller", "#".repeat(windows), { sound: both(late(agents, 100, 0.3), own) });
    expect(floor.isCrossTalk("caller", span(300, 1900))).toBe(true);
    expect(floor.isCrossTalk("caller", span(300, 2980))).toBe(false);
  });

  test("what is too short to be sure of is heard", () => {
    const floor = new CallFloor();
    say(floor, "agent", "#".repeat(windows), { sound: agents });
    say(floor, "caller", "#".repeat(windows), { sound: agents });
    expect(floor.isCrossTalk("caller", span(960, 1400))).toBe(false);
  });
});
