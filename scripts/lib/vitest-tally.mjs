import { writeFileSync } from "node:fs";
import { relative } from "node:path";

/**
 * A vitest reporter that writes what happened to the file named in JIKIMI_TALLY. vitest's own JSON reporter says
 * neither why a test was skipped nor that something failed outside of any test.
 *
 * @public vitest loads it by its path.
 */
export default class TallyReporter {
  onTestRunEnd(testModules, unhandledErrors) {
    const tally = { passed: 0, failed: 0, skipped: 0, failures: [], skips: [] };
    const fail = (what) => {
      tally.failed += 1;
      tally.failures.push(what);
    };
    for (const testModule of testModules) {
      const file = relative(process.cwd(), testModule.moduleId);
      if (testModule.errors().length > 0) fail(`${file} (could not be run)`);
      for (const suite of testModule.children.allSuites()) {
        if (suite.errors().length > 0) fail(`${file} > ${suite.fullName} (its set-up failed)`);
      }
      for (const test of testModule.children.allTests()) {
        const { state, note } = test.result();
        const name = `${file} > ${test.fullName}`;
        if (state === "passed") tally.passed += 1;
        else if (state === "failed") fail(name);
        else if (state === "skipped") {
          tally.skipped += 1;
          tally.skips.push(`${name}: ${note ?? "no reason given"}`);
        } else fail(`${name} (never finished)`);
      }
    }
    for (const error of unhandledErrors) fail(`outside of any test: ${error.message ?? error}`);
    writeFileSync(process.env.JIKIMI_TALLY, JSON.stringify(tally));
  }
}
