import type { Text } from "../cli/text.ts";

/** What one look at the machine found, and, unless all is well, the way out. */
export type DoctorResult = {
  readonly id: string;
  readonly name: Text;
  readonly level: "ok" | "warn" | "fail";
  readonly found: Text;
  readonly wayOut: Text | null;
};

type Named = Pick<DoctorResult, "id" | "name">;

export function ok(named: Named, found: Text): DoctorResult {
  return { ...named, level: "ok", found, wayOut: null };
}

export function warn(named: Named, found: Text, wayOut: Text): DoctorResult {
  return { ...named, level: "warn", found, wayOut };
}

export function fail(named: Named, found: Text, wayOut: Text): DoctorResult {
  return { ...named, level: "fail", found, wayOut };
}

/** Bytes as people say them: `3.2 GB`, `512 MB`. */
export function sizeOf(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
