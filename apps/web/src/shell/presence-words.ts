import type { PresenceView } from "@jikimi/live-events";
import type { IconName } from "../components/icon.tsx";

export type PresenceKind = PresenceView["kind"];

const kinds: readonly PresenceKind[] = ["offline", "ready", "ringing", "talking", "wrap-up", "away", "protected-rest"];

/** A colleague's state, where the contract gives plain text. */
export function presenceOf(value: string): PresenceKind {
  return kinds.find((kind) => kind === value) ?? "offline";
}

export const presenceIcons: Readonly<Record<PresenceKind, IconName>> = {
  offline: "wifiOff",
  ready: "check",
  ringing: "phoneIn",
  talking: "phone",
  "wrap-up": "pencil",
  away: "coffee",
  "protected-rest": "leaf",
};
