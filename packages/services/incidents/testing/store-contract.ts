import { createHash } from "node:crypto";
import { inspect } from "node:util";
import type { AgentId, CallId, DepartmentId, EpochMs, IncidentId, PolicyId } from "@jikimi/kernel";
import { SeededRandom } from "@jikimi/kernel";
import { describe, expect, test } from "vitest";
import { type ChainEnd, chainEntry, chainStart, verifyChain } from "../src/chain.ts";
import { IncidentsError } from "../src/errors.ts";
import type { CallStore, JournalWrite } from "../src/ports.ts";
import type { CallOpening, JournalEvent } from "../src/types.ts";

const startedAtMs = 1_767_571_200_123 as EpochMs;
const call1 = "call-1" as CallId;

/** What every `CallStore` does. `openStore` gives an empty one each time. */
export function callStoreContract(name: string, openStore: () => Promise<CallStore>): void {
  describe(`the call store: ${name}`, () => {
    test("keeps which kind of practice a call was", async () => {
      const store = await openStore();
      await store.write([aStory(call1, { simulated: true, trialKind: "self" }).open()]);
      expect(await store.findCall(call1)).toMatchObject({ simulated: true, trialKind: "self" });
    });

    test("a call that is opened is there with what is known, and nothing made up", async () => {
      const store = await openStore();
      const story = aStory(call1);
      await store.write([story.open()]);
      expect(await store.findCall(call1)).toEqual({
        ...anOpening(call1),
        departmentId: null,
        agentId: null,
        state: "ringing",
        noticeCompletedAtMs: null,
        bridgedAtMs: null,
        endedAtMs: null,
        endReason: null,
        recordingPath: null,
        recordingSha256: null,
        recordingSummary: null,
        recognizer: null,
        policyId: null,
        policyVersion: null,
        lastSeq: 1,
        lastHash: story.end().hash,
      });
      expect(await store.findCall("call-none" as CallId)).toBeNull();
      expect(await store.listEntries("call-none" as CallId)).toEqual([]);
    });

    test("a change replaces what it names and leaves the rest", async () => {
      const store = await openStore();
      const story = aStory(call1);
      const summary = {
        durationMs: 1234.5,
        gaps: [{ channel: "caller", why: '따옴표 " 역슬래시 \\' }],
        complete: true,
      };
      await store.write([
        story.open(),
        story.next({ kind: "routed", atMs: 1 }, { departmentId: "traffic" as DepartmentId, agentId: "kim" as AgentId }),
        story.next({ kind: "bridged", atMs: 2 }, { state: "talking", bridgedAtMs: (startedAtMs + 2) as EpochMs }),
      ]);
      await store.write([
        story.next({ kind: "transferred", atMs: 3 }, { agentId: null, recordingSummary: summary, recognizer: "demo" }),
        story.next({ kind: "hold", atMs: 4 }),
      ]);
      expect(await store.findCall(call1)).toMatchObject({
        departmentId: "traffic",
        agentId: null,
        state: "talking",
        bridgedAtMs: startedAtMs + 2,
        recordingSummary: summary,
        recognizer: "demo",
        endedAtMs: null,
        lastSeq: 5,
        lastHash: story.end().hash,
      });
    });

    test("entries come back in order, exactly as written, and verify", async () => {
      const store = await openStore();
      const story = aStory(call1);
      const odd = {
        kind: "utterance",
        atMs: 12.75,
        text: 'NUL \u0000, half a pair \ud800, 한글, "quotes", \u2028',
        words: [{ text: "야", confidence: 0.1 + 0.2 }],
        confidence: 1e-7,
        nested: { z: 1, a: [null, true, "x"], __proto__x: 1e21 },
      };
      const writes = [story.open(), story.next(odd), ...Array.from({ length: 30 }, (_, n) => story.next(anEvent(n)))];
      await store.write(writes);
      const entries = await store.listEntries(call1);
      expect(entries).toEqual(writes.map(({ entry }) => entry));
      expect(verifyChain(entries, story.end())).toMatchObject({ kind: "intact", entries: 32 });
    });

    test("the same writes given again change nothing, in whole or in part", async () => {
      const store = await openStore();
      const story = aStory(call1);
      const incidentId = "incident-1" as IncidentId;
      const first = [story.open(), story.next({ kind: "ringing", atMs: 1 }, { agentId: "kim" as AgentId })];
      const opened = story.nextWith({ kind: "incident-opened", atMs: 2 }, (seq) => ({
        incidentOpening: anIncident(incidentId, call1, seq),
      }));
      const second = [story.next({ kind: "ringing", atMs: 3 }, { agentId: "lee" as AgentId }), opened];
      const closed = story.nextWith({ kind: "incident-closed", atMs: 4 }, (seq) => ({
        incidentClosing: { incidentId, closedAtMs: 5 as EpochMs, closedSeq: seq, outcome: { kind: "ended" } },
      }));
      await store.write(first);
      await store.write([...first, ...second]);
      await store.write([...second, closed]);
      await store.write([...first, ...second, closed]);
      await store.write(first);
      expect(await store.findCall(call1)).toMatchObject({ agentId: "lee", lastSeq: 5, lastHash: story.end().hash });
      expect(await store.listEntries(call1)).toHaveLength(5);
      expect(await store.listIncidentsOfCall(call1)).toHaveLength(1);
      expect(await store.findIncident(incidentId)).toMatchObject({ state: "closed", outcome: { kind: "ended" } });
    });

    test("two processes that write the same entries at once keep each of them once", async () => {
      const store = await openStore();
      const story = aStory(call1);
      const writes = [story.open(), ...Array.from({ length: 20 }, (_, n) => story.next(anEvent(n)))];
      await Promise.all([store.write(writes), store.write(writes), store.write(writes.slice(0, 7))]);
      expect(await store.listEntries(call1)).toEqual(writes.map(({ entry }) => entry));
    });

    test("calls are listed newest first, by what is asked, page by page", async () => {
      const store = await openStore();
      for (const n of [1, 2, 3, 4]) {
        const id = `call-${n}` as CallId;
        const opening: Partial<CallOpening> = {
          startedAtMs: (startedAtMs + n) as EpochMs,
          direction: n % 2 === 0 ? "outbound" : "inbound",
        };
        const story = aStory(id, opening);
        await store.write([story.open()]);
        if (n > 2) await store.write([story.next(anEvent(n), { state: "ended", endReason: "hung-up" })]);
        if (n === 3) await store.write([story.next(anEvent(n), { recordingPath: "/data/recordings/3.jkr" })]);
      }
      const ids = async (filter: Partial<Parameters<CallStore["listCalls"]>[0]>) =>
        (await store.listCalls({ limit: 10, ...filter })).map(({ callId }) => callId);
      expect(await ids({})).toEqual(["call-4", "call-3", "call-2", "call-1"]);
      expect(await ids({ limit: 2 })).toEqual(["call-4", "call-3"]);
      expect(await ids({ startedBeforeMs: startedAtMs + 3 })).toEqual(["call-2", "call-1"]);
      expect(await ids({ state: "ended" })).toEqual(["call-4", "call-3"]);
      expect(await ids({ direction: "outbound" })).toEqual(["call-4", "call-2"]);
      expect(await ids({ withRecording: true })).toEqual(["call-3"]);
      expect(await ids({ withRecording: false, state: "ended" })).toEqual(["call-4"]);
      expect((await store.listUnfinished()).map(({ callId }) => callId)).toEqual(["call-1", "call-2"]);
    });

    test("incidents are listed newest first and by state", async () => {
      const store = await openStore();
      const story = aStory(call1);
      await store.write([story.open()]);
      for (const n of [1, 2, 3]) {
        const incidentId = `incident-${n}` as IncidentId;
        const opened = story.nextWith({ kind: "incident-opened", atMs: n }, (seq) => ({
          incidentOpening: { ...anIncident(incidentId, call1, seq), openedAtMs: (startedAtMs + n) as EpochMs },
        }));
        const closed = () =>
          story.nextWith({ kind: "incident-closed", atMs: n }, (seq) => ({
            incidentClosing: { incidentId, closedAtMs: startedAtMs, closedSeq: seq, outcome: "retracted" },
          }));
        await store.write(n === 2 ? [opened, closed()] : [opened]);
      }
      const ids = async (filter: Partial<Parameters<CallStore["listIncidents"]>[0]>) =>
        (await store.listIncidents({ limit: 10, ...filter })).map(({ incidentId }) => incidentId);
      expect(await ids({})).toEqual(["incident-3", "incident-2", "incident-1"]);
      expect(await ids({ state: "open" })).toEqual(["incident-3", "incident-1"]);
      expect(await ids({ openedBeforeMs: startedAtMs + 3, limit: 1 })).toEqual(["incident-2"]);
      expect((await store.listIncidentsOfCall(call1)).map(({ incidentId }) => incidentId)).toEqual([
        "incident-1",
        "incident-2",
        "incident-3",
      ]);
      expect(await store.findIncident("incident-2" as IncidentId)).toEqual({
        ...anIncident("incident-2" as IncidentId, call1, 3),
        openedAtMs: startedAtMs + 2,
        state: "closed",
        closedAtMs: startedAtMs,
        closedSeq: 4,
        outcome: "retracted",
      });
      expect(await store.findIncident("incident-9" as IncidentId)).toBeNull();
    });

    test("erasing takes the personal parts and leaves a chain that verifies", async () => {
      const store = await openStore();
      const story = aStory(call1);
      const other = aStory("call-2" as CallId);
      const spoken = { kind: "utterance", atMs: 5, text: "내 번호는 010", words: [], confidence: 0.9 };
      await store.write([story.open(), story.next(spoken), other.open()]);
      await store.erasePersonal(call1);
      const entries = await store.listEntries(call1);
      expect(JSON.stringify([entries, await store.findCall(call1)])).not.toMatch(/010/);
      expect(verifyChain(entries, story.end())).toMatchObject({ kind: "intact" });
      expect((await store.findCall("call-2" as CallId))?.callerNumber).toBe("+821012345678");
    });

    test("a sound that was played is kept once, byte for byte", async () => {
      const store = await openStore();
      const wav = Uint8Array.from({ length: 70_000 }, (_, n) => n % 256);
      const sha256 = createHash("sha256").update(wav).digest("hex");
      const media = { sha256, announcement: "notice", language: "ko", text: "녹음됩니다.", synthetic: true, wav };
      await store.keepAnnouncement(media);
      await store.keepAnnouncement(media);
      const kept = await store.findAnnouncement(sha256);
      expect({ ...kept, wav: null }).toEqual({ ...media, wav: null });
      expect(Buffer.compare(kept?.wav ?? Buffer.alloc(0), wav)).toBe(0);
      expect(await store.findAnnouncement("0".repeat(64))).toBeNull();
    });
  });
}

