import type { CallRecords } from "@jikimi/incidents";
import type { AgentId, CallId } from "@jikimi/kernel";

/**
 * The other party's number of an earlier call that was this agent's: one they talked on, or one that rang them in vain.
 * Null for everybody else's, for practice, and where the number was withheld.
 */
export async function numberToCallBack(
  callId: CallId,
  agentId: AgentId,
  records: Pick<CallRecords, "findCall" | "listEvents">,
): Promise<string | null> {
  const call = await records.findCall(callId);
  if (call === null || call.simulated || call.callerNumber === null) return null;
  if (call.agentId === agentId) return call.callerNumber;
  const events = await records.listEvents(callId);
  const theirs = events.some(
    (event) => (event.kind === "ringing" || event.kind === "bridged") && event.agentId === agentId,
  );
  return theirs ? call.callerNumber : null;
}
