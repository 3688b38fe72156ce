import type { LegId } from "@jikimi/kernel";
import type { Dialog } from "@jikimi/sip";
import type { Call } from "./call.ts";
import type { CallDeps } from "./call-deps.ts";
import { nameOf, type Target } from "./reach.ts";

/**
 * The agent's place passes to somebody else, who is on the line already; the agent is let go. Recording and protection
 * go on with a colleague; with an outside number there is nobody of ours to protect, and listening stops.
 */
export async function handOver(
  call: Call,
  { target, legId, dialog }: { readonly target: Target; readonly legId: LegId; readonly dialog: Dialog },
  deps: CallDeps,
  watchNewAgent: () => void,
): Promise<void> {
  const { id: callId } = call;
  const from = call.leg("agent");
  const before = call.agentId;
  const agentId = target.kind === "agent" ? target.person.id : null;
  call.seat("agent", legId, dialog);
  call.assignAgent(agentId);
  call.agentLine?.handedOver();
  await call.conversation?.handOver();
  await deps.media.assignRecordingChannel({ callId, channel: "agent", legId });
  call.tell({ kind: "transferred", to: nameOf(target) }, { change: { agentId } });
  call.put({ kind: "event", event: { kind: "transferred", to: target.kind } });
  if (from !== null) {
    await deps.media.release({ callId, legId: from.legId });
    void from.dialog.bye({ reason: { protocol: "SIP", cause: 200, text: "transferred" } });
  }
  if (before !== null) deps.roster.callOver(before, callId);
  if (agentId === null) return deps.hearing.stop(call);
  deps.roster.talking(agentId, callId);
  watchNewAgent();
  await deps.hearing.listen(call);
}
