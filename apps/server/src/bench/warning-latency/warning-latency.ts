import { fileURLToPath } from "node:url";
import { ResourceScope } from "@jikimi/kernel";
import { readLines } from "../../demo/lines.ts";
import { type Bench, type BenchWorld, watchConditions } from "../bench.ts";
import { BenchChild } from "../child.ts";
import { type BenchResult, percentile, type Row, rounded } from "../result.ts";
import { CallCentre, steps } from "./call-centre.ts";
import { CallerReport, type CallerRequest } from "./caller-messages.ts";

const most = 10;
/** A call is warned at most so often: the tenth would end it. */
const batches = [
  { calls: 1, times: 8 },
  { calls: most, times: 3 },
  { calls: 1, times: 8 },
  { calls: most, times: 3 },
  { calls: 1, times: 8 },
  { calls: 1, times: 8 },
] as const;
const leastSamples = 20;
const recognizers = ["whisper-base-ko", "demo"] as const;
type Compared = (typeof recognizers)[number];
/** A line of a scene that `demo` understands, short enough to be judged once it has ended, as the other is. */
const demoLine = { scenario: "abusive-ended", order: 4 } as const;
const measureWithinMs = 300_000;

type Cell = { readonly samples: number; readonly missed: number; readonly p50: number; readonly p95: number };

type Steps = Readonly<Record<string, { readonly p50: number; readonly percent: number }>>;

type Measured = {
  readonly recognizer: Compared;
  readonly alone: Cell;
  readonly together: Cell;
  readonly rows: readonly Row[];
  /** By the number of calls: what each step took, p50, and its share of the whole way in percent. */
  readonly steps: { readonly alone: Steps; readonly together: Steps };
};

export const warningLatency: Bench = {
  name: "warning-latency",
  title: {
    ko: `말이 끝난 때부터 경고의 첫 RTP 패킷까지, ${most}통화를 한 통화와 견주어`,
    en: `from the end of a phrase to the warning's first RTP packet, ${most} calls at once against one`,
  },
  peers: [],
  defaultSeconds: 60,
  run,
};

async function run(world: BenchWorld): Promise<BenchResult> {
  const conditions = watchConditions(world);
  const phrases = await phrasesOf(world.root);
  const measured: Measured[] = [];
  for (const recognizer of recognizers) measured.push(await measure(world, recognizer, phrases[recognizer]));
  const [first] = measured;
  if (first === undefined) throw new Error("nothing was measured");
  const problems = measured.flatMap(problemsOf);
  return {
    name: "warning-latency",
    ours: first.together.p50,
    peer: first.alone.p50,
    ratio: rounded(first.together.p50 / first.alone.p50),
    unit: "ms (p50)",
    measured: {
      ours: `${first.recognizer}, ${most} calls at once`,
      peer: `${first.recognizer}, one call`,
    },
    target: null,
    ok: problems.length === 0,
    problems,
    conditions: conditions({
      calls: most,
      notes: [
        "from the packet with the phrase's last voiced sample to the warning's first packet, both at the caller's socket",
        "a synthetic line that the recogniser understands, of its own for each; callers at once speak at random times",
        "both lines are over before 2.4 s, when longer speech is judged before it ends: that would be a head start",
        "a policy for the bench: whatever is heard warns (every threshold 0.01, least confidence 0.1)",
        "a phrase that the recogniser did not understand is followed by no warning: counted as missed, in no time",
        "the pause that ends an utterance is part of the time; the warning is a tone of 0.8 s",
        `${batches.map(({ calls, times }) => `${calls} × ${times}`).join(", ")} phrases in this order; no fixed length`,
      ],
    }),
    rounds: measured.flatMap(({ rows }) => rows),
    more: Object.fromEntries(
      measured.map(({ recognizer, alone, together, steps: inside }) => [
        recognizer,
        { alone, together, ratio: rounded(together.p50 / alone.p50), steps: inside },
      ]),
    ),
  };
}

/**
 * Whisper understands almost nothing that espeak-ng says; this line it does (see README.md). The demo recogniser understands
 * nothing else.
 */
