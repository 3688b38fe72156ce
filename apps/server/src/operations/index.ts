import type { Directory } from "@jikimi/directory";
import { type OperationName, type OperationOutput, type OperationRequest, operations } from "@jikimi/http-api";
import { ko } from "zod/locales";
import * as calls from "./call-operations.ts";
import * as directories from "./directory-operations.ts";
import { failure, OperationFailure } from "./operation-failure.ts";

export { OperationFailure } from "./operation-failure.ts";

export type OperationDeps = calls.CallOperationDeps & {
  readonly directory: Directory;
  readonly status: () => Promise<OperationOutput<"status">>;
};

const korean = ko();

type Handlers = {
  [Name in OperationName]: (request: OperationRequest<Name>) => OperationOutput<Name> | Promise<OperationOutput<Name>>;
};

/** Every operation of the contract by its name; the same whether a server asks it of itself or a command asks it. */
export function operationsOf(deps: OperationDeps): (name: string, input: unknown) => Promise<unknown> {
  const { directory } = deps;
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
  };
  return async (name, input) => {
    if (!Object.hasOwn(operations, name)) throw failure("not-found");
    const known = name as OperationName;
    const request = operations[known].input.safeParse(input);
    if (!request.success) throw invalidInput(known, input, request.error);
    const handler = handlers[known] as (request: unknown) => unknown;
    return await handler(request.data);
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
