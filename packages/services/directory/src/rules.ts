import { isIP } from "node:net";
import { isTimeZone, type MinuteRange, type OpeningHours, weekdays } from "@jikimi/routing";
import type { Trunk } from "./types.ts";

export function isName(text: string): boolean {
  const length = [...text.trim()].length;
  return length >= 1 && length <= 80 && !/\p{Cc}/u.test(text);
}

export function isId(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(text);
}

export function isSipUsername(text: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,31}$/.test(text);
}

export function isRealm(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/.test(text);
}

export function isPassword(text: string, sipUsername: string): boolean {
  const length = [...text].length;
  return length >= 10 && length <= 128 && !/\p{Cc}/u.test(text) && !text.toLowerCase().includes(sipUsername);
}

/** The first thing wrong with opening hours, or null. */
export function wrongHours(hours: OpeningHours): string | null {
  if (!isTimeZone(hours.timeZone)) return `timeZone ${hours.timeZone}`;
  if (hours.lunch !== null && (!isRange(hours.lunch) || hours.lunch.to > 1440)) return "lunch";
  for (const weekday of weekdays) {
    if (!areRanges(hours.weekly[weekday])) return weekday;
  }
  const wrong = hours.exceptions.find(
    ({ date, open, title }) => !isDate(date) || !areRanges(open) || !isName(title.ko) || !isName(title.en),
  );
  return wrong === undefined ? null : wrong.date;
}

/** In minutes, none overlapping the one before. A range may reach into the next day (22:00–30:00). */
function areRanges(ranges: readonly MinuteRange[]): boolean {
  const sorted = [...ranges].sort((a, b) => a.from - b.from);
  return sorted.every((range, index) => isRange(range) && range.from >= (sorted[index - 1]?.to ?? 0));
}

function isRange({ from, to }: MinuteRange): boolean {
  return Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < 1440 && from < to && to <= 2880;
}

function isDate(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

export function isRingTimeout(milliseconds: number): boolean {
  return Number.isInteger(milliseconds) && milliseconds >= 5000 && milliseconds <= 120_000;
}

export function isQueueTimeout(milliseconds: number): boolean {
  return Number.isInteger(milliseconds) && milliseconds >= 10_000 && milliseconds <= 1_800_000;
}

/** An IP address or a network in CIDR form, with what `net.BlockList` needs of it; null when it is neither. */
export function readNetwork(text: string): { address: string; prefix: number; family: "ipv4" | "ipv6" } | null {
  const [address = "", prefixText, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes("%")) return null;
  const longest = version === 4 ? 32 : 128;
  if (prefixText !== undefined && !/^[0-9]{1,3}$/.test(prefixText)) return null;
  const prefix = prefixText === undefined ? longest : Number(prefixText);
  return prefix > longest ? null : { address, prefix, family: version === 4 ? "ipv4" : "ipv6" };
}

/** The first thing wrong with a trunk, or null. */
export function wrongTrunk(trunk: Omit<Trunk, "id" | "hasSecret">): string | null {
  if (!isHost(trunk.host)) return `host ${trunk.host}`;
  if (!Number.isInteger(trunk.port) || trunk.port < 1 || trunk.port > 65_535) return `port ${trunk.port}`;
  if (!Number.isInteger(trunk.priority) || trunk.priority < 0 || trunk.priority > 1000) {
    return `priority ${trunk.priority}`;
  }
  if (trunk.route.kind === "address") {
    if (trunk.route.sources.length === 0) return "sources";
    return trunk.route.sources.find((source) => readNetwork(source) === null) ?? null;
  }
  if (!/^[\x21-\x7e]{1,64}$/.test(trunk.route.username) || trunk.route.username.includes("@")) return "username";
  const { registrationIntervalMs } = trunk.route;
  const goodInterval = Number.isInteger(registrationIntervalMs) && registrationIntervalMs >= 60_000;
  return goodInterval && registrationIntervalMs <= 86_400_000 ? null : `interval ${registrationIntervalMs}`;
}

function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  return /^(?=.{1,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(
    text,
  );
}
