import { type IncomingRefer, parseSipUri } from "@jikimi/sip";
import type { Call } from "./call.ts";
import type { CallDeps } from "./call-deps.ts";
import { mapFailure } from "./failure-codes.ts";
import { handOver } from "./hand-over.ts";
import { findTarget, nameOf, reach, type Target } from "./reach.ts";
import { watchAgentOffers } from "./renegotiation.ts";

/** How long the new telephone rings before the agent gets the call back. */
export const transferRingTimeoutMs = 30_000;

/** An agent's telephone transfers by REFER (RFC 3515); a desk by its own operation. */
export function watchTransfers(call: Call, deps: CallDeps): void {
  call.leg("agent")?.dialog.onRefer((refer) => void transferByRefer(call, refer, deps));
}

async function transferByRefer(call: Call, refer: IncomingRefer, deps: CallDeps): Promise<void> {
  if (call.ended.aborted || !isFreeToTransfer(call)) return refer.reject(491, "Request Pending");
  const wanted = parseSipUri(refer.referTo.uri)?.user ?? null;
  if (wanted === null) return refer.reject(400);
  const target = findTarget(wanted, call, deps);
  if (target.kind !== "agent" && target.kind !== "outside") return refer.reject(target.kind === "no-trunk" ? 503 : 404);
  const progress = refer.accept();
  const claimed = target.kind === "outside" || deps.roster.claimPerson(target.person.id, call.id);
  const failed = claimed ? await transferBlind(call, target, deps) : notFree(call, target);
  if (failed === null) return void progress.report(200, "OK");
  const { status, reason } = mapFailure(
    failed.status === undefined ? { kind: "no-answer" } : { kind: "status", status: failed.status },
  );
  void progress.report(status, reason);
}

/** Nobody else is being rung or asked for this call. */
export function isFreeToTransfer(call: Call): boolean {
  return call.consultation === null && call.conversation?.isApart("transferring") === false;
}

/**
 * Blind transfer, to an outside number or a colleague who has been claimed: the caller hears ringing until the target answers; if nobody does, the agent has the call again.
 * Resolves with why it failed; null when it did not.
 */
export async function transferBlind(
  call: Call,
  target: Target,
  deps: CallDeps,
): Promise<{ readonly why: string; readonly status?: number } | null> {
  const { conversation } = call;
  if (conversation === null) return { why: "not-connected", status: 480 };
  const to = nameOf(target);
  call.tell({ kind: "transferring", to });
  await conversation.setApart("transferring", true);
  const signal = AbortSignal.any([call.ended, deps.clock.deadline(transferRingTimeoutMs)]);
  const reached = await reach(call, target, deps, { signal });
  if (reached.kind !== "answered") {
    const { why, status } = reached;
    call.tell({ kind: "transfer-failed", to, why });
    // Who referred the caller and hung up does not want the call back.
    if (call.leg("agent")?.gone && !call.agentLine?.isAway) call.finish({ by: "agent", reason: "hung-up" });
    await conversation.setApart("transferring", false);
    return { why, ...(status === undefined ? {} : { status }) };
  }
  if (call.ended.aborted) {
    await reached.dialog.bye();
    return { why: "call-over", status: 487 };
  }
  await handOver(call, { target, ...reached }, deps, () => watchNewAgent(call, deps));
  return null;
}

/** Told like a telephone that was busy. */
function notFree(call: Call, target: Target): { readonly why: string; readonly status: number } {
  const to = nameOf(target);
  call.tell({ kind: "transferring", to });
  call.tell({ kind: "transfer-failed", to, why: "busy" });
  return { why: "busy", status: 486 };
}

export function watchNewAgent(call: Call, deps: CallDeps): void {
  watchAgentOffers(call, deps);
  watchTransfers(call, deps);
}
