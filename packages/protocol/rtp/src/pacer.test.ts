import { ManualClock, type Timer } from "@jikimi/kernel";
import { expect, test } from "vitest";
import { Pacer } from "./pacer.ts";

test("ticks come every 20 ms of the clock", async () => {
  const clock = new ManualClock();
  const ticks: number[] = [];
  const pacer = new Pacer({ clock, onTick: (dueMs) => ticks.push(dueMs) });
  pacer.start();
  await clock.advance(100);
  expect(ticks).toEqual([20, 40, 60, 80, 100]);
  pacer.stop();
  await clock.advance(100);
  expect(ticks).toHaveLength(5);
  expect(clock.pendingTimers).toBe(0);
});

/** A clock whose timers are always this much late, as a busy machine's are. */
class LateClock extends ManualClock {
  lateMs = 0;

  override after(delayMs: number, action: () => void): Timer {
    return super.after(delayMs + this.lateMs, action);
  }
}

test("late timers do not add up: no tick is lost and none is late by more than the timer", async () => {
  const clock = new LateClock();
  clock.lateMs = 7;
  const ticks: { dueMs: number; atMs: number }[] = [];
  new Pacer({ clock, onTick: (dueMs) => ticks.push({ dueMs, atMs: clock.monotonicMs() }) }).start();
  await clock.advance(2000);
  expect(ticks.length).toBeGreaterThanOrEqual(99);
  for (const [index, { dueMs, atMs }] of ticks.entries()) {
    expect(dueMs).toBe((index + 1) * 20);
    expect(atMs - dueMs).toBeLessThanOrEqual(8);
  }
});

test("after a stall the last ticks are made up for, the rest is said to be lost", async () => {
  const clock = new LateClock();
  const ticks: number[] = [];
  const pacer = new Pacer({ clock, onTick: (dueMs) => ticks.push(dueMs) });
  clock.lateMs = 1000;
  pacer.start();
  await clock.advance(1020);
  expect(ticks).toEqual([920, 940, 960, 980, 1000, 1020]);
  expect(pacer.skipped).toBe(45);
});

test("a tick may stop the pacer", async () => {
  const clock = new ManualClock();
  let ticks = 0;
  const pacer: Pacer = new Pacer({
    clock,
    onTick: () => {
      ticks += 1;
      pacer.stop();
    },
  });
  pacer.start();
  await clock.advance(200);
  expect(ticks).toBe(1);
});
