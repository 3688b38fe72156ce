import type { Json } from "./types.ts";

/**
 * One text for one value, whatever the order its keys were given in: keys sorted by UTF-16 code unit, no spaces,
 * numbers and strings as `JSON.stringify` writes them (RFC 8785 in all that journal events use).
 */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const object = value as { readonly [key: string]: Json };
  const members = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key] ?? null)}`);
  return `{${members.join(",")}}`;
}

/** What is left of a value after a trip through JSON; throws for what JSON cannot say (a cycle, a bigint). */
export function toJson(value: unknown): Json {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value) ?? "null") as Json);
}
