import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { levelDbfs } from "@jikimi/audio";
import { type PostgresCluster, startPostgres } from "@jikimi/database/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readLines } from "../demo/lines.ts";
import { poll, type WatchedCall } from "./support/call-watch.ts";
import { Centre, root } from "./support/centre.ts";
import { exportedSound } from "./support/exported-sound.ts";
import { StallingProxy } from "./support/stalling-proxy.ts";

const diskBytes = 4 * 1024 * 1024;

let postgres: PostgresCluster;
let proxy: StallingProxy;
let dataFolder: string;
let shelf: string;
let centre: Centre;

/** One instance on PostgreSQL behind a line that can stall, with a small disk for recordings. */
beforeAll(async () => {
  dataFolder = mkdtempSync(join(tmpdir(), "jikimi-storage-"));
  shelf = join(dataFolder, "recordings");
  mountSmallDisk(shelf);
  postgres = await startPostgres();
  proxy = await StallingProxy.open(postgres.port);
  centre = await Centre.open({ agents: 2, dataFolder, settings: { database: database() } });
});

afterAll(async () => {
  await centre?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
  await postgres?.[Symbol.asyncDispose]();
  if (shelf !== undefined) spawnSync("umount", [shelf]);
  if (dataFolder !== undefined) rmSync(dataFolder, { recursive: true, force: true });
});

function database() {
  return { kind: "postgres", url: postgres.url.replace(`:${postgres.port}/`, `:${proxy.port}/`) } as const;
}

