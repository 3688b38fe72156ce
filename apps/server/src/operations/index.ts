import type { Directory } from "@jikimi/directory";
import { type OperationName, type OperationOutput, type OperationRequest, operations } from "@jikimi/http-api";
import type { Principal } from "@jikimi/identity";
import * as calls from "./call-operations.ts";
import * as desks from "./desk-operations.ts";
import * as directories from "./directory-operations.ts";
import { failure, OperationFailure } from "./operation-failure.ts";

export { OperationFailure } from "./operation-failure.ts";

export type OperationDeps = calls.CallOperationDeps & {
  readonly directory: Directory;
  readonly status: () => Promise<OperationOutput<"status">>;
  /** Null where no server runs: nobody sits at a desk then. */
  readonly desk: desks.DeskOperationDeps | null;
};

/** An operation that nothing here handles is not found. */
type Handlers = {
  [Name in OperationName]?: (
    request: OperationRequest<Name>,
    who: Principal,
  ) => OperationOutput<Name> | Promise<OperationOutput<Name>>;
};

/** Every operation of the contract by its name; the same whether a server asks it of itself or a command asks it. */
export function operationsOf(deps: OperationDeps): (name: string, input: unknown, who: Principal) => Promise<unknown> {
  const { directory, desk } = deps;
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
    ...(desk === null ? {} : deskHandlers(desk)),
  };
  return async (name, input, who) => {
    if (!Object.hasOwn(operations, name)) throw failure("not-found");
    const known = name as OperationName;
    const request = operations[known].input.safeParse(input);
    if (!request.success) {
      const [issue] = request.error.issues;
      const field = issue?.path.join(".") ?? "";
      const error = failure("invalid-input", { cause: request.error, field }).error;
      const what = `${field}: ${issue?.message ?? ""}`;
      throw new OperationFailure({ ...error, ko: `${error.ko} (${what})`, en: `${error.en} (${what})` });
    }
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
