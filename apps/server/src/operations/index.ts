import type { Directory } from "@jikimi/directory";
import { type OperationName, type OperationOutput, type OperationRequest, operations } from "@jikimi/http-api";
import { type Accounts, type Identity, IdentityError, mayDo, type Principal, type Visit } from "@jikimi/identity";
import { ko } from "zod/locales";
import * as calls from "./call-operations.ts";
import { type DeskOperationDeps, deskOperations } from "./desk-operations.ts";
import * as directories from "./directory-operations.ts";
import { failure, granted, OperationFailure } from "./operation-failure.ts";
import { sessionOperations } from "./session-operations.ts";
import { openSetupSteps, type SetupDeps, setupOperations } from "./setup-operations.ts";
import { type TelephoneDeps, telephoneOperations } from "./telephone-operations.ts";
import { type TrialDeps, trialOperations } from "./trial-operations.ts";

export { OperationFailure } from "./operation-failure.ts";

export type OperationDeps = Omit<calls.CallOperationDeps, "actor"> & {
  readonly directory: Directory;
  readonly accounts: Accounts;
  readonly status: () => Promise<OperationOutput<"status">>;
  readonly recognizers: () => Promise<OperationOutput<"recognizers.list">>;
  /** Null where no server runs: nobody signs in. */
  readonly signIn: (Omit<SetupDeps, "directory" | "accounts"> & { readonly identity: Identity }) | null;
  /** Null where no server runs: nobody telephones or sits at a desk then. */
  readonly live: LiveDeps | null;
};

type LiveDeps = { readonly telephone: TelephoneDeps; readonly trial: TrialDeps; readonly desk: DeskOperationDeps };

const korean = ko();

/** What this server does not offer is not found. */
type Handlers = {
  [Name in OperationName]?: (
    request: OperationRequest<Name>,
    who: Principal | null,
    visit: Visit | null,
  ) => OperationOutput<Name> | Promise<OperationOutput<Name>>;
};

/** Every operation of the contract by its name; the same whether a server asks it of itself or a command asks it. */
export function operationsOf(
  deps: OperationDeps,
): (name: string, input: unknown, who: Principal | null, visit?: Visit | null) => Promise<unknown> {
  const { directory, accounts, signIn, live } = deps;
  const view = () => directory.view();
  const handlers: Handlers = {
    "calls.list": (request) => calls.listCalls(request, deps),
    "calls.show": (request, who) => calls.showCall(request, { ...deps, actor: actorOf(who, directory) }),
    "recordings.list": (request) => calls.listRecordings(request, deps),
    "recordings.export": (request, who) => {
      // A path on the server's machine is for who sits there.
      if (request.to !== undefined && who?.kind !== "command-line") throw failure("not-allowed", { field: "to" });
      return calls.exportRecording(request, { ...deps, actor: actorOf(who, directory) });
    },
    "incidents.list": (request) => calls.listIncidents(request, deps),
    "incidents.show": (request, who) => calls.showIncident(request, { ...deps, actor: actorOf(who, directory) }),
    "policy.list": () => directories.listPolicies(view()),
    "policy.show": (request) => directories.showPolicy(request, directory.view()),
    "policy.check": (request) => directories.checkPolicy(request),
    "users.add": (request) => directories.addUser(request, { directory, accounts }),
    "users.resetPassword": async ({ username, secondFactors }) => {
      const { madePassword } = granted(await (signIn?.identity ?? accounts).resetPassword(username, { secondFactors }));
      return { madePassword };
    },
    "users.list": () => ({ people: directories.plain(view().people) as OperationOutput<"users.list">["people"] }),
    "departments.add": (request) => directories.addDepartment(request, directory),
    "departments.set": (request) => directories.setDepartment(request, directory),
    "departments.list": () => ({
      departments: directories.plain(view().departments) as OperationOutput<"departments.list">["departments"],
    }),
    "numbers.add": (request) => directories.addNumber(request, directory),
    "numbers.set": (request) => directories.setNumber(request, directory),
    "numbers.list": () => ({
      numbers: directories.plain(view().numbers) as OperationOutput<"numbers.list">["numbers"],
    }),
    "trunks.add": (request) => directories.addTrunk(request, directory),
    "trunks.list": () => ({ trunks: directories.plain(view().trunks) as OperationOutput<"trunks.list">["trunks"] }),
    "recognizers.list": () => deps.recognizers(),
    status: () => deps.status(),
    ...(signIn === null ? {} : signInOperations({ ...signIn, directory, accounts })),
    ...(live === null ? {} : liveOperations(live)),
  };
  return async (name, input, who, visit = null) => {
    if (!Object.hasOwn(operations, name)) throw failure("not-found");
    const known = name as OperationName;
    const verdict = mayDo(operations[known].access, who);
    if (verdict !== "allowed") throw failure(verdict);
    const request = operations[known].input.safeParse(input);
    if (!request.success) throw invalidInput(known, input, request.error);
    const handler = handlers[known] as
      | ((request: unknown, who: Principal | null, visit: Visit | null) => unknown)
      | undefined;
    if (handler === undefined) throw failure("not-found");
    try {
      return await handler(request.data, who, visit);
    } catch (problem) {
      if (problem instanceof IdentityError) throw failure("store-unavailable", { cause: problem });
      throw problem;
    }
  };
}

function liveOperations({ telephone, trial, desk }: LiveDeps) {
  return { ...telephoneOperations(telephone), ...trialOperations(trial), ...deskOperations(desk) };
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

function signInOperations(deps: SetupDeps) {
  const { identity, directory } = deps;
  return {
    ...sessionOperations({ identity, directory, openSteps: () => openSetupSteps(deps) }),
    ...setupOperations(deps),
  };
}

/** How the record names who looked at something. */
function actorOf(who: Principal | null, directory: Directory): string {
  if (who === null) return "nobody";
  if (who.kind === "command-line") return "command line";
  return directory.view().person(who.personId)?.sipUsername ?? who.personId;
}
