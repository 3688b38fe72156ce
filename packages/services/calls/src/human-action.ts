import type { HumanAction, RefusalReason } from "@jikimi/protection";
import type { Call } from "./call.ts";

/** A person's action on a call, told and put before the decision; a supervisor's override comes the same way. */
export function act(
  call: Call,
  by: "agent" | "supervisor",
  action: HumanAction,
  decided?: (refusal: RefusalReason | null) => void,
): void {
  call.tell({ kind: "action", by, action });
  const event = { kind: "action", by, action } as const;
  call.put({ kind: "event", event, ...(decided === undefined ? {} : { decided }) });
}
