import { holdProcess, ResourceScope, SystemClock, SystemRandom } from "@jikimi/kernel";
import { nationalDigits, type PhoneNumber } from "@jikimi/routing";
import { z } from "zod";
import type { Jikimi } from "../../compose.ts";
import { Instance } from "../../demo/instance.ts";
import { answerRequests } from "../child.ts";
import { type ServerReport, ServerRequest } from "./server-messages.ts";

/** A whole Jikimi as it is delivered (embedded database, one media worker, one listen worker), apart from who drives it. */
const { root } = z.object({ root: z.string() }).parse(JSON.parse(process.argv[2] ?? "null"));
const settleWithinMs = 60_000;
const lookEveryMs = 50;
const clock = new SystemClock();
const scope = new ResourceScope();
const events: Record<string, number> = {};
let jikimi: Jikimi | null = null;

async function start(): Promise<ServerReport> {
  const instance = await Instance.prepare({
    root,
    clock,
    random: new SystemRandom(),
    scope,
    settings: { recognizer: "demo", logLevel: "warn" },
  });
  const started = await instance.start({ trialTrunkPort: 9 });
  jikimi = started;
  started.journal.onEvent(({ event }) => {
    events[event.kind] = (events[event.kind] ?? 0) + 1;
  });
  const pidOf = (health: readonly { pid: number | null }[]) => health[0]?.pid ?? 0;
  return {
    kind: "started",
    sipPort: started.sipPort,
    number: nationalDigits((started.directory.view().numbers[0]?.number ?? "") as PhoneNumber),
    pids: { server: process.pid, media: pidOf(started.media.health()), listen: pidOf(started.hearing.health()) },
  };
}

function look({ control, journal }: Jikimi): ServerReport {
  const residentMiB = Math.round(process.memoryUsage.rss() / 2 ** 20);
  return { kind: "seen", liveCalls: control.liveCalls, events, journal: { ...journal.health() }, residentMiB };
}

async function settle(running: Jikimi): Promise<ServerReport> {
  const untilMs = clock.monotonicMs() + settleWithinMs;
  const isBusy = () => running.control.liveCalls > 0 || running.journal.health().waiting > 0;
  while (isBusy() && clock.monotonicMs() < untilMs) await clock.sleep(lookEveryMs);
  return look(running);
}

holdProcess();
answerRequests(
  ServerRequest,
  (request) => {
    if (request.kind === "start") return start();
    if (jikimi === null) throw new Error("not started");
    return request.kind === "look" ? look(jikimi) : settle(jikimi);
  },
  () => scope[Symbol.asyncDispose](),
);
