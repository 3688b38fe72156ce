import type { ResourceScope } from "@jikimi/kernel";
import { findFreePort } from "../../free-port.ts";
import { type BenchWorld, profileArgv } from "../bench.ts";
import { BenchChild } from "../child.ts";
import { cpuTimeOf, spentBetween } from "../cpu-time.ts";
import { type Row, rounded } from "../result.ts";
import { B2bReport, type B2bRequest } from "./b2b-messages.ts";
import { callBySipp, SippCallee } from "./sipp-run.ts";

export const callsPerSecond = 200;
const host = "127.0.0.1";
const warmUpSeconds = 4;
/** Over UDP a transaction lives 64·T1 beyond its last message (timers H, J and L of RFC 3261): what that costs counts. */
const tailMs = 34_000;
const order = ["ours", "peer", "peer", "ours"] as const;

type Side = (typeof order)[number];

export type B2bComparison = {
  /** CPU in ms per call, the timers' tail included. */
  readonly perCallMs: Readonly<Record<Side, number>>;
  readonly rows: readonly Row[];
  readonly problems: readonly string[];
};

/** Two signalling-only back-to-back agents of the same shape under the same calls, by turns. */
export async function compareB2b(world: BenchWorld, scope: ResourceScope, folder: string): Promise<B2bComparison> {
  const { clock, seconds, signal } = world;
  const agents = {
    ours: await startAgent("our-b2b.ts", world, scope, { folder, execArgv: profileArgv(world) }),
    peer: await startAgent("peer-b2b.ts", world, scope, { folder, execArgv: [] }),
  };
  const call = (side: Side, name: string, forSeconds: number) =>
    callBySipp({
      clock,
      port: agents[side].port,
      service: "service",
      callsPerSecond,
      seconds: forSeconds,
      holdMs: 0,
      folder,
      name,
    });
  world.progress({ ko: "두 프로그램을 데웁니다 …", en: "warming both up …" });
  for (const side of ["ours", "peer"] as const) await call(side, `warm-${side}`, warmUpSeconds);
  await clock.sleep(tailMs, { signal });

  const rows: Row[] = [];
  const problems: string[] = [];
  const before = { ours: cpuTimeOf(agents.ours.child.pid), peer: cpuTimeOf(agents.peer.child.pid) };
  const made = { ours: 0, peer: 0 };
  for (const [turn, side] of order.entries()) {
    signal.throwIfAborted();
    world.progress({
      ko: `${turn + 1}/${order.length}: ${side}, 초당 ${callsPerSecond}통화, ${seconds}초`,
      en: `${turn + 1} of ${order.length}: ${side}, ${callsPerSecond} calls/s for ${seconds} s`,
    });
    const start = cpuTimeOf(agents[side].child.pid);
    const run = await call(side, `round-${turn}`, seconds);
    const spent = spentBetween(start, cpuTimeOf(agents[side].child.pid));
    const { heapMiB } = await agents[side].child.ask({ kind: "count" });
    made[side] += run.made;
    if (run.lost > 0 || run.exitCode !== 0) problems.push(`${side}: ${run.lost} of ${run.made} calls were lost`);
    rows.push({ agent: side, cpuMsPerCallMeanwhile: rounded(spent.totalMs / run.made), heapMiB, ...run });
  }
  world.progress({ ko: "늦게 끝나는 타이머까지 기다립니다 …", en: "waiting for the transactions' last timers …" });
  await clock.sleep(tailMs, { signal });
  const perCall = (side: Side) => spentBetween(before[side], cpuTimeOf(agents[side].child.pid)).totalMs / made[side];
  return { perCallMs: { ours: perCall("ours"), peer: perCall("peer") }, rows, problems };
}

async function startAgent(
  program: string,
  { clock, random }: BenchWorld,
  scope: ResourceScope,
  { folder, execArgv }: { folder: string; execArgv: readonly string[] },
) {
  const base = 21_000 + random.integer(6000);
  const own = await findFreePort(host, base, { udp: true });
  const uas = await findFreePort(host, base + 200, { udp: true });
  if (own === null || uas === null) throw new Error(`no free ports from ${base} on`);
  scope.use(new SippCallee({ port: uas.port, folder }));
  const child = scope.use(
    new BenchChild<B2bRequest, B2bReport>({
      entry: new URL(`./${program}`, import.meta.url),
      config: { port: own.port, uasPort: uas.port },
      execArgv,
      report: B2bReport,
      clock,
    }),
  );
  await child.ask({ kind: "count" });
  return { port: own.port, child };
}
