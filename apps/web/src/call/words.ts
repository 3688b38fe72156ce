import type { CallView, ProtectionView } from "@jikimi/live-events";

export type AbuseLabel = NonNullable<ProtectionView["band"]>["heard"][number]["label"];

const labels = ["profanity", "insult", "threat", "sexual_harassment", "discrimination"] as const;

/** A label from a stored line, where the contract gives plain text. */
export function isLabel(value: string): value is AbuseLabel {
  return (labels as readonly string[]).includes(value);
}

const signals = ["shouting", "fast", "interrupting"] as const;

/** Likewise. */
export function isSignal(value: string): value is (typeof signals)[number] {
  return (signals as readonly string[]).includes(value);
}

const endReasons = [
  "hung-up",
  "cancelled",
  "protection",
  "long-call",
  "agent-ended",
  "nobody-free",
  "closed",
  "not-reached",
  "transferred-away",
  "no-audio",
  "media-lost",
  "connection-lost",
  "shutting-down",
  "fault",
] as const;

export type Ending = Exclude<(typeof endReasons)[number], "hung-up"> | "caller-hung-up" | "agent-hung-up" | "other";

/** How a call that is over ended, as a key of the texts. */
export function endingOf(reason: string | null, endedBy: CallView["endedBy"] = null): Ending {
  const known = endReasons.find((name) => name === reason) ?? null;
  if (known !== "hung-up") return known ?? "other";
  if (endedBy === "caller") return "caller-hung-up";
  return endedBy === "agent" ? "agent-hung-up" : "other";
}
