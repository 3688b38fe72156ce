import type { EpochMs } from "@jikimi/kernel";

/** Minutes from local midnight, `from` inclusive, `to` exclusive; beyond 1440 reaches into the next day (22:00–30:00). */
export type MinuteRange = { readonly from: number; readonly to: number };

/** Monday first, as on Korean notices. */
export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof weekdays)[number];

export type OpeningHours = {
  /** IANA name; `Asia/Seoul` unless an organisation says otherwise. */
  readonly timeZone: string;
  readonly weekly: Readonly<Record<Weekday, readonly MinuteRange[]>>;
  /** Taken out of every day's hours, so that a caller hears "lunch" and not "closed". */
  readonly lunch: MinuteRange | null;
  /** Days that differ, local `YYYY-MM-DD`; `open: []` is a holiday. */
  readonly exceptions: readonly {
    readonly date: string;
    readonly open: readonly MinuteRange[];
    readonly title: { readonly ko: string; readonly en: string };
  }[];
};

export type Opening =
  | { readonly kind: "open" }
  | {
      readonly kind: "closed";
      readonly why: "holiday" | "day-off" | "lunch" | "before-hours" | "between-hours" | "after-hours";
      /** When it opens next; null when it does not within a year. */
      readonly opensAtMs: EpochMs | null;
    };

/** 평일 09:00–18:00, lunch 12:00–13:00: what most public offices keep. Holidays are each organisation's own data. */
export const officeHours: OpeningHours = {
  timeZone: "Asia/Seoul",
  weekly: {
    mon: [{ from: 540, to: 1080 }],
    tue: [{ from: 540, to: 1080 }],
    wed: [{ from: 540, to: 1080 }],
    thu: [{ from: 540, to: 1080 }],
    fri: [{ from: 540, to: 1080 }],
    sat: [],
    sun: [],
  },
  lunch: { from: 720, to: 780 },
  exceptions: [],
};

const wholeDay: readonly MinuteRange[] = [{ from: 0, to: 1440 }];

/** Open day and night. */
export const aroundTheClock: OpeningHours = {
  timeZone: "Asia/Seoul",
  weekly: { mon: wholeDay, tue: wholeDay, wed: wholeDay, thu: wholeDay, fri: wholeDay, sat: wholeDay, sun: wholeDay },
  lunch: null,
  exceptions: [],
};

/** Throws a `RangeError` for a time zone that does not exist: the edge asks `isTimeZone` first. */
export function openingAt(hours: OpeningHours, atMs: EpochMs): Opening {
  const local = localTime(hours.timeZone, atMs);
  const open = [...rangesOn(hours, local.day), ...shift(rangesOn(hours, local.day - 1), -1440)];
  const within = open.some((range) => contains(range, local.minute));
  const atLunch = hours.lunch !== null && contains(hours.lunch, local.minute);
  if (within && !atLunch) return { kind: "open" };
  return { kind: "closed", why: whyClosed(), opensAtMs: nextOpening(hours, atMs, local.day) };

  function whyClosed(): Extract<Opening, { kind: "closed" }>["why"] {
    if (within) return "lunch";
    const today = rangesOn(hours, local.day);
    if (today.length === 0) return exceptionOn(hours, local.day) === undefined ? "day-off" : "holiday";
    if (today.every((range) => local.minute < range.from)) return "before-hours";
    return today.some((range) => local.minute < range.from) ? "between-hours" : "after-hours";
  }
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** `YYYY-MM-DD` where that time zone is. */
export function localDate(timeZone: string, atMs: number): string {
  return new Date(localTime(timeZone, atMs).day * 86_400_000).toISOString().slice(0, 10);
}

/** `HH:MM`, up to `48:00`; null when it is no time. */
export function parseTimeOfDay(text: string): number | null {
  const match = /^(\d{1,2}):([0-5]\d)$/.exec(text);
  if (match === null) return null;
  const minute = Number(match[1]) * 60 + Number(match[2]);
  return minute <= 2880 ? minute : null;
}

/** Every opening of a year ahead, earliest first, is tried: the first after `atMs` wins. */
function nextOpening(hours: OpeningHours, atMs: number, today: number): EpochMs | null {
  for (let day = today - 1; day <= today + 366; day++) {
    const starts = rangesOn(hours, day)
      .flatMap((range) => startsOf(range, hours.lunch))
      .map((minute) => epochOf(hours.timeZone, day, minute))
      .filter((startMs) => startMs > atMs)
      .sort((a, b) => a - b);
    if (starts[0] !== undefined) return starts[0] as EpochMs;
  }
  return null;
}

/** Where an open stretch begins: at its start unless that is lunch, and again after each lunch inside it. */
function startsOf(range: MinuteRange, lunch: MinuteRange | null): number[] {
  if (lunch === null) return [range.from];
  const lunches = [lunch, ...shift([lunch], 1440)];
  const starts = lunches.some((pause) => contains(pause, range.from)) ? [] : [range.from];
  return [...starts, ...lunches.map((pause) => pause.to).filter((end) => contains(range, end))];
}

function contains(range: MinuteRange, minute: number): boolean {
  return minute >= range.from && minute < range.to;
}

function shift(ranges: readonly MinuteRange[], minutes: number): MinuteRange[] {
  return ranges.map((range) => ({ from: range.from + minutes, to: range.to + minutes }));
}

function exceptionOn(hours: OpeningHours, day: number) {
  const date = new Date(day * 86_400_000).toISOString().slice(0, 10);
  return hours.exceptions.find((exception) => exception.date === date);
}

function rangesOn(hours: OpeningHours, day: number): readonly MinuteRange[] {
  const exception = exceptionOn(hours, day);
  if (exception !== undefined) return exception.open;
  // 1970-01-01 was a Thursday.
  const weekday = weekdays[(((day + 3) % 7) + 7) % 7];
  return weekday === undefined ? [] : hours.weekly[weekday];
}

/** `day` counts local calendar days from 1970-01-01, `minute` from local midnight. */
function localTime(timeZone: string, atMs: number): { day: number; minute: number } {
  const localMs = atMs + offsetMs(timeZone, atMs);
  const day = Math.floor(localMs / 86_400_000);
  return { day, minute: Math.floor((localMs - day * 86_400_000) / 60_000) };
}

/** What to add to UTC to read the local clock as if it were UTC. */
function offsetMs(timeZone: string, atMs: number): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(atMs);
  const value = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const localMs = Date.UTC(
    value("year"),
    value("month") - 1,
    value("day"),
    value("hour"),
    value("minute"),
    value("second"),
  );
  return localMs - Math.floor(atMs / 1000) * 1000;
}

/** The instant of a local time; inside a spring gap, the instant the clocks jumped past it. */
function epochOf(timeZone: string, day: number, minute: number): number {
  const localMs = day * 86_400_000 + minute * 60_000;
  const guess = localMs - offsetMs(timeZone, localMs);
  return localMs - offsetMs(timeZone, guess);
}
