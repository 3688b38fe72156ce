import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ResourceScope } from "@jikimi/kernel";
import { type Bench, type BenchWorld, watchConditions } from "../bench.ts";
import { npmSip, sipp } from "../peers.ts";
import { type BenchResult, rounded } from "../result.ts";
import { callsPerSecond, compareB2b } from "./b2b-comparison.ts";
import { holdMs, loadWholeServer } from "./whole-server.ts";

export const sip: Bench = {
  name: "sip",
  title: {
    ko: `초당 ${callsPerSecond}통화를 맺고 끊는 CPU, npm의 sip과 견주어; 서버 전체가 잃는 통화`,
    en: `CPU of ${callsPerSecond} calls/s set up and torn down, against npm's sip; calls a whole server loses`,
  },
  peers: [sipp, npmSip],
  defaultSeconds: 15,
  run,
};

async function run(world: BenchWorld): Promise<BenchResult> {
  const conditions = watchConditions(world);
  const folder = await mkdtemp(join(tmpdir(), "jikimi-bench-"));
  await using outer = new ResourceScope();
  outer.defer(() => rm(folder, { recursive: true, force: true }));
  const compared = await comparison(world, folder);
  const whole = await loadWholeServer(world, { callsPerSecond, folder });
  const { ours, peer } = compared.perCallMs;
  const problems = [...compared.problems, ...whole.problems];
  return {
    name: "sip",
    ours: rounded(ours),
    peer: rounded(peer),
    ratio: rounded(ours / peer),
    unit: "ms of CPU per call",
    measured: {
      ours: "a signalling-only back-to-back agent on @jikimi/sip",
      peer: "the same on npm's sip 0.0.6, whose dialogs are kept by hand",
    },
    target: null,
    ok: problems.length === 0,
    problems,
    conditions: conditions({
      calls: Math.round(callsPerSecond * world.seconds),
      notes: [
        `sipp's uac at ${callsPerSecond} calls/s through the agent to sipp's uas, UDP, loopback; each call hung up at once`,
        "CPU time of the agent's process alone, user and system, until its last transaction's timers are over",
        `whole server (more.server): embedded database, recogniser demo, one media and one listen worker; each call ` +
          `answered, announced to, recorded and hung up by the caller after ${holdMs} ms; nobody is signed in`,
      ],
    }),
    rounds: [...compared.rows],
    more: { server: whole.figures },
  };
}

async function comparison(world: BenchWorld, folder: string) {
  await using scope = new ResourceScope();
  return await compareB2b(world, scope, folder);
}
