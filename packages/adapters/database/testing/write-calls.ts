import { SpoolingJournal } from "@jikimi/incidents";
import { type CallId, SystemClock, SystemRandom, silentLog } from "@jikimi/kernel";
import { openDatabase } from "../src/open-database.ts";

/** Run as a process of its own, to be killed: tells a call's story and names each entry that the database has. */
const [url = "", spoolPath = ""] = process.argv.slice(2);
const clock = new SystemClock();
const random = new SystemRandom();
const database = await openDatabase({ url, clock, log: silentLog });
const spoolKey = random.bytes(32);
const limits = { slowAfterMs: 600_000, giveUpAfterMs: 600_000, settleMs: 600_000 };
const journal = await SpoolingJournal.open({
  store: database.calls,
  spoolPath,
  spoolKey,
  clock,
  random,
  log: silentLog,
  limits,
});
const callId = "call-1" as CallId;
const opening = {
  callId,
  direction: "inbound",
  callerNumber: null,
  lineNumber: null,
  simulated: true,
  trialKind: "simulated",
} as const;
journal.open({ ...opening, startedAtMs: clock.nowMs() }, { kind: "invite", atMs: 0 });
for (let atMs = 1; ; atMs += 1) {
  const { seq } = journal.append(callId, { kind: "hint", atMs }, { endReason: `after ${atMs}` });
  if ((await journal.settled()) === "stored") process.stdout.write(`${seq}\n`);
}