function mountSmallDisk(folder: string): void {
  if (process.getuid?.() !== 0) throw new Error("a full disk needs root: it is a mounted tmpfs of 4 MB");
  mkdirSync(folder, { recursive: true });
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${diskBytes},mode=0700`, "tmpfs", folder], {
    encoding: "utf8",
  });
  if (mounted.status !== 0) throw new Error(`no tmpfs can be mounted here: ${mounted.stderr}`);
}

/** Fills the recordings' disk to all but so many bytes; `free` gives them back. */
function fillDisk(leave: number): { free: () => void } {
  const filler = join(shelf, "filler");
  try {
    writeFileSync(filler, new Uint8Array(diskBytes));
  } catch (failure) {
    if (!(failure instanceof Error && "code" in failure && failure.code === "ENOSPC")) throw failure;
  }
  truncateSync(filler, statSync(filler).size - leave);
  return { free: () => rmSync(filler, { force: true }) };
}

/** How much of it is louder than a quiet line. */
function loudMs(pcm: Int16Array): number {
  const frames = Array.from({ length: Math.floor(pcm.length / 160) }, (_, i) => pcm.subarray(i * 160, i * 160 + 160));
  return frames.filter((frame) => levelDbfs(frame) > -45).length * 20;
}

const greeting = async () => (await readLines(root, "polite")).caller[0] ?? "";

/** Agents who rest from an earlier test say that they are well again; nobody else may say so. */
function wakeAgents(): void {
  for (const { id } of centre.jikimi.directory.view().people) {
    centre.jikimi.roster.apply(id, { kind: "rest-ended", by: "agent" });
  }
}

/** All that was told arrived in the database, in order and once, and its chain holds. */
async function expectKept(call: WatchedCall): Promise<void> {
  const { records, journal } = centre.jikimi;
  expect(await journal.settled()).toBe("stored");
  const kept = await records.listEvents(call.callId);
  expect(kept.map(({ kind, atMs }) => ({ kind, atMs }))).toEqual(call.events.map(({ kind, atMs }) => ({ kind, atMs })));
  expect(await records.verifyCall(call.callId)).toMatchObject({ kind: "intact", entries: call.events.length });
}

const caughtUp = () =>
  poll(() => centre.jikimi.journal.health().state === "direct" && centre.jikimi.journal.health().waiting === 0, {
    clock: centre.clock,
    withinMs: 30_000,
    what: "the journal catches up",
  });

test("the disk is full for a while during a call: the call goes on, it is told, and nothing of the recording is lost", async () => {
  const disk = fillDisk(24 * 1024);
  const caller = centre.phone("0104445001");
  const call = await centre.connect(caller, "0104445001");
  expect(await call.until("recording-failed", { withinMs: 30_000 })).toMatchObject({ reason: "disk-full" });
  await caller.say(await greeting());
  await call.until("utterance");
  expect(call.kinds).not.toContain("ended");
  disk.free();
  caller.hangUp();
  expect(await call.until("ended")).toMatchObject({ by: "caller", reason: "hung-up" });
  const { left, verification } = await exportedSound(centre, call);
  expect(verification.intact).toBe(true);
  expect(verification.content?.gaps.filter(({ reason }) => reason === "disk-full")).toEqual([]);
  expect(loudMs(left), "ms of the caller's voice").toBeGreaterThan(1000);
  await expectKept(call);
});

test("the disk stays full: calls are taken and end in order, their accounts say what is not whole, what is there can be read", async () => {
  const disk = fillDisk(24 * 1024);
  const callers = ["0104445002", "0104445003"].map((user) => centre.phone(user));
  const [early, late] = callers;
  if (early === undefined || late === undefined) throw new Error("no telephones");
  const call = await centre.connect(early, "0104445002");
  await call.until("recording-failed", { withinMs: 30_000 });
  const without = await centre.connect(late, "0104445003");
  await without.until("recording-failed");
  for (const caller of callers) caller.hangUp();
  for (const one of [call, without]) {
    expect(await one.until("ended")).toMatchObject({ by: "caller", reason: "hung-up" });
    expect(await one.until("recording-closed")).toMatchObject({ complete: false });
  }
  disk.free();
  const closed = await call.until("recording-closed");
  const { content, findings } = await centre.verify(call);
  expect(findings.map(({ kind }) => kind)).toEqual(["not-closed"]);
  expect(content?.durationMs).toBeGreaterThan(500);
  expect(content?.durationMs).toBeLessThan(closed.durationMs);
  for (const one of [call, without]) await expectKept(one);
});

test.for([
  { how: "stalls", user: "0104446001" },
  { how: "breaks", user: "0104447001" },
])(
  "the database $how: calls are taken, warned and ended by the agent; all arrives afterwards, once",
  async ({ how, user }) => {
    wakeAgents();
    const caller = centre.phone(user);
    const running = centre.phone(`${user}1`);
    const before = await centre.connect(running, `${user}1`);
    if (how === "stalls") proxy.stall();
    else proxy.cut();
    const call = await centre.connect(caller, user);
    expect(await call.until("notice-completed")).toMatchObject({ outcome: "completed" });
    for (const agent of centre.agents) agent.press("*2");
    for (const one of [before, call])
      expect(await one.until("warning-completed")).toMatchObject({ outcome: "completed" });
    for (const agent of centre.agents) agent.press("*3");
    for (const one of [before, call]) {
      expect(await one.until("ended")).toMatchObject({ by: "jikimi", reason: "agent-ended" });
      expect(one.kinds).toContain("incident-closed");
    }
    expect(centre.jikimi.journal.health().state).not.toBe("direct");
    proxy.open();
    await caughtUp();
    expect(centre.jikimi.journal.health().lost).toBe(0);
    for (const one of [before, call]) await expectKept(one);
    const incidents = await centre.jikimi.records.listIncidents({ limit: 100 });
    for (const { callId } of [before, call]) {
      expect(incidents.filter((incident) => incident.callId === callId)).toMatchObject([{ state: "closed" }]);
    }
  },
);

test("the database is away while Jikimi stops: it stops all the same, and the next start hands the account over", async () => {
  wakeAgents();
  const caller = centre.phone("0104448001");
  const call = await centre.connect(caller, "0104448001");
  proxy.stall();
  const stoppingMs = centre.clock.monotonicMs();
  await centre.jikimi[Symbol.asyncDispose]();
  expect(centre.clock.monotonicMs() - stoppingMs).toBeLessThan(15_000);
  expect(call.all("ended")).toMatchObject([{ by: "jikimi", reason: "shutting-down" }]);
  await centre[Symbol.asyncDispose]();
  proxy.open();
  centre = await Centre.open({ agents: 0, dataFolder, settings: { database: database() } });
  expect(centre.jikimi.closedAfterRestart).toEqual([]);
  await expectKept(call);
});
