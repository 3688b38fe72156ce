import { type Directory, installSample, type SamplePassword, sampleDepartment } from "@jikimi/directory";
import { defaultPolicy, presets } from "@jikimi/protection";

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

/** The sample department for a trial, where nobody has set up anything yet; the passwords made are shown once. */
export function installTrial(
  directory: Directory,
  { trunkPort }: { trunkPort: number },
): Promise<readonly SamplePassword[] | null> {
  return installSample(directory, sampleDepartment({ policyId: defaultPolicy.id, trunkPort }));
}
