import { type Directory, installSample, type SampleDepartment, type SamplePassword } from "@jikimi/directory";
import type { Accounts } from "@jikimi/identity";
import { presets } from "@jikimi/protection";

/** Who is named as the author of the policies that came with the product. */
const author = "jikimi";

/** Puts the presets there as policies of version 1; those that are there stay as people edited them. */
export async function publishPresets(directory: Directory): Promise<void> {
  for (const policy of presets) {
    if (directory.view().policy(policy.id) !== null) continue;
    const outcome = await directory.publishPolicy({ id: policy.id, body: policy, author });
    if (outcome.kind === "refused") throw new Error(`the preset ${policy.id} was refused: ${outcome.problem.code}`);
  }
}

/**
 * The sample department for a trial, where nobody has set up anything yet, with accounts for its agents; the passwords
 * made are shown once.
 */
export async function installTrial(
  { directory, accounts }: { directory: Directory; accounts: Accounts },
  sample: SampleDepartment,
): Promise<readonly SamplePassword[] | null> {
  const passwords = await installSample(directory, sample);
  for (const { sipUsername, password } of passwords ?? []) {
    const person = directory.view().personByUsername(sipUsername);
    if (person !== null) await accounts.open(person, password);
  }
  return passwords;
}
