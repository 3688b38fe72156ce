import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageFolders } from "./install.mjs";
import { languageOf } from "./language.mjs";
import { isSupported } from "./node-version.mjs";
import { Progress } from "./progress.mjs";
import { runCommand } from "./run-command.mjs";
import { addTallies, failureReports, lastLine, nothing, oneTest, runSteps } from "./steps.mjs";
import { readTally } from "./vitest-step.mjs";

test.for([
  [{ LANG: "ko_KR.UTF-8" }, "ko"],
  [{ LANG: "ko" }, "ko"],
  [{ LANG: "KO_kr" }, "ko"],
  [{ LANG: "en_US.UTF-8" }, "en"],
  [{ LANG: "C.UTF-8" }, "en"],
  [{ LANG: "" }, "en"],
  [{}, "en"],
  [{ LANG: "ko_KR.UTF-8", LC_ALL: "C" }, "en"],
  [{ LANG: "C", LC_ALL: "ko_KR.UTF-8" }, "ko"],
])("%o speaks %s", ([env, expected]) => {
  expect(languageOf(env)).toBe(expected);
});

test.for([
  ["18.20.8", false],
  ["20.18.3", false],
  ["20.19.0", true],
  ["20.20.2", true],
  ["22.1.0", true],
  ["24.0.0", true],
])("Node %s: supported %s", ([version, expected]) => {
  expect(isSupported(version)).toBe(expected);
});

describe("progress", () => {
  function watch(isTTY) {
    const written = [];
    let nowMs = 0;
    const progress = new Progress({ stream: { isTTY, write: (text) => written.push(text) }, now: () => nowMs });
    const at = (ms) => {
      nowMs = ms;
      progress.update((seconds) => `${seconds} s`);
    };
    return { at, progress, written };
  }

  test("on a terminal, one line is rewritten", () => {
    const { at, progress, written } = watch(true);
    at(500);
    at(1200);
    progress.finish("done");
    expect(written).toEqual(["\r\u001b[2K1 s", "\r\u001b[2K1 s", "\r\u001b[2Kdone\n"]);
  });

  test("in a log, a line comes every five seconds", () => {
    const { at, progress, written } = watch(false);
    for (let ms = 0; ms <= 11_000; ms += 500) at(ms);
    progress.finish("done");
    expect(written).toEqual(["5 s\n", "10 s\n", "done\n"]);
  });
});

describe("the last line", () => {
  test.for([
    [{ ...nothing, passed: 12 }, "12 passed, 0 failed"],
    [{ ...nothing, passed: 12, failed: 1 }, "12 passed, 1 failed"],
    [{ ...nothing, passed: 12, skipped: 3 }, "12 passed, 0 failed, 3 skipped"],
  ])("%j is %s", ([tally, expected]) => {
    expect(lastLine(tally)).toBe(expected);
  });

  test("counts every step, and a step that throws has failed", async () => {
    const said = [];
    const results = await runSteps(
      [
        { name: "good", run: async () => ({ tally: oneTest("good", true), report: "" }) },
        { name: "bad", run: async () => ({ tally: oneTest("bad", false), report: "because" }) },
        { name: "thrown", run: () => Promise.reject(new Error("broken step")) },
      ],
      { lanes: 2, say: (line) => said.push(line) },
    );
    const tally = addTallies(results.map((result) => result.tally));
    expect(lastLine(tally)).toBe("1 passed, 2 failed");
    expect(tally.failures).toEqual(["bad", "thrown"]);
    expect(failureReports(results)).toMatch(/because[\s\S]*broken step/);
    expect(said).toHaveLength(3);
  });
});

describe("what a vitest run amounts to", () => {
  const passed = { ...nothing, passed: 3 };
  test.for([
    { name: "all passed", tally: passed, code: 0, timedOut: false, failures: [] },
    {
      name: "a failed test is counted once",
      tally: { ...passed, failed: 1, failures: ["x"] },
      code: 1,
      timedOut: false,
      failures: ["x"],
    },
    { name: "no report", tally: undefined, code: 0, timedOut: false, failures: ["vitest p: no tests ran"] },
    { name: "no tests", tally: nothing, code: 0, timedOut: false, failures: ["vitest p: no tests ran"] },
    {
      name: "all skipped",
      tally: { ...nothing, skipped: 4 },
      code: 0,
      timedOut: false,
      failures: ["vitest p: no tests ran"],
    },
    {
      name: "all passed but a bad end",
      tally: passed,
      code: 1,
      timedOut: false,
      failures: ["vitest p: ended with code 1"],
    },
    { name: "out of time", tally: passed, code: 124, timedOut: true, failures: ["vitest p: not finished in time"] },
  ])("$name", async ({ tally, code, timedOut, failures }) => {
    const folder = await mkdtemp(join(tmpdir(), "jikimi-test-"));
    try {
      const tallyPath = join(folder, "tally.json");
      if (tally !== undefined) writeFileSync(tallyPath, JSON.stringify(tally));
      const read = readTally({ tallyPath, project: "p", code, timedOut });
      expect(read.failures).toEqual(failures);
      expect(read.failed).toBe(failures.length);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("a program that is run", () => {
  const node = (script, options) => runCommand(process.execPath, ["-e", script], options);

  test("gives its code and all it said, however much", async () => {
    const { code, stdout, output } = await node(
      "process.stdout.write('x'.repeat(1e6)); console.error('y'); process.exitCode = 3",
    );
    expect({ code, said: stdout.length, both: output.length }).toEqual({ code: 3, said: 1e6, both: 1e6 + 2 });
  });

  test("is ended with all it started when its time is over", async () => {
    const { code, timedOut, output } = await node(
      "const c = require('node:child_process').spawn('sleep', ['600'], { stdio: 'inherit' }); console.log(c.pid); process.on('SIGTERM', () => {})",
      { limitMs: 700 },
    );
    const grandchild = Number(output.split("\n")[0]);
    expect({ code, timedOut }).toEqual({ code: 124, timedOut: true });
    expect(() => process.kill(grandchild, 0)).toThrow("ESRCH");
  });

  test("that is not there ends with 127", async () => {
    expect((await runCommand("no-such-program-here", [])).code).toBe(127);
  });
});

test("what a machine installs leaves out other platforms, links, and development packages where not asked for", () => {
  const lock = {
    packages: {
      "": {},
      "packages/a": {},
      "node_modules/a": { link: true },
      "node_modules/b": { version: "1.0.0" },
      "node_modules/c": { version: "1.0.0", dev: true },
      "node_modules/d-linux": { version: "1.0.0", os: ["linux"], cpu: ["x64"] },
      "node_modules/d-mac": { version: "1.0.0", os: ["darwin"] },
      "node_modules/e": { version: "1.0.0", os: ["!win32"] },
      "node_modules/f": { version: "1.0.0", extraneous: true },
    },
  };
  const machine = { platform: "linux", arch: "x64" };
  expect(packageFolders(lock, "runtime", machine)).toEqual([
    "node_modules/b",
    "node_modules/d-linux",
    "node_modules/e",
  ]);
  expect(packageFolders(lock, "all", machine)).toContain("node_modules/c");
});
