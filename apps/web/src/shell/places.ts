import type { Me } from "../app/session.ts";
import type { IconName } from "../components/icon.tsx";

type Role = Me["role"];

export const places = [
  { to: "/desk", name: "desk", icon: "headset", roles: ["agent", "supervisor", "administrator"] },
  { to: "/calls", name: "calls", icon: "list", roles: ["agent", "supervisor", "administrator"] },
  { to: "/help-requests", name: "help", icon: "hand", roles: ["supervisor", "administrator"] },
  { to: "/try", name: "try", icon: "flask", roles: ["agent", "supervisor", "administrator"] },
] as const satisfies readonly Place[];

export const officePlaces = [
  { to: "/office/people", name: "people", icon: "people", roles: ["administrator"] },
  { to: "/office/departments", name: "departments", icon: "building", roles: ["administrator"] },
  { to: "/office/numbers", name: "numbers", icon: "hash", roles: ["administrator"] },
  { to: "/office/lines", name: "lines", icon: "cable", roles: ["administrator"] },
  { to: "/office/protection", name: "protection", icon: "shield", roles: ["administrator"] },
] as const satisfies readonly Place[];

type Place = { readonly to: string; readonly name: string; readonly icon: IconName; readonly roles: readonly Role[] };
export type AnyPlace = (typeof places)[number] | (typeof officePlaces)[number];

/** What the menu shows; the server decides what is allowed. */
export function mayGo(place: AnyPlace, role: Role | undefined): boolean {
  return role !== undefined && (place.roles as readonly Role[]).includes(role);
}
