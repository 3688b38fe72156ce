import type { Person } from "@jikimi/directory";
import type { AgentId, Cancellable } from "@jikimi/kernel";
import type { Policy } from "@jikimi/protection";
import type { IncomingInvite } from "@jikimi/sip";
import { announce, plainEvents, playNotice } from "./announce.ts";
import type { Call } from "./call.ts";
import type { CallDeps } from "./call-deps.ts";
import { mapFailure } from "./failure-codes.ts";
import type { AnnouncementName } from "./ports.ts";
import { watchCallerOffers } from "./renegotiation.ts";
import { type NotReached, ringAgent } from "./ring-agent.ts";
import { talk } from "./talk.ts";

/**
 * A citizen rings: answered at once, because an announcement that a carrier does not carry before the answer would
 * prove nothing; then the notice, then the free agent idle longest, then the next, then a polite end. Never silence.
 */
export async function runInboundCall(call: Call, invite: IncomingInvite, rule: Rule, deps: CallDeps): Promise<void> {
  if (!(await answerCaller(call, invite, deps))) return;
  const signal = call.ended;
  const callerLegId = call.leg("caller")?.legId;
  if (callerLegId === undefined) return;
  if (call.department.recordingMode === "all-call") await deps.recordings.start(call);

  if (rule.only === null && !deps.routing.isOpen(call.department, deps.clock.nowMs()))
    return sayAndEnd(call, "closed", deps);
  if (call.department.noticeBeforeConnection && !(await playNotice(call, [callerLegId], deps.sounds, { signal }))) {
    if (!signal.aborted) await sayAndEnd(call, "service-fault", deps);
    return;
  }

  const stopRingback = call.played.loop({ callId: call.id, legIds: [callerLegId], sound: deps.sounds.ringback });
  const connected = rule.only === null ? await findAgent(call, deps) : await findOne(call, rule.only, deps);
  stopRingback();
  if (signal.aborted) return;
  if (!connected) return sayAndEnd(call, "nobody-free", deps);
  await talk(call, rule, deps);
}

/** The policy in force when the call came, and the number that decides whether the line is exempt. */
type Rule = {
  readonly policy: Policy;
  readonly otherNumber: string | null;
  /** For practice: this person is rung and nobody else, at any hour. */
  readonly only: Person | null;
};

async function answerCaller(call: Call, invite: IncomingInvite, deps: CallDeps): Promise<boolean> {
  const legId = call.newLegId("caller");
  const { id: callId } = call;
  const ours =
    invite.offerSdp === null
      ? await deps.media.offer({ callId, legId })
      : await deps.media.answer({ callId, legId, offerSdp: invite.offerSdp });
  if (ours.kind !== "ok") {
    const failure = mapFailure({ kind: ours.kind === "unacceptable" ? "codec-mismatch" : "media-unavailable" });
    call.log.warn({ why: ours.why }, "the caller's offer could not be answered");
    invite.reject(failure.status, { reason: failure.reason });
    call.finish({ by: "jikimi", reason: "fault" });
    return false;
  }
  const answered = await invite.answer(ours.sdp);
  if (answered.kind !== "answered") {
    if (answered.kind === "no-ack") await answered.dialog.bye();
    call.finish({ by: "caller", reason: answered.kind === "no-ack" ? "connection-lost" : "cancelled" });
    return false;
  }
  if (invite.offerSdp === null) {
    const accepted =
      answered.remoteSdp === null
        ? { kind: "unacceptable" as const }
        : await deps.media.acceptAnswer({ callId, legId, answerSdp: answered.remoteSdp });
    if (accepted.kind !== "ok") {
      await answered.dialog.bye({ reason: { protocol: "SIP", cause: 488, text: "Not Acceptable Here" } });
      call.finish({ by: "jikimi", reason: "fault" });
      return false;
    }
  }
  call.seat("caller", legId, answered.dialog);
  watchCallerOffers(call, deps);
  return !call.ended.aborted;
}

/** Rings one agent after the other until somebody answers or the department's waiting time is over. */
async function findAgent(call: Call, deps: CallDeps): Promise<boolean> {
  const tried = new Set<AgentId>();
  const waitingOver = deps.clock.deadline(call.department.queueTimeoutMs);
  const signal = AbortSignal.any([call.ended, waitingOver]);
  while (!signal.aborted) {
    const person = deps.roster.claim(call.department.id, tried, call.id);
    if (person === null) {
      if (!deps.roster.anyoneOnDuty(call.department.id)) return false;
      await deps.roster.someoneFree(call.department.id, { signal }).catch(() => {});
      tried.clear();
      continue;
    }
    tried.add(person.id);
    if (await ringClaimed(call, person, deps, { signal })) return true;
  }
  return false;
}

async function findOne(call: Call, person: Person, deps: CallDeps): Promise<boolean> {
  if (!deps.roster.claimPerson(person.id, call.id)) return false;
  return ringClaimed(call, person, deps, { signal: call.ended });
}

/** True when they answered and have the call. */
async function ringClaimed(call: Call, person: Person, deps: CallDeps, { signal }: Cancellable): Promise<boolean> {
  call.tell({ kind: "ringing", agentId: person.id }, { change: { state: "ringing" } });
  const ringOver = deps.clock.deadline(call.department.ringTimeoutMs);
  const rung = await ringAgent(call, person, deps, { signal: AbortSignal.any([signal, ringOver]) });
  if (rung.kind === "answered") {
    call.assignAgent(person.id);
    call.seat("agent", rung.legId, rung.dialog);
    deps.roster.talking(person.id, call.id);
    return true;
  }
  const status = rung.status === undefined ? {} : { status: rung.status };
  call.tell({ kind: "not-reached", agentId: person.id, why: rung.why, ...status });
  deps.roster.ringStopped(person.id, call.id, stoppedBecause(rung.why, signal.aborted));
  return false;
}

/** A caller who gave up is no missed call of the agent's, nor is a page that reloads; a telephone that is not there is. */
function stoppedBecause(why: NotReached, callerGaveUp: boolean): "missed" | "declined" | "withdrawn" {
  if (callerGaveUp || why === "media-unavailable" || why === "page-gone") return "withdrawn";
  return why === "busy-or-refused" ? "declined" : "missed";
}

/** Says why nobody comes, to its end, and then ends. */
async function sayAndEnd(
  call: Call,
  name: AnnouncementName & ("closed" | "nobody-free" | "service-fault"),
  deps: CallDeps,
) {
  const legId = call.leg("caller")?.legId;
  const reason = name === "service-fault" ? "fault" : name;
  if (legId !== undefined) {
    await announce(call, { name, legIds: [legId], events: plainEvents(name) }, deps.sounds, { signal: call.ended });
  }
  call.finish({ by: "jikimi", reason });
}
