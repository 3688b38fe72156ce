import type { Language } from "./language.ts";

/** `3:07`, `1:02:09`; never negative. `ms` is a duration. */
export function clockTime(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** What is left, rounded up: a countdown says 0:01 until it is over. */
export function countdown(ms: number): string {
  return clockTime(Math.ceil(Math.max(0, ms) / 1000) * 1000);
}

const dateAndTimeParts: Intl.DateTimeFormatOptions = {
  month: "short",
  day: "numeric",
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
};

/** Made once: making one takes as long as a whole row of a list. */
const dateAndTimeFormats: Readonly<Record<Language, Intl.DateTimeFormat>> = {
  ko: new Intl.DateTimeFormat("ko-KR", dateAndTimeParts),
  en: new Intl.DateTimeFormat("en-GB", dateAndTimeParts),
};

export function dateAndTime(atMs: number, language: Language): string {
  return dateAndTimeFormats[language].format(atMs);
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
