import { type Directory, installSample, sampleDepartment } from "@jikimi/directory";
import type { DepartmentId } from "@jikimi/kernel";
import { expect, test } from "vitest";
import { openHouse } from "../testing/house.ts";
import { openSteps, type SetupStep } from "./setup-steps.ts";

const trial = sampleDepartment({ policyId: "default", trunkPort: 9 });
const sample = {
  organisationName: trial.organisation.names.en,
  departmentId: trial.department.id,
  usernames: trial.people.map(({ sipUsername }) => sipUsername),
};

async function atFirstStart(): Promise<Directory> {
  const { directory } = await openHouse();
  await directory.publishPolicy({ id: "default", body: {}, author: "jikimi" });
  await directory.setOrganisation(trial.organisation);
  await installSample(directory, trial);
  return directory;
}

const all = ["administrator", "organisation", "policy", "people"];

test.for<{
  after: string;
  done?: SetupStep[];
  missing?: boolean;
  change?: (d: Directory) => Promise<unknown>;
  open: string[];
}>([
  { after: "the first start", open: all },
  { after: "making the administrator", missing: false, open: all.slice(1) },
  { after: "saying so of the others first", done: ["organisation", "policy", "people"], open: ["administrator"] },
  {
    after: "losing the last administrator",
    done: ["administrator", "organisation", "policy", "people"],
    open: ["administrator"],
  },
  {
    after: "naming the organisation on the command line",
    change: (directory) => directory.setOrganisation({ ...trial.organisation, names: { ko: "중구청", en: "Jung-gu" } }),
    open: ["administrator", "policy", "people"],
  },
  {
    after: "adding a department of one's own",
    change: (directory) => directory.addDepartment({ ...trial.department, id: "tax" }),
    open: ["administrator", "organisation", "people"],
  },
  {
    after: "adding a person of one's own",
    change: (directory) =>
      directory.addPerson({
        sipUsername: "kim",
        displayName: "김",
        role: "agent",
        departmentId: "civil-affairs" as DepartmentId,
      }),
    open: ["administrator", "organisation", "policy"],
  },
  {
    after: "adding another administrator only",
    change: (directory) =>
      directory.addPerson({ sipUsername: "boss", displayName: "장", role: "administrator", departmentId: null }),
    open: all,
  },
])("after $after, open are $open", async ({ done = [], missing = true, change, open }) => {
  const directory = await atFirstStart();
  await change?.(directory);
  const steps = openSteps({ view: directory.view(), sample, administratorMissing: missing, done: new Set(done) });
  expect(steps).toEqual(open);
});