async function phrasesOf(root: string): Promise<Readonly<Record<Compared, string>>> {
  const { caller } = await readLines(root, demoLine.scenario);
  const demo = caller[demoLine.order];
  if (demo === undefined) throw new Error(`the scene ${demoLine.scenario} has no line ${demoLine.order}`);
  return { "whisper-base-ko": fileURLToPath(new URL("./whisper-line.wav", import.meta.url)), demo };
}

async function measure(world: BenchWorld, recognizer: Compared, phrasePath: string): Promise<Measured> {
  const { clock, signal } = world;
  await using scope = new ResourceScope();
  world.progress({ ko: `${recognizer}: 상담실을 엽니다 …`, en: `${recognizer}: opening a call centre …` });
  const centre = await CallCentre.open(world, scope, { recognizer, agents: most });
  const callers = scope.use(
    new BenchChild<CallerRequest, CallerReport>({
      entry: new URL("./caller-process.ts", import.meta.url),
      report: CallerReport,
      clock,
    }),
  );
  const rows: Row[] = [];
  const heard = new Map<number, { latencies: number[]; missed: number }>();
  for (const { calls, times } of batches) {
    signal.throwIfAborted();
    world.progress({ ko: `${recognizer}: ${calls}통화 × ${times}번`, en: `${recognizer}: ${calls} calls × ${times}` });
    const connected = centre.bridged(calls);
    await callers.ask({ kind: "ring", callers: calls, sipPort: centre.sipPort, number: centre.number });
    await connected;
    const report = await callers.ask({ kind: "measure", phrasePath, times }, { withinMs: measureWithinMs });
    await callers.ask({ kind: "hang-up" });
    if (report.kind !== "measured") throw new Error("the callers did not measure");
    const { latenciesMs, missed } = report;
    const cell = heard.get(calls) ?? { latencies: [], missed: 0 };
    heard.set(calls, { latencies: [...cell.latencies, ...latenciesMs], missed: cell.missed + missed });
    const row = cellOf(latenciesMs, missed);
    rows.push({ recognizer, calls, ...row });
    const told = `p50 ${row.p50} ms, p95 ${row.p95} ms`;
    world.progress({ ko: `  ${told}, 경고 없음 ${missed}번`, en: `  ${told}, ${missed} without a warning` });
  }
  const of = (calls: number) => {
    const cell = heard.get(calls) ?? { latencies: [], missed: 0 };
    return cellOf(cell.latencies, cell.missed);
  };
  const inside = { alone: stepsOf(centre, (calls) => calls === 1), together: stepsOf(centre, (calls) => calls > 1) };
  return { recognizer, alone: of(1), together: of(most), rows, steps: inside };
}

function stepsOf({ ways }: CallCentre, during: (calls: number) => boolean): Steps {
  const times = ways.filter(({ calls }) => during(calls)).map((way) => way.times);
  const sum = (name: (typeof steps)[number]) => times.reduce((total, one) => total + one[name], 0);
  const whole = steps.reduce((total, name) => total + sum(name), 0);
  return Object.fromEntries(
    steps.map((name) => [
      name,
      {
        p50: Math.round(
          percentile(
            times.map((one) => one[name]),
            0.5,
          ),
        ),
        percent: Math.round((100 * sum(name)) / Math.max(1, whole)),
      },
    ]),
  );
}

function cellOf(latencies: readonly number[], missed: number): Cell {
  const at = (share: number) => Math.round(percentile(latencies, share));
  return { samples: latencies.length, missed, p50: at(0.5), p95: at(0.95) };
}

function problemsOf({ recognizer, alone, together }: Measured): readonly string[] {
  const cells = [
    { name: "one call", ...alone },
    { name: `${most} calls`, ...together },
  ];
  return cells.flatMap(({ name, samples, missed }) => [
    ...(samples < leastSamples ? [`${recognizer}, ${name}: ${samples} samples, ${missed} phrases not understood`] : []),
  ]);
}
