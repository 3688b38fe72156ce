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

type Asker = Principal | null;

/** What people do at their desk that is not the telephone's. */
export function deskOperations(deps: DeskOperationDeps) {
  const { desk } = deps;
  return {
    "desk.presence": (request: OperationRequest<"desk.presence">, who: Asker) =>
      done(desk.setPresence(personOf(who), request)),
    "desk.requestHelp": ({ callId, note }: OperationRequest<"desk.requestHelp">, who: Asker) =>
      done(desk.requestHelp(personOf(who), callId as CallId, note)),
    "help.take": ({ requestId }: OperationRequest<"help.take">, who: Asker) =>
      done(desk.takeHelp(personOf(who), requestId)),
    "desk.colleagues": (_: OperationRequest<"desk.colleagues">, who: Asker) => listColleagues(personOf(who), deps),
    "desk.saveWrapUp": (request: OperationRequest<"desk.saveWrapUp">, who: Asker) =>
      saveWrapUp(request, personOf(who), desk, { complete: false }),
    "desk.completeWrapUp": (request: OperationRequest<"desk.completeWrapUp">, who: Asker) =>
      saveWrapUp(request, personOf(who), desk, { complete: true }),
    "desk.extendWrapUp": ({ callId }: OperationRequest<"desk.extendWrapUp">, who: Asker) =>
      done(desk.extendWrapUp(personOf(who), callId as CallId)),
    "desk.dispositions": (): OperationOutput<"desk.dispositions"> => ({
      dispositions: dispositions.map(({ id, title }) => ({ id, title: { ...title } })),
    }),
    "desk.calls": async (
      { only, before, limit }: OperationRequest<"desk.calls">,
      who: Asker,
    ): Promise<OperationOutput<"desk.calls">> => {
      const page = before === undefined ? {} : { startedBeforeMs: before };
      return { calls: [...(await desk.calls.list(personOf(who), { only, limit, ...page }))] };
    },
    "desk.seenMissed": async (_: OperationRequest<"desk.seenMissed">, who: Asker) => {
      await desk.seenMissed(personOf(who));
      return {};
    },
    "desk.call": async (
      { callId }: OperationRequest<"desk.call">,
      who: Asker,
    ): Promise<OperationOutput<"desk.call">> => {
      const shown = await desk.calls.show(personOf(who), callId as CallId);
      if (shown === null) throw failure("not-your-call");
      return shown;
    },
    "desk.callBack": ({ callId }: OperationRequest<"desk.callBack">, who: Asker) =>
      callBack(callId as CallId, personOf(who), deps),
    "desk.comment": async ({ incidentId, comment }: OperationRequest<"desk.comment">, who: Asker) => {
      try {
        return done(await desk.comment(personOf(who), incidentId as IncidentId, comment));
      } catch (cause) {
        if (cause instanceof IncidentsError) throw failure("store-unavailable", { cause });
        throw cause;
      }
    },
  };
}

/** Who could be asked or given a call: everybody who is active but oneself. */
function listColleagues(me: AgentId, { directory, roster }: DeskOperationDeps): OperationOutput<"desk.colleagues"> {
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

async function saveWrapUp(
  { callId, disposition, note }: OperationRequest<"desk.saveWrapUp">,
  me: AgentId,
  desk: Desk,
  { complete }: { complete: boolean },
) {
  if (disposition !== null && !isDisposition(disposition)) throw failure("invalid-input", { field: "disposition" });
  return done(await desk.saveWrapUp(me, callId as CallId, { disposition, note }, { complete }));
}

/** What to dial instead of a number that the page is never told. */
async function callBack(
  callId: CallId,
  me: AgentId,
  { desk, sipHost }: DeskOperationDeps,
): Promise<OperationOutput<"desk.callBack">> {
  if ((await desk.calls.find(me, callId)) === null) throw failure("not-your-call");
  if ((await desk.numberToCallBack(callId, me)) === null) throw failure("action-refused", { text: noNumber });
  return { target: `sip:callback-${callId}@${sipHost}` };
}

const noNumber = { ko: "상대방의 번호를 알 수 없습니다.", en: "The other party's number is not known." };

/** The desk is a person's: the command line has none. */
function personOf(who: Asker): AgentId {
  if (who?.kind !== "person") throw failure("not-allowed");
  return who.personId;
}

function done(outcome: DeskOutcome): Record<string, never> {
  switch (outcome) {
    case "done":
      return {};
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
