import type { Routing } from "@jikimi/calls";
import type { Department, DirectoryView } from "@jikimi/directory";
import type { EpochMs } from "@jikimi/kernel";
import { openingAt, parsePhoneNumber } from "@jikimi/routing";

/** Hours and numbers as `domain/routing` reads them, with the organisation's own settings. */
export function routingOf(directory: () => DirectoryView): Routing {
  return {
    isOpen(department: Department, nowMs: number): boolean {
      return department.hours === null || openingAt(department.hours, nowMs as EpochMs).kind === "open";
    },
    dialledNumber(keys: string): string | null {
      const parsed = parsePhoneNumber(keys);
      if (parsed.kind === "invalid") return null;
      const ours = directory().departmentOfNumber(parsed.number) !== null;
      return ours ? null : parsed.number;
    },
  };
}
