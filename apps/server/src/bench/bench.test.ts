import { ManualClock, SeededRandom } from "@jikimi/kernel";
import { expect, test } from "vitest";
import { type CommandWorld, runCommandLine } from "../cli/command.ts";
import { bench } from "../commands/bench.ts";
import { type Bench, watchConditions } from "./bench.ts";
import { benches } from "./index.ts";
import { requirePeers } from "./peers.ts";
import { renderResult } from "./render.ts";
import { BenchResult, percentile, rounded } from "./result.ts";

/** A result as a bench makes one, its conditions taken from this machine. */
function resultOf({ name }: Pick<Bench, "name">): BenchResult {
  const conditions = watchConditions({
    root: "/",
    clock: new ManualClock(),
    random: new SeededRandom(),
    signal: new AbortController().signal,
    seconds: 15,
    profileFolder: null,
    progress: () => {},
  });
  return {
    name,
    ours: 2,
    peer: 1,
    ratio: 2,
    unit: "ms",
    measured: { ours: "with five calls", peer: "with one" },
    target: { ratioAtMost: 1.2 },
    ok: false,
    problems: ["slower than promised"],
    conditions: conditions({ calls: 5, notes: ["loopback"] }),
    rounds: [{ relay: "ours", lost: 0 }],
    more: {},
  };
}

async function runBench(argv: readonly string[], env: CommandWorld["env"]) {
  const told = { out: "", err: "" };
  const code = await runCommandLine([bench], ["bench", ...argv], {
    language: "en",
    env,
    cwd: "/",
    clock: new ManualClock(),
    random: new SeededRandom(),
    root: "/",
    signal: new AbortController().signal,
    out: (text) => {
      told.out += text;
    },
    err: (text) => {
      told.err += text;
    },
    stdin: async function* () {},
  });
  return { code, ...told };
}

test("a result has its figures, its conditions and its rounds, and survives JSON", () => {
  const result = resultOf({ name: "media" });
  expect(BenchResult.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  expect(BenchResult.safeParse({ ...result, ratio: Number.NaN }).success).toBe(false);
  const { date: _, ...undated } = result.conditions;
  expect(BenchResult.safeParse({ ...result, conditions: undated }).success).toBe(false);
});

test.for(["en", "ko"] as const)("people read the same figures (%s)", (language) => {
  const shown = renderResult(resultOf({ name: "media" }), (text) => text[language]);
  for (const piece of ["with five calls", "slower than promised", "loopback", process.version])
    expect(shown).toContain(piece);
});

test("without a name the benches are listed with their peers", async () => {
  const { code, out } = await runBench(["--json"], {});
  expect(code).toBe(0);
  const names = (JSON.parse(out) as { name: string }[]).map(({ name }) => name);
  expect(names).toEqual(benches.map(({ name }) => name));
});

test("a peer that is missing makes the bench fail, and the way out names its package", async () => {
  const { code, out, err } = await runBench(["media", "--json"], { PATH: "" });
  expect(code).toBe(1);
  expect(out).toBe("");
  expect(JSON.parse(err)).toMatchObject({
    error: {
      code: "missing-peer",
      en: expect.stringContaining("rtpengine"),
      wayOut: { ko: "apt-get install rtpengine-daemon" },
    },
  });
});

test("a missing package of npm's is told as well", () => {
  expect(() => requirePeers([{ kind: "npm", name: "no-such-package-anywhere" }], {})).toThrow(
    "no-such-package-anywhere",
  );
  expect(() => requirePeers([{ kind: "npm", name: "zod" }], {})).not.toThrow();
});

test.for([
  { argv: ["nonsense"], told: "media" },
  { argv: ["media", "--seconds", "0"], told: "1 to 600" },
])("$argv is refused with what would do", async ({ argv, told }) => {
  const { code, err } = await runBench(argv, { PATH: process.env.PATH });
  expect(code).not.toBe(0);
  expect(err).toContain(told);
});

test("percentiles are by nearest rank; figures have three digits", () => {
  const values = [5, 1, 4, 2, 3];
  expect([0, 0.5, 0.95, 1].map((share) => percentile(values, share))).toEqual([1, 3, 5, 5]);
  expect(percentile([], 0.5)).toBeNaN();
  expect([0.123456, 1234.5].map(rounded)).toEqual([0.123, 1230]);
});
