import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "./run-command.mjs";
import { addTallies, nothing, oneTest } from "./steps.mjs";

/**
 * One vitest project as a step. A run that crashes, hangs, finds no tests or ends badly although every test passed
 * counts as a failure of its own.
 *
 * @param {{ root: string, project: string, live: boolean, limitMs: number }} options `live` shows what vitest says as it says it
 */
export function vitestStep({ root, project, live, limitMs }) {
  return {
    name: `tests: ${project}`,
    async run() {
      const folder = mkdtempSync(join(tmpdir(), "jikimi-tally-"));
      try {
        const tallyPath = join(folder, "tally.json");
        const { code, output, timedOut } = await runCommand(
          join(root, "node_modules", ".bin", "vitest"),
          [
            "run",
            "--project",
            project,
            "--reporter=default",
            `--reporter=${join(root, "scripts/lib/vitest-tally.mjs")}`,
          ],
          {
            cwd: root,
            env: { ...process.env, JIKIMI_TALLY: tallyPath },
            limitMs,
            ...(live ? { onOutput: (text) => process.stdout.write(text) } : {}),
          },
        );
        return { tally: readTally({ tallyPath, project, code, timedOut }), report: live ? "(shown above)" : output };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

export function readTally({ tallyPath, project, code, timedOut }) {
  let tally = nothing;
  try {
    tally = JSON.parse(readFileSync(tallyPath, "utf8"));
  } catch {
    // vitest did not get as far as reporting: the checks below say so.
  }
  if (timedOut) return addTallies([tally, oneTest(`vitest ${project}: not finished in time`, false)]);
  if (tally.passed + tally.failed === 0) return addTallies([tally, oneTest(`vitest ${project}: no tests ran`, false)]);
  if (code !== 0 && tally.failed === 0) {
    return addTallies([tally, oneTest(`vitest ${project}: ended with code ${code}`, false)]);
  }
  return tally;
}
