import type { DirectoryView } from "@jikimi/directory";

/** The steps of the first run, in their order. */
const setupSteps = ["administrator", "organisation", "policy", "people"] as const;
export type SetupStep = (typeof setupSteps)[number];

/** What a person said about a step: `done` with it, or later. */
export interface SetupStore {
  done(): Promise<ReadonlySet<SetupStep>>;
  markDone(step: SetupStep): Promise<void>;
}

/** What came with the product, and is therefore nobody's choice yet. */
export type Sample = {
  readonly organisationName: string;
  readonly departmentId: string;
  readonly usernames: readonly string[];
};

/**
 * Which steps are still open. One is done when somebody said so on the page, or when what it is about was furnished
 * in another way (the command line): then there is nothing to ask.
 */
export function openSteps({
  view,
  sample,
  administratorMissing,
  done,
}: {
  view: DirectoryView;
  sample: Sample;
  administratorMissing: boolean;
  done: ReadonlySet<SetupStep>;
}): SetupStep[] {
  const { organisation, departments, people } = view;
  const furnished: Readonly<Record<SetupStep, boolean>> = {
    administrator: !administratorMissing,
    organisation: organisation !== null && organisation.names.en !== sample.organisationName,
    policy: departments.some(({ id }) => id !== sample.departmentId),
    people: people.some(({ role, sipUsername }) => role !== "administrator" && !sample.usernames.includes(sipUsername)),
  };
  return setupSteps.filter((step) => !furnished[step] && (step === "administrator" || !done.has(step)));
}
