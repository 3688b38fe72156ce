// `npm run check`: format, types, lint, boundaries, unused, house rules and unit tests, in well under two minutes.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { refuseOldNode } from "./lib/node-version.mjs";

refuseOldNode();
const [{ checkSteps }, { ensureInstalled }, steps, { vitestStep }] = await Promise.all([
  import("./lib/check-steps.mjs"),
  import("./lib/install.mjs"),
  import("./lib/steps.mjs"),
  import("./lib/vitest-step.mjs"),
]);

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (!(await ensureInstalled({ root, scope: "all" }))) process.exit(1);

const startedAtMs = Date.now();
const results = await steps.runSteps(
  [vitestStep({ root, project: "unit", live: false, limitMs: 5 * 60_000 }), ...checkSteps(root)],
  { lanes: 2 },
);
const failures = steps.failureReports(results);
if (failures !== "") console.log(failures);
const tally = steps.addTallies(results.map((result) => result.tally));
console.log(`\n${Math.round((Date.now() - startedAtMs) / 1000)} s\n${steps.lastLine(tally)}`);
process.exitCode = tally.failed === 0 ? 0 : 1;
