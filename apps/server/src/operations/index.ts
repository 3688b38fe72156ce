import type { Directory } from "@jikimi/directory";
import { type OperationName, type OperationOutput, type OperationRequest, operations } from "@jikimi/http-api";
import type { Principal } from "@jikimi/identity";
import { ko } from "zod/locales";
import * as calls from "./call-operations.ts";
import * as desks from "./desk-operations.ts";
import * as directories from "./directory-operations.ts";
import { failure, OperationFailure } from "./operation-failure.ts";
import { type TelephoneDeps, telephoneOperations } from "./telephone-operations.ts";
import { type TrialDeps, trialOperations } from "./trial-operations.ts";

export { OperationFailure } from "./operation-failure.ts";

export type OperationDeps = calls.CallOperationDeps & {
  readonly directory: Directory;
  readonly status: () => Promise<OperationOutput<"status">>;
  /** Null where no server runs: nobody telephones or sits at a desk then. */
  readonly live: {
    readonly telephone: TelephoneDeps;
    readonly trial: TrialDeps;
    readonly desk: desks.DeskOperationDeps;
  } | null;
};

const korean = ko();

/** What this server does not offer is not found. */
type Handlers = {
  [Name in OperationName]?: (
    request: OperationRequest<Name>,
    who: Principal,
  ) => OperationOutput<Name> | Promise<OperationOutput<Name>>;
};

/** Every operation of the contract by its name; the same whether a server asks it of itself or a command asks it. */
export function operationsOf(deps: OperationDeps): (name: string, input: unknown, who: Principal) => Promise<unknown> {
  const { directory, live } = deps;
  const view = () => directory.view();
  const handlers: Handlers = {
    "calls.list": (request) => calls.listCalls(request, deps),
    "calls.show": (request) => calls.showCall(request, deps),
    "recordings.list": (request) => calls.listRecordings(request, deps),
    "recordings.export": (request) => calls.exportRecording(request, deps),
    "incidents.list": (request) => calls.listIncidents(request, deps),
    "incidents.show": (request) => calls.showIncident(request, deps),
    "policy.list": () => directories.listPolicies(view()),
    "policy.show": (request) => directories.showPolicy(request, directory.view()),
    "policy.check": (request) => directories.checkPolicy(request),
    "users.add": (request) => directories.addUser(request, directory),
    "users.list": () => ({ people: directories.plain(view().people) as OperationOutput<"users.list">["people"] }),
    "departments.add": (request) => directories.addDepartment(request, directory),
    "departments.set": (request) => directories.setDepartment(request, directory),
    "departments.list": () => ({
      departments: directories.plain(view().departments) as OperationOutput<"departments.list">["departments"],
    }),
    "numbers.add": (request) => directories.addNumber(request, directory),
    "numbers.list": () => ({
      numbers: directories.plain(view().numbers) as OperationOutput<"numbers.list">["numbers"],
    }),
    "trunks.add": (request) => directories.addTrunk(request, directory),
    "trunks.list": () => ({ trunks: directories.plain(view().trunks) as OperationOutput<"trunks.list">["trunks"] }),
    status: () => deps.status(),
    ...(live === null
      ? {}
      : { ...telephoneOperations(live.telephone), ...trialOperations(live.trial), ...deskHandlers(live.desk) }),
  };
  return async (name, input, who) => {
    if (!Object.hasOwn(operations, name)) throw failure("not-found");
    const known = name as OperationName;
    const request = operations[known].input.safeParse(input);
    if (!request.success) throw invalidInput(known, input, request.error);
    const handler = handlers[known] as ((request: unknown, who: Principal) => unknown) | undefined;
    if (handler === undefined) throw failure("not-found");
    return await handler(request.data, who);
  };
}

function deskHandlers(deps: desks.DeskOperationDeps): Handlers {
  return {
    "desk.presence": (request, who) => desks.setPresence(request, who, deps),
    "desk.requestHelp": (request, who) => desks.requestHelp(request, who, deps),
    "desk.colleagues": (_request, who) => desks.listColleagues(who, deps),
    "desk.saveWrapUp": (request, who) => desks.saveWrapUp(request, who, deps, { complete: false }),
    "desk.completeWrapUp": (request, who) => desks.saveWrapUp(request, who, deps, { complete: true }),
    "desk.extendWrapUp": (request, who) => desks.extendWrapUp(request, who, deps),
    "desk.dispositions": () => desks.listDispositions(),
    "desk.calls": (request, who) => desks.listMyCalls(request, who, deps),
    "desk.seenMissed": (_request, who) => desks.seenMissed(who, deps),
    "desk.callBack": (request, who) => desks.callBack(request, who, deps),
    "desk.call": (request, who) => desks.showMyCall(request, who, deps),
    "desk.comment": (request, who) => desks.commentIncident(request, who, deps),
    "help.take": (request, who) => desks.takeHelp(request, who, deps),
  };
}

/** What is wrong with the first field that is, in both languages. */
function invalidInput(name: OperationName, input: unknown, cause: unknown): OperationFailure {
  const inEnglish = operations[name].input.safeParse(input).error?.issues[0];
  const inKorean = operations[name].input.safeParse(input, { error: korean.localeError }).error?.issues[0];
  const field = inEnglish?.path.join(".") ?? "";
  const error = failure("invalid-input", { cause, field }).error;
  const texts = {
    ko: `${error.ko} (${field}: ${inKorean?.message ?? ""})`,
    en: `${error.en} (${field}: ${inEnglish?.message ?? ""})`,
  };
  return new OperationFailure({ ...error, ...texts }, { cause });
}
