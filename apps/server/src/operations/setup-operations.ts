import {
  type Directory,
  type Organisation,
  type SampleDepartment,
  type SamplePassword,
  sampleDepartment,
} from "@jikimi/directory";
import type { OperationOutput, OperationRequest } from "@jikimi/http-api";
import {
  type Accounts,
  type FirstAdministrator,
  type Identity,
  openSteps,
  type Principal,
  type SetupStep,
  type SetupStore,
  type Visit,
} from "@jikimi/identity";
import type { DepartmentId, PolicyId } from "@jikimi/kernel";
import { defaultPolicy, parsePolicy, presets } from "@jikimi/protection";
import { formatPhoneNumber, type PhoneNumber } from "@jikimi/routing";
import { accepted, failure, granted } from "./operation-failure.ts";
import { browser, told } from "./session-operations.ts";

export type SetupDeps = {
  readonly directory: Directory;
  readonly accounts: Accounts;
  readonly identity: Identity;
  readonly firstAdministrator: FirstAdministrator;
  readonly store: SetupStore;
  readonly sample: SampleDepartment;
  /** The passwords made when this server first started, while nobody has asked for them on the page. */
  readonly samplePasswords: () => readonly SamplePassword[] | null;
};

/** The first run: each step by itself, in any order after the first, and as often as one likes. */
export function setupOperations(deps: SetupDeps) {
  const { directory, identity, firstAdministrator, store } = deps;
  return {
    "setup.administrator": async (
      request: OperationRequest<"setup.administrator">,
      _who: Principal | null,
      visit: Visit | null,
    ) => {
      const person = granted(await firstAdministrator.create(browser(visit), request));
      return { me: told(await identity.enter(person, browser(visit))) };
    },
    "setup.organisation": async ({ names, language, timeZone }: OperationRequest<"setup.organisation">) => {
      const sipRealm = directory.view().organisation?.sipRealm ?? deps.sample.organisation.sipRealm;
      const spokenBefore = directory.view().organisation?.language ?? deps.sample.organisation.language;
      const organisation: Organisation = { names, language, timeZone, sipRealm };
      accepted(await directory.setOrganisation(organisation));
      // Who spoke the organisation's language goes on doing so; who chose another keeps it.
      for (const department of directory.view().departments) {
        if (department.language !== spokenBefore || spokenBefore === language) continue;
        accepted(await directory.changeDepartment(department.id, { language }));
      }
      await store.markDone("organisation");
      return {};
    },
    "setup.presets": (): OperationOutput<"setup.presets"> => listPresets(directory),
    "setup.policy": async ({ policyId, departmentId }: OperationRequest<"setup.policy">) => {
      const { departments } = directory.view();
      if (departmentId !== undefined && departments.every(({ id }) => id !== departmentId)) {
        throw failure("not-found", { field: "departmentId" });
      }
      for (const { id } of departments) {
        if (departmentId !== undefined && id !== departmentId) continue;
        accepted(await directory.changeDepartment(id, { policyId: policyId as PolicyId }));
      }
      await store.markDone("policy");
      return {};
    },
    "setup.sample": () => takeSample(deps),
    "setup.skipPeople": async () => {
      await store.markDone("people");
      return {};
    },
  };
}

/** What is still to be done, as the page asks for it. */
export async function openSetupSteps(
  deps: Pick<SetupDeps, "directory" | "firstAdministrator" | "store" | "sample">,
): Promise<SetupStep[]> {
  const { directory, firstAdministrator, store, sample } = deps;
  return openSteps({
    view: directory.view(),
    sample: {
      organisationName: sample.organisation.names.en,
      departmentId: sample.department.id,
      usernames: sample.people.map(({ sipUsername }) => sipUsername),
    },
    administratorMissing: await firstAdministrator.isMissing(),
    done: await store.done(),
  });
}

/** The sample as this product ships it. */
export function ourSample({ trunkPort }: { trunkPort: number }): SampleDepartment {
  return sampleDepartment({ policyId: defaultPolicy.id, trunkPort });
}

function listPresets(directory: Directory): OperationOutput<"setup.presets"> {
  const view = directory.view();
  const policyIds = new Set(view.departments.map(({ policyId }) => policyId));
  return {
    presets: presets.flatMap(({ id }) => {
      // As it is kept here: people may have edited it.
      const stored = view.policy(id);
      const parsed = stored === null ? null : parsePolicy(stored.body);
      if (stored === null || parsed?.kind !== "ok") return [];
      const { title, explanation, sources, decider } = parsed.policy;
      return [
        {
          id,
          version: stored.version,
          title: { ...title },
          explanation: { ...explanation },
          sources: sources.map((source) => ({ ...source })),
          decider,
        },
      ];
    }),
    chosen: policyIds.size === 1 ? ([...policyIds][0] ?? null) : null,
  };
}

/**
 * Takes the sample department as it is, or puts back what is missing of it. The passwords are those that the server
 * printed at its first start; later ones are made anew, and the old ones are good for nothing from then on.
 */
async function takeSample(deps: SetupDeps): Promise<OperationOutput<"setup.sample">> {
  const { directory, accounts, identity, sample, store } = deps;
  const departmentId = sample.department.id as DepartmentId;
  if (directory.view().department(departmentId) === null) accepted(await directory.addDepartment(sample.department));
  if (directory.view().departmentOfNumber(sample.number) === null) {
    accepted(await directory.addNumber(sample.number, departmentId));
  }
  const agents: OperationOutput<"setup.sample">["agents"] = [];
  for (const one of sample.people) {
    const { sipUsername, displayName } = one;
    const printed = deps.samplePasswords()?.find((made) => made.sipUsername === sipUsername)?.password;
    let password = printed;
    const there = directory.view().personByUsername(sipUsername);
    if (there === null) {
      const added = accepted(await directory.addPerson({ ...one, departmentId }));
      password = added.madePassword ?? "";
      await accounts.open(added.person, password);
    } else if (password === undefined) {
      password = accepted(await directory.changePassword(sipUsername)) ?? "";
      await accounts.open(there, password);
      await identity.signOutEverywhere(there.id);
    }
    agents.push({ username: sipUsername, displayName: there?.displayName ?? displayName, password: password ?? "" });
  }
  await store.markDone("people");
  return { agents, number: formatPhoneNumber(sample.number as PhoneNumber) };
}
