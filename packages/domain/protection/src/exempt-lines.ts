import type { ExemptLine, Policy } from "./policy.ts";

/**
 * Whether the other party's number, called or calling, is one that the policy leaves alone. Takes a number as it was
 * dialled or shown; an area code before a short number (02-119) or +82 makes no difference.
 */
export function exemptLineFor(policy: Policy, number: string): ExemptLine | null {
  const digits = number.replace(/^\+82/, "0").replace(/\D/g, "");
  return policy.exemptLines.find((line) => isSameLine(digits, line.number)) ?? null;
}

function isSameLine(digits: string, line: string): boolean {
  if (digits === line || digits === `0${line}`) return true;
  // Short numbers only: behind an area code a long one is somebody else's.
  return line.length <= 4 && digits.endsWith(line) && /^0(?:2|[3-6][0-9])$/.test(digits.slice(0, -line.length));
}
