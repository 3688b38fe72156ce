import type { BenchWorld } from "../bench.ts";
import { profileArgv } from "../bench.ts";
import { BenchChild } from "../child.ts";
import { cpuTimeOf, spentBetween } from "../cpu-time.ts";
import { rounded } from "../result.ts";
import { ServerReport, type ServerRequest } from "./server-messages.ts";
import { callBySipp, type SippCalls } from "./sipp-run.ts";

const warmUpSeconds = 3;
/** Long enough for the answer, the recording and the first words of the notice; then the caller hangs up. */
export const holdMs = 200;

export type WholeServer = SippCalls & {
  readonly cpuMsPerCall: Readonly<Record<"server" | "media" | "listen", number>>;
  /** What the database did not have yet when the last call was over, and how long it took to get it. */
  readonly backlog: { readonly entries: number; readonly state: string; readonly settledAfterMs: number };
  readonly journalLost: number;
  readonly recordingsClosed: number;
  readonly recordingsFailed: number;
  readonly liveCallsLeft: number;
  readonly serverResidentMiB: number;
};

/** A whole Jikimi that takes calls at this rate: each answered, announced to, recorded, written down, and hung up. */
export async function loadWholeServer(
  world: BenchWorld,
  { callsPerSecond, folder }: { callsPerSecond: number; folder: string },
): Promise<{ readonly figures: WholeServer; readonly problems: readonly string[] }> {
  const { clock, seconds, root } = world;
  await using server = new BenchChild<ServerRequest, ServerReport>({
    entry: new URL("./server-process.ts", import.meta.url),
    config: { root },
    execArgv: profileArgv(world),
    report: ServerReport,
    clock,
  });
  const started = await server.ask({ kind: "start" }, { withinMs: 90_000 });
  if (started.kind !== "started") throw new Error("the server did not start");
  const { pids, sipPort: port, number: service } = started;
  const call = (name: string, forSeconds: number) =>
    callBySipp({ clock, port, service, callsPerSecond, seconds: forSeconds, holdMs, folder, name });
  const look = async (kind: "look" | "settle") => {
    const seen = await server.ask({ kind }, { withinMs: 90_000 });
    if (seen.kind !== "seen") throw new Error("the server did not look");
    return seen;
  };
  const cpu = () => ({
    server: cpuTimeOf(pids.server),
    media: cpuTimeOf(pids.media),
    listen: cpuTimeOf(pids.listen),
  });

  world.progress({ ko: "서버 전체를 데웁니다 …", en: "warming a whole server up …" });
  await call("server-warm", warmUpSeconds);
  const warm = await look("settle");

  world.progress({
    ko: `서버 전체: 초당 ${callsPerSecond}통화, ${seconds}초`,
    en: `the whole server: ${callsPerSecond} calls/s for ${seconds} s`,
  });
  const before = cpu();
  const run = await call("server", seconds);
  const over = await look("look");
  const overMs = clock.monotonicMs();
  const settled = await look("settle");
  const settledAfterMs = Math.round(clock.monotonicMs() - overMs);
  const after = cpu();

  const perCall = (name: keyof typeof before) => rounded(spentBetween(before[name], after[name]).totalMs / run.made);
  const grown = (kind: string) => (settled.events[kind] ?? 0) - (warm.events[kind] ?? 0);
  const figures: WholeServer = {
    ...run,
    cpuMsPerCall: { server: perCall("server"), media: perCall("media"), listen: perCall("listen") },
    backlog: { entries: over.journal.waiting, state: over.journal.state, settledAfterMs },
    journalLost: settled.journal.lost,
    recordingsClosed: grown("recording-closed"),
    recordingsFailed: grown("recording-failed"),
    liveCallsLeft: settled.liveCalls,
    serverResidentMiB: settled.residentMiB,
  };
  return { figures, problems: problemsOf(figures) };
}

function problemsOf(figures: WholeServer): readonly string[] {
  const { lost, made, exitCode, journalLost, recordingsClosed, recordingsFailed, liveCallsLeft } = figures;
  const problems: string[] = [];
  if (lost > 0 || exitCode !== 0) problems.push(`the whole server lost ${lost} of ${made} calls`);
  if (journalLost > 0) problems.push(`${journalLost} entries of the calls' accounts were lost`);
  if (recordingsFailed > 0) problems.push(`${recordingsFailed} recordings failed`);
  if (recordingsClosed < made) problems.push(`only ${recordingsClosed} of ${made} calls have a closed recording`);
  if (liveCallsLeft > 0) problems.push(`${liveCallsLeft} calls are still alive`);
  return problems;
}
