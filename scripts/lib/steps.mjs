/**
 * @typedef {{ passed: number, failed: number, skipped: number, failures: string[], skips: string[] }} Tally
 * @typedef {{ name: string, run: () => Promise<{ tally: Tally, report: string }> }} Step
 * @typedef {{ name: string, tally: Tally, report: string, elapsedMs: number }} StepResult
 */

export const nothing = { passed: 0, failed: 0, skipped: 0, failures: [], skips: [] };

/** A step that either holds or does not counts as one test. */
export function oneTest(name, ok) {
  return ok ? { ...nothing, passed: 1 } : { ...nothing, failed: 1, failures: [name] };
}

export function addTallies(tallies) {
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.reduce((sum, { failed }) => sum + failed, 0),
    skipped: tallies.reduce((sum, { skipped }) => sum + skipped, 0),
    failures: tallies.flatMap(({ failures }) => failures),
    skips: tallies.flatMap(({ skips }) => skips),
  };
}

/** The last line of a run, exactly `N passed, N failed`, with what was skipped behind it. */
export function lastLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * Runs steps, `lanes` at a time, in the order given, and says as each one ends how it went.
 * A step that throws has failed; the others still run.
 *
 * @param {readonly Step[]} steps
 * @returns {Promise<StepResult[]>} in the order given
 */
export async function runSteps(steps, { lanes = 1, say = (line) => console.log(line) } = {}) {
  const results = new Array(steps.length);
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < steps.length; index = next++) {
      const { name, run } = steps[index];
      const startedAtMs = Date.now();
      const { tally, report } = await run().catch((failure) => ({
        tally: oneTest(name, false),
        report: String(failure?.stack ?? failure),
      }));
      const elapsedMs = Date.now() - startedAtMs;
      results[index] = { name, tally, report, elapsedMs };
      say(describe(results[index]));
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, lanes) }, lane));
  return results;
}

function describe({ name, tally, elapsedMs }) {
  const mark = tally.failed > 0 ? "✘" : "✔";
  const counts = tally.passed + tally.failed + tally.skipped > 1 ? `  ${lastLine(tally)}` : "";
  return `${mark} ${name.padEnd(18)}${(elapsedMs / 1000).toFixed(1).padStart(6)} s${counts}`;
}

/** What every failed step said, one after the other. */
export function failureReports(results) {
  return results
    .filter(({ tally }) => tally.failed > 0)
    .map(({ name, report }) => `\n── ${name} ${"─".repeat(Math.max(0, 100 - name.length))}\n${report.trimEnd()}`)
    .join("\n");
}
