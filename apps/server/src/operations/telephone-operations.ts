import type { BrowserPhones, CallControl, Commanded, MediaCapabilities } from "@jikimi/calls";
import { echoUser, resumeHeader } from "@jikimi/calls";
import type { DirectoryView, Person } from "@jikimi/directory";
import type { OperationOutput, OperationRequest } from "@jikimi/http-api";
import type { Principal } from "@jikimi/identity";
import type { CallRecords } from "@jikimi/incidents";
import type { AgentId, CallId } from "@jikimi/kernel";
import type { HumanAction } from "@jikimi/protection";
import { formatPhoneNumber, type PhoneNumber } from "@jikimi/routing";
import { formatSipUri, sipUri } from "@jikimi/sip";
import { failure, OperationFailure } from "./operation-failure.ts";
import { refusalTexts } from "./refusal-texts.ts";

export type TelephoneDeps = {
  readonly directory: () => DirectoryView;
  readonly desk: CallControl["desk"];
  readonly pages: BrowserPhones;
  readonly records: Pick<CallRecords, "findCall">;
  readonly codecs: MediaCapabilities["codecs"];
  /** What stands after the @ of our people's addresses. */
  readonly host: string;
};

/** What an agent does with their telephone and the call that is on it. */
export function telephoneOperations(deps: TelephoneDeps) {
  const { desk } = deps;
  return {
    "desk.phone": ({ tab }: OperationRequest<"desk.phone">, who: Principal | null) =>
      phone(tab, personOf(who, deps), deps),
    "desk.takePhone": ({ tab }: OperationRequest<"desk.takePhone">, who: Principal | null) => {
      deps.pages.take(personOf(who, deps).id, tab);
      return {};
    },
    "desk.act": async ({ callId, action }: OperationRequest<"desk.act">, who: Principal | null) => {
      const { id } = personOf(who, deps);
      return taken(await desk.act(id, callId as CallId, actionOf(action)), callId, id, deps);
    },
    "desk.hold": async ({ callId, on }: OperationRequest<"desk.hold">, who: Principal | null) => {
      const { id } = personOf(who, deps);
      return taken(await desk.hold(id, callId as CallId, on), callId, id, deps);
    },
    "desk.record": async ({ callId, on }: OperationRequest<"desk.record">, who: Principal | null) => {
      const { id } = personOf(who, deps);
      return taken(await desk.record(id, callId as CallId, on), callId, id, deps);
    },
    "desk.transfer": async ({ callId, to, kind }: OperationRequest<"desk.transfer">, who: Principal | null) => {
      const { id } = personOf(who, deps);
      return taken(await desk.transfer(id, callId as CallId, { to, kind }), callId, id, deps);
    },
    "desk.finishTransfer": async ({ callId, how }: OperationRequest<"desk.finishTransfer">, who: Principal | null) => {
      const { id } = personOf(who, deps);
      return taken(await desk.finishTransfer(id, callId as CallId, how), callId, id, deps);
    },
  };
}

/** Only a person has a telephone. */
export function personOf(who: Principal | null, { directory }: { readonly directory: () => DirectoryView }): Person {
  const person = who?.kind === "person" ? directory().person(who.personId) : null;
  if (person === null || !person.active) throw failure("not-allowed");
  return person;
}

function phone(tab: string, person: Person, { directory, codecs, host }: TelephoneDeps): OperationOutput<"desk.phone"> {
  const department = person.departmentId === null ? null : directory().department(person.departmentId);
  const canDial = directory().outboundTrunks().length > 0;
  const shown = canDial ? (department?.displayNumber ?? null) : null;
  return {
    webSocketPath: `/sip?tab=${encodeURIComponent(tab)}`,
    addressOfRecord: formatSipUri(sipUri({ user: person.sipUsername, host })),
    displayName: person.displayName,
    numberShown: shown === null ? null : formatPhoneNumber(shown as PhoneNumber),
    codecs: [...codecs],
    echoAddress: formatSipUri(sipUri({ user: echoUser, host })),
    resumeHeader,
  };
}

function actionOf(action: OperationRequest<"desk.act">["action"]): HumanAction {
  switch (action.kind) {
    case "continue":
      return action.reason === undefined ? { kind: "continue" } : { kind: "continue", reason: action.reason };
    case "confirm":
      return action.offerId === undefined ? { kind: "confirm" } : { kind: "confirm", offerId: action.offerId };
    case "warn-now":
    case "end-now":
    case "extend":
    case "declare":
      return action;
  }
}

/** A refusal in the contract's words. */
async function taken(
  commanded: Commanded,
  callId: string,
  agentId: AgentId,
  { records }: Pick<TelephoneDeps, "records">,
): Promise<Record<string, never>> {
  if (commanded.kind === "done") return {};
  const { why } = commanded;
  if (why === "not-on-your-line") {
    const row = await records.findCall(callId as CallId);
    throw failure(row?.agentId === agentId ? "call-over" : "not-your-call");
  }
  if (why === "person-not-free" || why === "no-trunk") throw failure(why);
  throw new OperationFailure({ code: "action-refused", ...refusalTexts[why] });
}
