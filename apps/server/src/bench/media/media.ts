import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ResourceScope } from "@jikimi/kernel";
import { createLog } from "@jikimi/telemetry";
import { type Bench, type BenchWorld, profileArgv, watchConditions } from "../bench.ts";
import { BenchChild } from "../child.ts";
import { cpuTimeOf, spentBetween } from "../cpu-time.ts";
import { rtpengine } from "../peers.ts";
import { type BenchResult, mean, type Row, rounded } from "../result.ts";
import { OurRelay } from "./our-relay.ts";
import type { RelayUnderTest } from "./relay-under-test.ts";
import { type LoadCount, LoadReport, type LoadRequest } from "./rtp-load-messages.ts";
import { RtpengineRelay } from "./rtpengine-relay.ts";

const calls = 50;
const warmUpMs = 4000;
const ratioAtMost = 1.2;
const leastRelayed = 0.999;
const frameSamples = 160;
/** Neither may always come first: the machine is not the same from one minute to the next. */
const order = ["ours", "peer", "peer", "ours", "ours", "peer"] as const;

type Round = {
  readonly relay: RelayUnderTest["name"];
  readonly percentPerCall: number;
  readonly row: Row;
  readonly problems: readonly string[];
};

export const media: Bench = {
  name: "media",
  title: {
    ko: `통화 ${calls}건을 잇고 듣고 암호화해 녹음하는 CPU, rtpengine과 견주어`,
    en: `CPU of relaying, tapping and recording ${calls} calls, against rtpengine`,
  },
  peers: [rtpengine],
  defaultSeconds: 15,
  run,
};

async function run(world: BenchWorld): Promise<BenchResult> {
  const { root, clock, random } = world;
  const conditions = watchConditions(world);
  await using scope = new ResourceScope();
  const folder = await mkdtemp(join(tmpdir(), "jikimi-bench-"));
  scope.defer(() => rm(folder, { recursive: true, force: true }));
  const log = createLog({ level: "warn", process: "bench" });
  world.progress({ ko: "미디어 워커와 rtpengine을 시작합니다 …", en: "starting a media worker and rtpengine …" });
  const relays = {
    ours: scope.use(await OurRelay.start({ root, clock, log, folder, execArgv: profileArgv(world) })),
    peer: scope.use(await RtpengineRelay.start({ clock, random, folder })),
  };

  const rounds: Round[] = [];
  for (const [turn, name] of order.entries()) {
    world.signal.throwIfAborted();
    world.progress({
      ko: `${turn + 1}/${order.length}: ${name}, ${world.seconds}초`,
      en: `${turn + 1} of ${order.length}: ${name}, ${world.seconds} s`,
    });
    rounds.push(await measure(relays[name], world));
  }
  const ours = meanOf(rounds, "ours");
  const peer = meanOf(rounds, "peer");
  const ratio = ours / peer;
  const problems = rounds.flatMap((round) => round.problems.map((problem) => `${round.relay}: ${problem}`));
  if (ratio > ratioAtMost) problems.push(`${rounded(ratio)} times the peer's CPU; at most ${ratioAtMost} was promised`);
  return {
    name: "media",
    ours: rounded(ours),
    peer: rounded(peer),
    ratio: rounded(ratio),
    unit: "% of one core per call",
    measured: {
      ours: "one media worker: relay, both taps as PCM over TCP, recording encrypted in blocks",
      peer: "rtpengine, userspace: relay, both taps as RTP (subscribe), recording in clear (pcap)",
    },
    target: { ratioAtMost },
    ok: problems.length === 0,
    problems,
    conditions: conditions({
      calls,
      notes: [
        "100 streams of 50 packets a second, PCMU, 20 ms, a group of 10 every 2 ms, loopback",
        "CPU time of the process under test alone, user and system, all its threads (/proc/PID/stat)",
        `${order.filter((one) => one === "ours").length} rounds each, in the order ${order.join(", ")}; ratio of the means`,
      ],
    }),
    rounds: rounds.map(({ row }) => row),
    more: {},
  };
}

async function measure(relay: RelayUnderTest, { clock, seconds, signal }: BenchWorld): Promise<Round> {
  await using load = new BenchChild<LoadRequest, LoadReport>({
    entry: new URL("./rtp-load.ts", import.meta.url),
    report: LoadReport,
    clock,
  });
  const opened = await load.ask({ kind: "open", streams: 2 * calls, sinks: relay.sinksFor(calls) });
  if (opened.kind !== "opened") throw new Error("the load did not open");
  await load.ask({ kind: "talk", targets: [...(await relay.setUp(calls, opened))] });
  await clock.sleep(warmUpMs, { signal });

  await load.ask({ kind: "measure" });
  const before = { relay: cpuTimeOf(relay.pid), load: cpuTimeOf(load.pid), atMs: clock.monotonicMs() };
  await clock.sleep(seconds * 1000, { signal });
  const spent = spentBetween(before.relay, cpuTimeOf(relay.pid));
  const loadSpent = spentBetween(before.load, cpuTimeOf(load.pid));
  const elapsedMs = clock.monotonicMs() - before.atMs;
  const counted = await load.ask({ kind: "stop" });
  if (counted.kind !== "counted") throw new Error("the load did not count");
  const recorded = await relay.tearDown();

  const percent = (ms: number) => (ms / elapsedMs) * 100;
  const percentPerCall = percent(spent.totalMs) / calls;
  return {
    relay: relay.name,
    percentPerCall,
    problems: [...recorded.problems, ...lossesOf(counted), ...tapLossesOf(counted, relay.sinksFor(calls))],
    row: {
      relay: relay.name,
      cpuPercentPerCall: rounded(percentPerCall),
      userPercent: rounded(percent(spent.userMs)),
      systemPercent: rounded(percent(spent.systemMs)),
      sent: counted.sent,
      lost: counted.sent - counted.received,
      throughMsP50: rounded(counted.throughMs.p50),
      throughMsP99: rounded(counted.throughMs.p99),
      tapped: counted.taps > 0 ? `${Math.round(counted.tapSamples / 8000)} s` : `${counted.sinkPackets} packets`,
      recordedKB: Math.round(recorded.bytes / 1000),
      loadCpuPercent: rounded(percent(loadSpent.totalMs)),
      loadWorstLateMs: rounded(counted.worstLateMs),
    },
  };
}

function lossesOf({ sent, received }: LoadCount): readonly string[] {
  return received >= leastRelayed * sent ? [] : [`only ${received} of ${sent} packets came through`];
}

/** Every party has to be heard, and all it says: as RTP where there are sinks for it, else as PCM over TCP. */
function tapLossesOf({ sent, sinkPackets, taps, tapSamples }: LoadCount, sinks: number): readonly string[] {
  if (sinks > 0)
    return sinkPackets >= leastRelayed * sent ? [] : [`only ${sinkPackets} of ${sent} packets were tapped`];
  const problems = taps === 2 * calls ? [] : [`${taps} taps came instead of ${2 * calls}`];
  const heard = tapSamples / frameSamples;
  if (heard < leastRelayed * sent) problems.push(`only ${Math.floor(heard)} of ${sent} packets were heard by the taps`);
  return problems;
}

function meanOf(rounds: readonly Round[], name: RelayUnderTest["name"]): number {
  return mean(rounds.filter(({ relay }) => relay === name).map(({ percentPerCall }) => percentPerCall));
}
