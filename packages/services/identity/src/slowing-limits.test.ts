import { ManualClock } from "@jikimi/kernel";
import { expect, test } from "vitest";
import { type Slowing, SlowingLimits } from "./slowing-limits.ts";

const slowing: Slowing = { name: "a", free: 3, firstWaitMs: 1000, longestWaitMs: 6000, forgiven: true };

function fail(limits: SlowingLimits, slowings: readonly Slowing[] = [slowing]): number {
  const admission = limits.begin(slowings);
  return admission.kind === "wait" ? admission.forMs : 0;
}

test("after the free failures each wait is twice the last, up to the longest", async () => {
  const clock = new ManualClock();
  const limits = new SlowingLimits({ clock });
  const waits: number[] = [];
  for (let n = 0; n < 9; n += 1) {
    const waitMs = fail(limits);
    waits.push(waitMs);
    await clock.advance(waitMs);
    if (waitMs > 0) expect(fail(limits)).toBe(0);
  }
  expect(waits).toEqual([0, 0, 0, 1000, 2000, 4000, 6000, 6000, 6000]);
});

test("who knocks while waiting waits no longer for it", async () => {
  const clock = new ManualClock();
  const limits = new SlowingLimits({ clock });
  for (let n = 0; n < 3; n += 1) fail(limits);
  for (let n = 0; n < 100; n += 1) expect(fail(limits)).toBe(1000);
  await clock.advance(1000);
  expect(fail(limits)).toBe(0);
});

test("many at the same moment get no further than one after the other", () => {
  const limits = new SlowingLimits({ clock: new ManualClock() });
  const admissions = Array.from({ length: 50 }, () => limits.begin([slowing]).kind);
  expect(admissions.filter((kind) => kind === "go")).toHaveLength(3);
});

test("success starts anew what is forgiven, and only takes itself back where it is not", () => {
  const limits = new SlowingLimits({ clock: new ManualClock() });
  const strict = { ...slowing, name: "strict", forgiven: false };
  fail(limits, [slowing, strict]);
  fail(limits, [slowing, strict]);
  const right = limits.begin([slowing, strict]);
  if (right.kind === "go") right.succeeded();
  expect(fail(limits, [strict])).toBe(0);
  expect(fail(limits, [strict])).toBe(1000);
  expect([fail(limits), fail(limits), fail(limits), fail(limits)]).toEqual([0, 0, 0, 1000]);
});

test("what is undone was never there, however often it is said", () => {
  const limits = new SlowingLimits({ clock: new ManualClock() });
  for (let n = 0; n < 20; n += 1) {
    const admission = limits.begin([slowing]);
    if (admission.kind === "wait") throw new Error("slowed down");
    admission.undone();
    admission.undone();
    admission.succeeded();
  }
  expect(limits.size).toBe(0);
});

test("after an hour nothing is known any more", async () => {
  const clock = new ManualClock();
  const limits = new SlowingLimits({ clock });
  for (let n = 0; n < 3; n += 1) fail(limits);
  await clock.advance(3_600_001);
  for (let n = 0; n < 3; n += 1) expect(fail(limits)).toBe(0);
  expect(fail(limits)).toBe(1000);
});

test("it holds so many names and no more", () => {
  const limits = new SlowingLimits({ clock: new ManualClock(), capacity: 100 });
  for (let n = 0; n < 1000; n += 1) fail(limits, [{ ...slowing, name: `source ${n}` }]);
  expect(limits.size).toBe(100);
});
