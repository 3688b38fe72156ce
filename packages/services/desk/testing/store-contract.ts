import type { CallStore } from "@jikimi/incidents";
import { aStory } from "@jikimi/incidents/testing";
import type { AgentId, CallId, EpochMs, IncidentId, PolicyId } from "@jikimi/kernel";
import { describe, expect, test } from "vitest";
import type { DeskStore } from "../src/ports.ts";

const kim = "kim" as AgentId;
const lee = "lee" as AgentId;
const start = 1_767_571_200_000;
const at = (ms: number) => (start + ms) as EpochMs;
const minuteMs = 60_000;

/** What every `DeskStore` does, beside the store of calls that it reads. */
export function deskStoreContract(name: string, open: () => Promise<{ desk: DeskStore; calls: CallStore }>): void {
  describe(`the desk's store: ${name}`, () => {
    test("who joined a call finds it, nobody else does", async () => {
      const { desk, calls } = await open();
      await writeCall(calls, "c1", 0);
      await desk.noteJoined({ callId: id("c1"), agentId: kim, atMs: at(10) });
      await desk.noteJoined({ callId: id("c1"), agentId: kim, atMs: at(99) });
      expect(await desk.find(kim, id("c1"))).toEqual({
        call: await calls.findCall(id("c1")),
        joinedAtMs: at(10),
        missedAtMs: null,
        leftAtMs: null,
        disposition: null,
        note: "",
        completedAtMs: null,
        incidentIds: [],
      });
      expect(await desk.find(lee, id("c1"))).toBeNull();
      expect(await desk.find(kim, id("c-none"))).toBeNull();
    });

    test("the agent that the call itself names has it even where nothing was written for them", async () => {
      const { desk, calls } = await open();
      await writeCall(calls, "c1", 0, { agentId: kim });
      expect(await desk.find(kim, id("c1"))).toMatchObject({ joinedAtMs: at(5000), note: "" });
      expect(await desk.list(kim, { only: "all", limit: 9 })).toHaveLength(1);
      expect(await desk.find(lee, id("c1"))).toBeNull();
    });

    test("a part of a call that is not stored yet waits for it", async () => {
      const { desk, calls } = await open();
      await desk.noteJoined({ callId: id("c1"), agentId: kim, atMs: at(10) });
      expect(await desk.find(kim, id("c1"))).toBeNull();
      expect(await desk.list(kim, { only: "all", limit: 9 })).toEqual([]);
      await writeCall(calls, "c1", 0);
      expect(await desk.find(kim, id("c1"))).toMatchObject({ joinedAtMs: at(10) });
    });

    test("calls are listed newest first, by page and by kind, each with its incidents", async () => {
      const { desk, calls } = await open();
      for (const [i, callId] of ["c1", "c2", "c3", "c4"].entries()) {
        await writeCall(calls, callId, i * minuteMs, callId === "c2" ? { incident: "i-2" } : {});
      }
      for (const callId of ["c1", "c2"]) {
        await desk.noteJoined({ callId: id(callId), agentId: kim, atMs: at(1) });
      }
      await desk.noteMissed({ callId: id("c3"), agentId: kim, atMs: at(1) });
      await desk.noteJoined({ callId: id("c4"), agentId: lee, atMs: at(1) });
      const listed = async (only: "all" | "missed" | "incidents", startedBeforeMs?: number, limit = 9) => {
        const before = startedBeforeMs === undefined ? {} : { startedBeforeMs };
        return (await desk.list(kim, { only, limit, ...before })).map(({ call }) => call.callId);
      };
      expect(await listed("all")).toEqual(["c3", "c2", "c1"]);
      expect(await listed("all", undefined, 2)).toEqual(["c3", "c2"]);
      expect(await listed("all", at(minuteMs))).toEqual(["c1"]);
      expect(await listed("missed")).toEqual(["c3"]);
      expect(await listed("incidents")).toEqual(["c2"]);
      expect(await desk.find(kim, id("c2"))).toMatchObject({ incidentIds: ["i-2"] });
    });

    test("a ring that was missed and taken later is no missed call", async () => {
      const { desk, calls } = await open();
      await writeCall(calls, "c1", 0);
      await writeCall(calls, "c2", 1);
      await desk.noteMissed({ callId: id("c1"), agentId: kim, atMs: at(10) });
      await desk.noteMissed({ callId: id("c2"), agentId: kim, atMs: at(10) });
      await desk.noteMissed({ callId: id("c2"), agentId: lee, atMs: at(10) });
      expect(await desk.countMissed(kim)).toBe(2);
      await desk.noteJoined({ callId: id("c1"), agentId: kim, atMs: at(20) });
      expect(await desk.countMissed(kim)).toBe(1);
      await desk.seenMissed(kim, at(30));
      expect(await desk.countMissed(kim)).toBe(0);
      expect(await desk.countMissed(lee)).toBe(1);
      await desk.noteMissed({ callId: id("c2"), agentId: kim, atMs: at(40) });
      expect(await desk.countMissed(kim)).toBe(0);
      expect(await desk.find(kim, id("c2"))).toMatchObject({ missedAtMs: at(10), joinedAtMs: null });
    });

    test("what is written up stays, for each person apart; completed once, it stays completed", async () => {
      const { desk, calls } = await open();
      await writeCall(calls, "c1", 0);
      const of = (agentId: AgentId) => ({ callId: id("c1"), agentId });
      await desk.noteJoined({ ...of(kim), atMs: at(1) });
      await desk.noteLeft({ ...of(kim), atMs: at(9) });
      await desk.noteLeft({ ...of(kim), atMs: at(12) });
      await desk.noteJoined({ ...of(lee), atMs: at(9) });
      await desk.saveWrapUp({ ...of(kim), disposition: "answered", note: "메모 ✓", completedAtMs: at(20) });
      await desk.saveWrapUp({ ...of(kim), disposition: null, note: "고침", completedAtMs: null });
      await desk.saveWrapUp({ ...of(lee), disposition: "other", note: "", completedAtMs: null });
      expect(await desk.find(kim, id("c1"))).toMatchObject({
        leftAtMs: at(9),
        disposition: null,
        note: "고침",
        completedAtMs: at(20),
      });
      expect(await desk.find(lee, id("c1"))).toMatchObject({ disposition: "other", note: "", completedAtMs: null });
    });

    test("of the calls they talked on, the newest is open until it is written up, or too long ago", async () => {
      const { desk, calls } = await open();
      const latest = async (since = 0) =>
        (await desk.latestOpen(kim, { endedSinceMs: at(since) }))?.call.callId ?? null;
      expect(await latest()).toBeNull();
      await writeCall(calls, "c1", 0);
      await writeCall(calls, "c2", minuteMs);
      await writeCall(calls, "c3", 2 * minuteMs, { bridged: false });
      for (const callId of ["c1", "c2", "c3"]) {
        await desk.noteJoined({ callId: id(callId), agentId: kim, atMs: at(1) });
      }
      expect(await latest()).toBe("c2");
      expect(await latest(minuteMs + 30_001)).toBeNull();
      await desk.saveWrapUp({ callId: id("c2"), agentId: kim, disposition: null, note: "", completedAtMs: at(9) });
      expect(await latest()).toBeNull();
    });

    test("a caller is known by their earlier calls, practice by practice", async () => {
      const { desk, calls } = await open();
      await writeCall(calls, "c1", 0);
      await writeCall(calls, "c2", minuteMs, { endReason: "protection" });
      await writeCall(calls, "c3", 2 * minuteMs, { simulated: true });
      await writeCall(calls, "c4", 3 * minuteMs, { callerNumber: "+821099990000" });
      const known = (simulated: boolean, since = -1, before = 10 * minuteMs) =>
        desk.knownCaller("+821012345678", { before: at(before), since: at(since), simulated });
      expect(await known(false)).toEqual({ callsBefore: 2, incidentsBefore: 1 });
      expect(await known(true)).toEqual({ callsBefore: 1, incidentsBefore: 0 });
      expect(await known(false, 1)).toEqual({ callsBefore: 1, incidentsBefore: 1 });
      expect(await known(false, -1, minuteMs)).toEqual({ callsBefore: 1, incidentsBefore: 0 });
    });
  });
}

