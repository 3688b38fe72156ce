import { execFileSync } from "node:child_process";
import { type Bench, type BenchWorld, watchConditions } from "../bench.ts";
import { taskset } from "../peers.ts";
import { type BenchResult, mean, type Row, rounded } from "../result.ts";
import { listenToCalls, type ManyCalls } from "./many-calls.ts";
import { measureOverhead } from "./overhead.ts";
import { loadSpeech } from "./speech.ts";

const ROUNDS = 3;
const CALLS = [5, 10, 15, 20, 25, 30, 40] as const;
const PROMISED_CALLS = 20;
const MOST_OVERHEAD = 1.1;
const MOST_CPU = 0.08;
/** A caller's words wait for nobody else's; an agent's may. Beyond this they pile up. */
const MOST_LAG_MS = { caller: 3000, agent: 6000 } as const;
const BROKEN_LAG_MS = 10_000;

export const hear: Bench = {
  name: "hear",
  title: {
    ko: "인식기만 쓸 때와 견준 듣기 전체의 CPU, 한 코어에서 몇 통화까지 밀리지 않는지",
    en: "CPU of hearing as a whole against the bare recogniser, and how many calls one core hears without lag",
  },
  peers: [taskset],
  defaultSeconds: 60,
  run,
};

async function run(world: BenchWorld): Promise<BenchResult> {
  const conditions = watchConditions(world);
  const { what, clips } = await loadSpeech(world.root);
  const rows: Row[] = [];
  const overheads = [];
  for (let round = 1; round <= ROUNDS; round++) {
    world.signal.throwIfAborted();
    world.progress({ ko: `CPU ${round}/${ROUNDS}`, en: `CPU ${round}/${ROUNDS}` });
    for (const speaker of ["caller", "agent"] as const) {
      const { ours, bare, speechSeconds } = await measureOverhead(world, clips, speaker);
      overheads.push({ ours, bare });
      rows.push({ round, speaker, ours: rounded(ours), bare: rounded(bare), speechSeconds: Math.round(speechSeconds) });
    }
  }
  const curve: ManyCalls[] = [];
  const oneCore = boundToOneCore();
  try {
    for (const calls of CALLS) {
      world.signal.throwIfAborted();
      const row = await listenToCalls(world, clips, { calls, seconds: world.seconds });
      const told = `p50 ${row.callerP50Ms} ms, p95 ${row.callerP95Ms} ms`;
      world.progress({ ko: `${calls}통화: ${told}`, en: `${calls} calls: ${told}` });
      curve.push(row);
      rows.push({ ...row });
      if (row.callerP95Ms > BROKEN_LAG_MS || row.droppedFrames > 0) break;
    }
  } finally {
    oneCore();
  }
  const ours = mean(overheads.map((one) => one.ours));
  const bare = mean(overheads.map((one) => one.bare));
  const problems = problemsOf(ours, ours / bare, curve);
  return {
    name: "hear",
    ours: rounded(ours),
    peer: rounded(bare),
    ratio: rounded(ours / bare),
    unit: "CPU s per second of speech",
    measured: {
      ours: "voice detector, cutter, resampling, whisper-base-ko with word times and the second ear",
      peer: "the same pieces straight to the recogniser",
    },
    target: { ratioAtMost: MOST_OVERHEAD },
    ok: problems.length === 0,
    problems,
    conditions: conditions({
      calls: PROMISED_CALLS,
      notes: [
        `${clips.length} ${what} at 8 kHz, once as a caller's and once as an agent's, who is heard with less effort; figures are means of both`,
        "each call has two sides, each of which speaks for 40 % of the time; in real time, the process bound to one core",
        "what the recogniser has no room for is set aside, as it was measured to cost on that core: callersHeard, agentsHeard",
        "lag: from the end of what was said to its text, the pause that ends an utterance (608 ms) included",
      ],
    }),
    rounds: rows,
    more: { curve, callsWithoutLag: withoutLag(curve) },
  };
}

function problemsOf(cpu: number, ratio: number, curve: readonly ManyCalls[]): string[] {
  const problems: string[] = [];
  if (ratio > MOST_OVERHEAD) problems.push(`hearing costs ${ratio.toFixed(2)} times the bare recogniser`);
  if (cpu > MOST_CPU) problems.push(`a second of speech costs ${cpu.toFixed(3)} CPU s`);
  if (withoutLag(curve) < PROMISED_CALLS) problems.push(`lag grows above ${withoutLag(curve)} calls on one core`);
  return problems;
}

function withoutLag(curve: readonly ManyCalls[]): number {
  const fine = curve.filter(
    ({ calls, agentsHeard, callerP95Ms, agentP95Ms, droppedFrames }) =>
      agentsHeard === calls &&
      callerP95Ms <= MOST_LAG_MS.caller &&
      (agentP95Ms ?? 0) <= MOST_LAG_MS.agent &&
      droppedFrames === 0,
  );
  return Math.max(0, ...fine.map(({ calls }) => calls));
}

/** Every thread of this process on the first core from here on; the function it returns lets them go again. */
function boundToOneCore(): () => void {
  const bind = (cores: string) => execFileSync("taskset", ["-a", "-c", "-p", cores, String(process.pid)]);
  const before = execFileSync("taskset", ["-c", "-p", String(process.pid)], { encoding: "utf8" })
    .split(":")
    .at(-1)
    ?.trim();
  bind(before?.split(/[,-]/)[0] ?? "0");
  return () => bind(before ?? "0");
}
