import type { EpochMs } from "@jikimi/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  aroundTheClock,
  isTimeZone,
  localDate,
  type Opening,
  type OpeningHours,
  officeHours,
  openingAt,
  parseTimeOfDay,
} from "./index.ts";

/** `2026-11-23T09:00` on Seoul's clock (a Monday). Seoul has been at UTC+9 since 1988. */
function seoul(local: string): EpochMs {
  return Date.parse(`${local}:00+09:00`) as EpochMs;
}

function tell(opening: Opening): string {
  if (opening.kind === "open") return "open";
  const at =
    opening.opensAtMs === null ? "never" : new Date(opening.opensAtMs + 9 * 3_600_000).toISOString().slice(0, 16);
  return `${opening.why} until ${at}`;
}

const withHolidays: OpeningHours = {
  ...officeHours,
  exceptions: [
    { date: "2026-12-25", open: [], title: { ko: "성탄절", en: "Christmas" } },
    { date: "2026-11-28", open: [{ from: 540, to: 720 }], title: { ko: "토요 특별 상담", en: "Saturday session" } },
  ],
};

const night: OpeningHours = {
  ...aroundTheClock,
  weekly: {
    ...officeHours.weekly,
    fri: [{ from: 1320, to: 1800 }],
    mon: [
      { from: 0, to: 60 },
      { from: 540, to: 600 },
    ],
  },
};

test.for<[hours: string, OpeningHours, at: string, expected: string]>([
  ["office", officeHours, "2026-11-23T08:59", "before-hours until 2026-11-23T09:00"],
  ["office", officeHours, "2026-11-23T09:00", "open"],
  ["office", officeHours, "2026-11-23T11:59", "open"],
  ["office", officeHours, "2026-11-23T12:00", "lunch until 2026-11-23T13:00"],
  ["office", officeHours, "2026-11-23T12:59", "lunch until 2026-11-23T13:00"],
  ["office", officeHours, "2026-11-23T13:00", "open"],
  ["office", officeHours, "2026-11-23T17:59", "open"],
  ["office", officeHours, "2026-11-23T18:00", "after-hours until 2026-11-24T09:00"],
  ["office", officeHours, "2026-11-27T18:00", "after-hours until 2026-11-30T09:00"],
  ["office", officeHours, "2026-11-28T10:00", "day-off until 2026-11-30T09:00"],
  ["office", officeHours, "2026-11-29T12:30", "day-off until 2026-11-30T09:00"],
  ["with holidays", withHolidays, "2026-12-25T10:00", "holiday until 2026-12-28T09:00"],
  ["with holidays", withHolidays, "2026-12-24T20:00", "after-hours until 2026-12-28T09:00"],
  ["with holidays", withHolidays, "2026-11-28T10:00", "open"],
  ["with holidays", withHolidays, "2026-11-28T12:00", "after-hours until 2026-11-30T09:00"],
  ["night", night, "2026-11-27T21:59", "before-hours until 2026-11-27T22:00"],
  ["night", night, "2026-11-27T23:59", "open"],
  ["night", night, "2026-11-28T00:00", "open"],
  ["night", night, "2026-11-28T05:59", "open"],
  ["night", night, "2026-11-28T06:00", "day-off until 2026-11-30T00:00"],
  ["night", night, "2026-11-30T01:00", "between-hours until 2026-11-30T09:00"],
  ["always", aroundTheClock, "2026-01-01T03:33", "open"],
])("%s hours at %s: %s", ([, hours, at, expected]) => expect(tell(openingAt(hours, seoul(at)))).toBe(expected));

test("an office with no hours at all never opens", () => {
  const none: OpeningHours = {
    ...officeHours,
    weekly: { ...officeHours.weekly, mon: [], tue: [], wed: [], thu: [], fri: [] },
  };
  expect(tell(openingAt(none, seoul("2026-11-23T10:00")))).toBe("day-off until never");
});

test("lunch at the start of the hours: it opens after lunch", () => {
  const hours: OpeningHours = { ...officeHours, weekly: { ...officeHours.weekly, mon: [{ from: 720, to: 1080 }] } };
  expect(tell(openingAt(hours, seoul("2026-11-23T08:00")))).toBe("before-hours until 2026-11-23T13:00");
});

describe("where clocks are put forward and back (New York, 2026-03-08 and 2026-11-01)", () => {
  const newYork: OpeningHours = { ...officeHours, timeZone: "America/New_York", lunch: null };
  test.for([
    { at: "2026-03-06T23:00:00-05:00", opens: "2026-03-09T13:00:00.000Z" },
    { at: "2026-10-30T20:00:00-04:00", opens: "2026-11-02T14:00:00.000Z" },
  ])("after $at it opens at $opens", ({ at, opens }) => {
    const opening = openingAt(newYork, Date.parse(at) as EpochMs);
    expect(opening.kind === "closed" && new Date(opening.opensAtMs ?? 0).toISOString()).toBe(opens);
  });
});

test("wherever one is, it is closed until exactly the moment it says it opens", () => {
  const ranges = fc
    .array(fc.record({ from: fc.nat({ max: 1439 }), length: fc.integer({ min: 1, max: 900 }) }), { maxLength: 2 })
    .map((list) => list.map(({ from, length }) => ({ from, to: from + length })));
  const allHours = fc.record<OpeningHours>({
    timeZone: fc.constantFrom("Asia/Seoul", "America/New_York", "Asia/Kathmandu", "UTC"),
    weekly: fc.record({ mon: ranges, tue: ranges, wed: ranges, thu: ranges, fri: ranges, sat: ranges, sun: ranges }),
    lunch: fc.constantFrom(null, { from: 720, to: 780 }),
    exceptions: fc.constant([{ date: "2026-06-03", open: [], title: { ko: "선거일", en: "Election day" } }]),
  });
  // Away from the hours when clocks change, when a local time may not exist or come twice.
  const moments = fc.integer({ min: Date.UTC(2026, 3, 1), max: Date.UTC(2026, 9, 15) });
  fc.assert(
    fc.property(allHours, moments, (hours, atMs) => {
      const opening = openingAt(hours, atMs as EpochMs);
      if (opening.kind === "open" || opening.opensAtMs === null) return;
      const { opensAtMs } = opening;
      expect(opensAtMs).toBeGreaterThan(atMs);
      expect(openingAt(hours, opensAtMs).kind).toBe("open");
      expect(openingAt(hours, (opensAtMs - 1) as EpochMs).kind).toBe("closed");
      const between = Math.floor((atMs + opensAtMs) / 2) as EpochMs;
      expect(openingAt(hours, between).kind).toBe("closed");
    }),
    { numRuns: 300 },
  );
});

test.for([
  ["09:00", 540],
  ["9:05", 545],
  ["00:00", 0],
  ["30:00", 1800],
  ["48:00", 2880],
  ["48:01", null],
  ["09:60", null],
  ["9", null],
  ["-1:00", null],
] as const)("%s is minute %s", ([text, minute]) => expect(parseTimeOfDay(text)).toBe(minute));

test("the local date turns at local midnight", () => {
  const midnightInSeoul = Date.UTC(2026, 5, 30, 15);
  expect(localDate("Asia/Seoul", midnightInSeoul - 1)).toBe("2026-06-30");
  expect(localDate("Asia/Seoul", midnightInSeoul)).toBe("2026-07-01");
  expect(localDate("America/New_York", midnightInSeoul)).toBe("2026-06-30");
});

test("a time zone is known or not", () => {
  expect([isTimeZone("Asia/Seoul"), isTimeZone("Asia/Pyeongchang"), isTimeZone("")]).toEqual([true, false, false]);
});