/** What only a database has: limits on what it can hold. */
export function rejectingStoreContract(name: string, openStore: () => Promise<CallStore>): void {
  test(`${name} says that it will never take a write it cannot hold, and keeps nothing of its batch`, async () => {
    const store = await openStore();
    const story = aStory(call1, { callerNumber: "NUL\u0000" });
    const failure = await store.write([aStory("call-2" as CallId).open(), story.open()]).catch((error) => error);
    expect(failure).toBeInstanceOf(IncidentsError);
    expect(failure).toMatchObject({ code: "store-rejected" });
    expect(inspect(failure, { depth: 9 })).not.toMatch(/NUL|01012345678/);
    expect(await store.findCall("call-2" as CallId)).toBeNull();
  });
}

export function anOpening(callId: CallId, change: Partial<CallOpening> = {}): CallOpening {
  return {
    callId,
    direction: "inbound",
    callerNumber: "+821012345678",
    lineNumber: "+82221331111",
    startedAtMs,
    simulated: false,
    trialKind: null,
    ...change,
  };
}

/** Writes of one call, each chained to the one before. */
export function aStory(callId: CallId, opening: Partial<CallOpening> = {}) {
  const random = new SeededRandom(11);
  let end: ChainEnd = { seq: 0, hash: chainStart };
  const nextWith = (event: JournalEvent, rows: (seq: number) => Omit<JournalWrite, "entry">): JournalWrite => {
    const entry = chainEntry(callId, event, { end, recordedAtMs: startedAtMs, random });
    end = { seq: entry.seq, hash: entry.hash };
    return { entry, ...rows(entry.seq) };
  };
  return {
    end: () => end,
    nextWith,
    open: () =>
      nextWith({ kind: "invite", atMs: 0, from: "+821012345678" } as JournalEvent, () => ({
        opening: anOpening(callId, opening),
      })),
    next: (event: JournalEvent, change?: JournalWrite["change"]) =>
      nextWith(event, () => (change === undefined ? {} : { change })),
  };
}

function anEvent(n: number): JournalEvent {
  return { kind: "hint", atMs: n, risk: n / 7 } as JournalEvent;
}

function anIncident(incidentId: IncidentId, callId: CallId, openedSeq: number) {
  return {
    incidentId,
    callId,
    openedAtMs: startedAtMs,
    openedSeq,
    cause: { labels: ["insult"], sum: 2.5 },
    policyId: "kt" as PolicyId,
    policyVersion: 3,
  };
}
