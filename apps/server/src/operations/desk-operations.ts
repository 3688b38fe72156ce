import type { AgentRoster } from "@jikimi/calls";
import { type Desk, type DeskOutcome, dispositions, isDisposition } from "@jikimi/desk";
import type { Directory } from "@jikimi/directory";
import type { OperationOutput, OperationRequest } from "@jikimi/http-api";
import type { Principal } from "@jikimi/identity";
import { IncidentsError } from "@jikimi/incidents";
import type { AgentId, CallId, IncidentId } from "@jikimi/kernel";
import { failure } from "./operation-failure.ts";

export type DeskOperationDeps = {
  readonly desk: Desk;
  readonly roster: Pick<AgentRoster, "presence">;
  readonly directory: Directory;
  /** The host part of addresses that a page dials. */
  readonly sipHost: string;
};

const nothing = {};

export function setPresence(request: OperationRequest<"desk.presence">, who: Principal, { desk }: DeskOperationDeps) {
  return done(desk.setPresence(personOf(who), request));
}

export function requestHelp(
  { callId, note }: OperationRequest<"desk.requestHelp">,
  who: Principal,
  { desk }: DeskOperationDeps,
) {
  return done(desk.requestHelp(personOf(who), callId as CallId, note));
}

export function takeHelp({ requestId }: OperationRequest<"help.take">, who: Principal, { desk }: DeskOperationDeps) {
  return done(desk.takeHelp(personOf(who), requestId));
}

/** Who could be asked or given a call: everybody who is active but oneself. */
export function listColleagues(
  who: Principal,
  { directory, roster }: DeskOperationDeps,
): OperationOutput<"desk.colleagues"> {
  const me = personOf(who);
  const view = directory.view();
  return {
    colleagues: view.people
      .filter(({ id, active }) => active && id !== me)
      .map(({ id, sipUsername, displayName, departmentId }) => {
        const department = departmentId === null ? null : view.department(departmentId);
        const names = department === null ? null : { ...department.names };
        return { username: sipUsername, displayName, department: names, presence: roster.presence(id).kind };
      }),
  };
}

export async function saveWrapUp(
  { callId, disposition, note }: OperationRequest<"desk.saveWrapUp">,
  who: Principal,
  { desk }: DeskOperationDeps,
  { complete }: { complete: boolean },
) {
  if (disposition !== null && !isDisposition(disposition)) throw failure("invalid-input", { field: "disposition" });
  const written = { disposition, note };
  return done(await desk.saveWrapUp(personOf(who), callId as CallId, written, { complete }));
}

export function extendWrapUp(
  { callId }: OperationRequest<"desk.extendWrapUp">,
  who: Principal,
  { desk }: DeskOperationDeps,
) {
  return done(desk.extendWrapUp(personOf(who), callId as CallId));
}

export function listDispositions(): OperationOutput<"desk.dispositions"> {
  return { dispositions: dispositions.map(({ id, title }) => ({ id, title: { ...title } })) };
}

export async function listMyCalls(
  { only, before, limit }: OperationRequest<"desk.calls">,
  who: Principal,
  { desk }: DeskOperationDeps,
): Promise<OperationOutput<"desk.calls">> {
  const page = before === undefined ? {} : { startedBeforeMs: before };
  return { calls: [...(await desk.calls.list(personOf(who), { only, limit, ...page }))] };
}

export async function seenMissed(who: Principal, { desk }: DeskOperationDeps) {
  await desk.seenMissed(personOf(who));
  return nothing;
}

export async function showMyCall(
  { callId }: OperationRequest<"desk.call">,
  who: Principal,
  { desk }: DeskOperationDeps,
): Promise<OperationOutput<"desk.call">> {
  const shown = await desk.calls.show(personOf(who), callId as CallId);
  if (shown === null) throw failure("not-your-call");
  return shown;
}

/** What to dial instead of a number that the page is never told. */
export async function callBack(
  { callId }: OperationRequest<"desk.callBack">,
  who: Principal,
  { desk, sipHost }: DeskOperationDeps,
): Promise<OperationOutput<"desk.callBack">> {
  const me = personOf(who);
  if ((await desk.calls.find(me, callId as CallId)) === null) throw failure("not-your-call");
  if ((await desk.numberToCallBack(callId as CallId, me)) === null) throw failure("action-refused", { text: noNumber });
  return { target: `sip:callback-${callId}@${sipHost}` };
}

const noNumber = { ko: "상대방의 번호를 알 수 없습니다.", en: "The other party's number is not known." };

export async function commentIncident(
  { incidentId, comment }: OperationRequest<"desk.comment">,
  who: Principal,
  { desk }: DeskOperationDeps,
) {
  try {
    return done(await desk.comment(personOf(who), incidentId as IncidentId, comment));
  } catch (cause) {
    if (cause instanceof IncidentsError) throw failure("store-unavailable", { cause });
    throw cause;
  }
}

/** The desk is a person's: the command line has none. */
function personOf(who: Principal): AgentId {
  if (who.kind !== "person") throw failure("not-allowed");
  return who.personId;
}

function done(outcome: DeskOutcome): Record<string, never> {
  switch (outcome) {
    case "done":
      return nothing;
    case "not-resting":
      throw failure("action-refused", { text: notResting });
    case "no-extension-left":
      throw failure("action-refused", { text: noExtension });
    case "not-your-call":
    case "call-over":
    case "resting":
    case "help-unknown":
    case "incident-unknown":
      throw failure(outcome);
  }
}

const notResting = { ko: "보호휴식 중이 아닙니다.", en: "You are not in a protected rest." };
const noExtension = {
  ko: "후처리 시간을 더 늘릴 수 없습니다.",
  en: "The time to write up cannot be extended any more.",
};
