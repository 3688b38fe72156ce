// `npm test`: everything. Installs the libraries and the real peers, runs what `npm run check` runs and then the
// tests against real programs and whole instances. The last line is `N passed, N failed`.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { refuseOldNode } from "./lib/node-version.mjs";

refuseOldNode();
const [{ checkSteps }, { ensureInstalled }, { ensurePeers }, steps, { vitestStep }] = await Promise.all([
  import("./lib/check-steps.mjs"),
  import("./lib/install.mjs"),
  import("./lib/peers.mjs"),
  import("./lib/steps.mjs"),
  import("./lib/vitest-step.mjs"),
]);

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const startedAtMs = Date.now();
const tally = await runAll();
console.log("");
for (const skip of tally.skips) console.log(`skipped: ${shorten(skip)}`);
for (const failure of tally.failures) console.log(`failed: ${shorten(failure)}`);
console.log(`${Math.round((Date.now() - startedAtMs) / 1000)} s`);
console.log(steps.lastLine(tally));
process.exitCode = tally.failed === 0 ? 0 : 1;

async function runAll() {
  if (!(await ensureInstalled({ root, scope: "all" }))) return steps.oneTest("npm ci", false);
  const missing = await ensurePeers();
  if (missing.length > 0) {
    return steps.addTallies(missing.map((program) => steps.oneTest(`${program} is missing`, false)));
  }
  const tests = (project, minutes, live) => vitestStep({ root, project, live, limitMs: minutes * 60_000 });
  const quick = await steps.runSteps([tests("unit", 6, false), ...checkSteps(root)], { lanes: 2 });
  // One after the other: these measure sound and time on the wire, and must not starve each other.
  const real = await steps.runSteps([tests("pages", 10, false), tests("peers", 6, true), tests("system", 20, true)]);
  const all = [...quick, ...real];
  const failures = steps.failureReports(all);
  if (failures !== "") console.log(failures);
  return steps.addTallies(all.map((result) => result.tally));
}

/** A name made from a table's row may go on and on. */
function shorten(name) {
  return name.length > 200 ? `${name.slice(0, 199)}…` : name;
}