function id(callId: string): CallId {
  return callId as CallId;
}

type Wishes = {
  agentId?: AgentId;
  bridged?: boolean;
  endReason?: string;
  incident?: string;
  simulated?: boolean;
  callerNumber?: string;
};

/** A call that began at `atMs`, was connected 5 s later and ended after 30. */
async function writeCall(calls: CallStore, callId: string, atMs: number, wishes: Wishes = {}): Promise<void> {
  const { agentId, bridged = true, endReason = "hung-up", incident, simulated = false, callerNumber } = wishes;
  const startedAtMs = at(atMs);
  const story = aStory(id(callId), { startedAtMs, simulated, callerNumber: callerNumber ?? "+821012345678" });
  const opened = story.open();
  const talk = story.next(
    { kind: "bridged", atMs: 5000 },
    {
      ...(bridged ? { state: "talking", bridgedAtMs: at(atMs + 5000) } : {}),
      ...(agentId === undefined ? {} : { agentId }),
    },
  );
  const policy = { policyId: "default" as PolicyId, policyVersion: 1 };
  const opening = story.next({ kind: "incident-opened", atMs: 6000 });
  const incidentOpening = {
    incidentId: (incident ?? "") as IncidentId,
    callId: id(callId),
    openedAtMs: at(atMs + 6000),
    openedSeq: opening.entry.seq,
    cause: { reason: "abuse" },
    ...policy,
  };
  const ended = story.next(
    { kind: "ended", atMs: 30_000 },
    { state: "ended", endedAtMs: at(atMs + 30_000), endReason },
  );
  await calls.write([opened, talk, incident === undefined ? opening : { ...opening, incidentOpening }, ended]);
}
