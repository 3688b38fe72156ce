import { expect, test } from "vitest";
import { cpuTimeOf, parseStat, spentBetween } from "./cpu-time.ts";

test("the time is read behind a name with brackets and spaces in it", () => {
  const stat = "4242 (odd) name) S 1 4242 4242 0 -1 4194304 100 0 0 0 250 75 9 9 20 0 7 0 100 1000 200";
  expect(parseStat(stat)).toEqual({ userMs: 2500, systemMs: 750 });
});

test("what is spent between two readings is their difference", () => {
  const spent = spentBetween({ userMs: 10, systemMs: 20 }, { userMs: 110, systemMs: 50 });
  expect(spent).toEqual({ userMs: 100, systemMs: 30, totalMs: 130 });
});

test("a process finds time of its own", () => {
  const { userMs, systemMs } = cpuTimeOf(process.pid);
  expect(userMs + systemMs).toBeGreaterThan(0);
});
