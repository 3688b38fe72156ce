import { afterAll, beforeAll, expect, test } from "vitest";
import { readLines } from "../demo/lines.ts";
import type { PhoneProcess } from "../demo/phone-process.ts";
import { poll, type WatchedCall } from "./support/call-watch.ts";
import { Centre, present, root } from "./support/centre.ts";
import { exportedFile } from "./support/exported-sound.ts";

const citizens = ["0103334001", "0103334002", "0103334003"] as const;

let centre: Centre;
let callers: readonly PhoneProcess[];
let calls: readonly WatchedCall[];
let greeting: string;

/** Two calls at once, each in a media process of its own, both heard by the one listen process. */
beforeAll(async () => {
  centre = await Centre.open({ agents: 2, settings: { mediaWorkers: 2, listenWorkers: 1 } });
  callers = citizens.map((user) => centre.phone(user));
  greeting = (await readLines(root, "polite")).caller[0] ?? "";
  calls = await connectTwo();
});

afterAll(() => centre?.[Symbol.asyncDispose]());

async function connectTwo(): Promise<readonly WatchedCall[]> {
  const earlier = centre.calls.calls.length;
  const connected: WatchedCall[] = [];
  for (const [i, user] of citizens.slice(0, 2).entries()) {
    await centre.ring(phoneOf(i));
    const call = await centre.calls.from(user, { after: earlier });
    await call.until("bridged");
    connected.push(call);
  }
  expect(centre.jikimi.media.health().map((worker) => worker.calls)).toEqual([1, 1]);
  return connected;
}

function phoneOf(index: number): PhoneProcess {
  const phone = callers[index];
  if (phone === undefined) throw new Error(`no telephone ${index}`);
  return phone;
}

function callAt(index: number): WatchedCall {
  const call = calls[index];
  if (call === undefined) throw new Error(`no call ${index}`);
  return call;
}

function killOne(worker: { readonly pid?: number | null } | undefined): void {
  if (worker?.pid == null) throw new Error("there is no such process");
  process.kill(worker.pid, "SIGKILL");
}

async function expectHeard(call: WatchedCall, phone: PhoneProcess): Promise<void> {
  const before = call.all("utterance").length;
  await phone.say(greeting);
  await call.until("utterance", { where: (one) => call.all("utterance").indexOf(one) >= before });
}

test("listen is killed: calls go on unheard and say so, the agent's warning still plays, hearing comes back", async () => {
  await expectHeard(callAt(0), phoneOf(0));
  killOne(centre.jikimi.hearing.health()[0]);
  await Promise.all(calls.map((call) => call.until("hearing-lost")));
  centre.agentOn(callAt(0)).press("*2");
  expect(await callAt(0).until("action")).toMatchObject({ by: "agent", action: { kind: "warn-now" } });
  expect(await callAt(0).until("warning-completed")).toMatchObject({ outcome: "completed", warningNumber: 1 });
  await Promise.all(calls.map((call) => call.until("hearing-restored")));
  for (const call of calls) expect(call.kinds).not.toContain("ended");
  await Promise.all(calls.map((call, i) => expectHeard(call, phoneOf(i))));
});

test("a media process is killed: its call moves to another by re-INVITE and is recorded on; the other call notices nothing", async () => {
  const [call, other] = [callAt(0), callAt(1)];
  const [first] = call.all("recording-started");
  const killedAtMs = centre.clock.nowMs();
  killOne(centre.jikimi.media.health()[0]);
  await call.until("media-restored");
  expect(call.kinds.filter((kind) => kind.startsWith("media-"))).toEqual(["media-lost", "media-restored"]);
  expect(call.all("recording-started")).toHaveLength(2);
  await expectHeard(call, phoneOf(0));
  const legs = await centre.jikimi.media.stats(call.callId);
  expect(legs).toHaveLength(2);
  for (const leg of legs) expect(leg.packetsReceived).toBeGreaterThan(50);
  expect(other.kinds.filter((kind) => /lost|fault|failed/.test(kind) && kind !== "hearing-lost")).toEqual([]);
  expect(other.all("recording-started")).toHaveLength(1);

  phoneOf(0).hangUp();
  expect(await call.until("ended")).toMatchObject({ by: "caller", reason: "hung-up" });
  expect(await centre.verify(call)).toMatchObject({ intact: true });
  await centre.jikimi.journal.settled();
  const row = await centre.jikimi.records.findCall(call.callId);
  expect(row, "the row never gives one file another's hash").toMatchObject({
    recordingPath: first?.path,
    recordingSha256: null,
  });
  const cutOff = await exportedFile(first?.path ?? "", centre.jikimi.keyring);
  expect(cutOff.verification.findings.map(({ kind }) => kind)).toEqual(["not-closed"]);
  const { content } = cutOff.verification;
  const recordedUntilMs = (content?.startedAtMs ?? 0) + (content?.durationMs ?? 0);
  expect(killedAtMs - recordedUntilMs, "ms of sound lost").toBeLessThan(1500);
  phoneOf(1).hangUp();
  await other.until("ended");
});

test("all media processes are killed: the calls are ended truthfully, and the next call is served", async () => {
  calls = await connectTwo();
  await centre.ring(phoneOf(2));
  const waiting = await centre.calls.from(citizens[2]);
  await waiting.until("notice-completed");
  const everybody = [...calls, waiting];
  for (const worker of centre.jikimi.media.health()) killOne(worker);
  for (const call of everybody) {
    expect(await call.until("ended")).toMatchObject({ by: "jikimi", reason: "media-lost" });
    expect(call.kinds).toContain("media-lost");
  }
  await present(phoneOf(2).until("ended", { withinMs: 10_000 }), "the waiting caller's telephone was not told");
  await poll(() => centre.jikimi.media.health().every(({ alive }) => alive), {
    clock: centre.clock,
    withinMs: 30_000,
    what: "the media processes are back",
  });
  calls = await connectTwo();
  phoneOf(0).hangUp();
  phoneOf(1).hangUp();
  for (const call of calls) expect(await call.until("ended")).toMatchObject({ by: "caller" });
});
