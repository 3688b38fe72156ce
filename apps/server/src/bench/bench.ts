import { cpus, loadavg, totalmem } from "node:os";
import type { Clock, Random } from "@jikimi/kernel";
import type { Text } from "../cli/text.ts";
import type { Peer } from "./peers.ts";
import type { BenchResult } from "./result.ts";

/** One comparison that people run by hand; it takes minutes and wants the machine for itself. */
export type Bench = {
  readonly name: string;
  readonly title: Text;
  /** Checked before anything starts. */
  readonly peers: readonly Peer[];
  readonly defaultSeconds: number;
  run(world: BenchWorld): Promise<BenchResult>;
};

export type BenchWorld = {
  readonly root: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Length of one measurement. */
  readonly seconds: number;
  /** Where the process under test leaves a V8 CPU profile of itself; null: it runs as in earnest. */
  readonly profileFolder: string | null;
  progress(text: Text): void;
};

type Conditions = BenchResult["conditions"];

/** Call at the start; the function it returns is called at the end. */
export function watchConditions(world: BenchWorld): (facts: Pick<Conditions, "calls" | "notes">) => Conditions {
  const date = new Date(world.clock.nowMs()).toISOString();
  const before = oneMinuteLoad();
  return ({ calls, notes }) => ({
    machine: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    date,
    calls,
    seconds: world.seconds,
    load: { before, after: oneMinuteLoad() },
    notes: world.profileFolder === null ? notes : [...notes, "our process was being profiled, which costs CPU"],
  });
}

function oneMinuteLoad(): number {
  return Number((loadavg()[0] ?? 0).toFixed(2));
}

/** How Node is told to profile a child: V8 writes the profile when the process leaves. */
export function profileArgv({ profileFolder }: BenchWorld): readonly string[] {
  return profileFolder === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`];
}
