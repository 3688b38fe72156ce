import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@jikimi/kernel";
import { rounded } from "../result.ts";

const host = "127.0.0.1";
/** Beyond this after the last call was begun sipp gives up (64·T1 is 32 s). */
const patienceSeconds = 45;

export type SippCalls = {
  readonly made: number;
  readonly succeeded: number;
  /** Failed, or not ended when sipp gave up. */
  readonly lost: number;
  readonly retransmissions: number;
  /** Calls begun a second, over the whole run. */
  readonly rate: number;
  readonly exitCode: number;
};

/** sipp as the party that is called (its built-in `uas`), until disposed. */
export class SippCallee implements AsyncDisposable {
  readonly #child: ChildProcess;

  constructor({ port, folder }: { port: number; folder: string }) {
    this.#child = startSipp(["-sn", "uas", "-i", host, "-p", String(port), "-nostdin"], folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
    this.#child.kill("SIGKILL");
    await exited;
  }
}

/**
 * sipp as the party that calls (its built-in `uac`): INVITE, ACK, BYE after `holdMs`, at a steady rate. It never waits for
 * earlier calls before it begins another.
 */
export async function callBySipp(options: {
  readonly clock: Clock;
  readonly port: number;
  /** The number dialled. */
  readonly service: string;
  readonly callsPerSecond: number;
  readonly seconds: number;
  readonly holdMs: number;
  readonly folder: string;
  readonly name: string;
}): Promise<SippCalls> {
  const { clock, port, service, callsPerSecond, seconds, holdMs, folder, name } = options;
  const made = Math.round(callsPerSecond * seconds);
  const statistics = join(folder, `${name}.csv`);
  const startMs = clock.monotonicMs();
  const child = startSipp(
    [
      `${host}:${port}`,
      ...["-sn", "uac", "-s", service, "-i", host, "-nostdin"],
      ...["-r", String(callsPerSecond), "-m", String(made), "-l", String(made), "-d", String(holdMs)],
      ...["-trace_stat", "-stf", statistics, "-fd", "1"],
      ...["-timeout", `${Math.ceil(seconds) + patienceSeconds}s`, "-timeout_error"],
    ],
    folder,
  );
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? -1));
  });
  const counts = parseStatistics(await readFile(statistics, "latin1"));
  const lost = made - counts.succeeded;
  const elapsedSeconds = (clock.monotonicMs() - startMs) / 1000;
  return { made, lost, ...counts, rate: rounded(made / elapsedSeconds), exitCode };
}

/** sipp's statistics file: a header, then a line a period; the last line's cumulative (`C`) columns are the whole run. */
export function parseStatistics(csv: string): Pick<SippCalls, "succeeded" | "retransmissions"> {
  const lines = csv.trimEnd().split("\n");
  const header = (lines[0] ?? "").split(";");
  const last = (lines.at(-1) ?? "").split(";");
  const count = (name: string) => {
    const value = Number(last[header.indexOf(name)]);
    if (!Number.isInteger(value)) throw new Error(`sipp's statistics have no ${name}`);
    return value;
  };
  return { succeeded: count("SuccessfulCall(C)"), retransmissions: count("Retransmissions(C)") };
}

function startSipp(args: readonly string[], cwd: string): ChildProcess {
  return spawn("sipp", [...args], { cwd, stdio: "ignore" });
}
