import { type ExemptLine, exemptLineFor, type Policy } from "@jikimi/protection";
import { AgentLine } from "./agent-line.ts";
import type { Call } from "./call.ts";
import type { CallDeps } from "./call-deps.ts";
import { Conversation } from "./conversation.ts";
import { protectCall } from "./protect-call.ts";
import { watchAgentOffers } from "./renegotiation.ts";
import { watchTransfers } from "./transfer.ts";

/**
 * Caller and agent are connected: from here on both are heard and the call is protected, whoever placed it.
 * Resolves when the call has begun to end; protection itself runs on until the record is closed.
 */
export async function talk(
  call: Call,
  rule: { policy: Policy; otherNumber: string | null },
  deps: CallDeps,
): Promise<void> {
  const caller = call.leg("caller");
  const agent = call.leg("agent");
  if (caller === null || agent === null || call.ended.aborted) return;
  const exempt: ExemptLine | null = rule.otherNumber === null ? null : exemptLineFor(rule.policy, rule.otherNumber);

  const legIds = [caller.legId, agent.legId] as const;
  await deps.media.bridge({ callId: call.id, legIds });
  call.conversation = new Conversation(call, deps, legIds);
  if (deps.recordings.isOn(call.id)) {
    await deps.media.assignRecordingChannel({ callId: call.id, channel: "agent", legId: agent.legId });
  }
  call.beginTalking();
  call.tell(
    { kind: "bridged", agentId: call.agentId },
    {
      change: {
        state: "talking",
        bridgedAtMs: deps.clock.nowMs(),
        agentId: call.agentId,
        policyId: rule.policy.id,
        policyVersion: rule.policy.version,
        recognizer: call.recognizer,
      },
    },
  );
  call.put({ kind: "event", event: { kind: "bridged" } });
  call.protecting = protectCall(call, { policy: rule.policy, exempt }, deps).catch((cause: unknown) => {
    // Two people still talk: they are not cut off for a mistake of ours, but it is told.
    call.log.error({ cause }, "protection failed; the call goes on without it");
    call.tell({ kind: "fault", where: "protection", why: cause instanceof Error ? cause.message : String(cause) });
  });
  watchAgentOffers(call, deps);
  watchTransfers(call, deps);
  call.agentLine = AgentLine.watch(call, deps);
  await deps.hearing.listen(call);
  await ended(call.ended);
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
