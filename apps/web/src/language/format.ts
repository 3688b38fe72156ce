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

const locales = { ko: "ko-KR", en: "en-GB" } as const;

export function dateAndTime(atMs: number, language: Language): string {
  return new Intl.DateTimeFormat(locales[language], {
    month: "short",
    day: "numeric",
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(atMs);
}

/** For what may be years ago. */
export function longDate(atMs: number, language: Language): string {
  return new Intl.DateTimeFormat(locales[language], { dateStyle: "long" }).format(atMs);
}

export function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
