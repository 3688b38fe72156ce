import type { CallId, IncidentId, PolicyId } from "@jikimi/kernel";
import { silentLog } from "@jikimi/kernel";
import { describe, expect, test } from "vitest";
import { anOpening, journalBench } from "../testing/index.ts";
import { CallRecords } from "./call-records.ts";
import { JournaledIncidents } from "./incident-recorder.ts";
import type { SpoolingJournal } from "./spooling-journal.ts";
import type { CallChange } from "./types.ts";

const call1 = "call-1" as CallId;
const rule = { policyId: "kt" as PolicyId, policyVersion: 3 };

async function recordBench() {
  const bench = await journalBench();
  const { store, clock, random } = bench;
  return {
    bench,
    recorderOf: (journal: SpoolingJournal) => new JournaledIncidents({ journal, clock, random, log: silentLog }),
    recordsOf: (journal: SpoolingJournal) => new CallRecords({ store, journal, clock, random, log: silentLog }),
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}

/** A protected call, from the ring to just before its ending. */
function tellProtectedCall(journal: SpoolingJournal, callId = call1) {
  const tell = (event: Record<string, unknown> & { kind: string; atMs: number }, change?: CallChange) =>
    journal.append(callId, event, change);
  journal.open(anOpening(callId), { kind: "invite", atMs: 0, from: "+821012345678", to: "02-120" } as never);
  tell({ kind: "notice-started", atMs: 40, text: "녹음됩니다.", soundSha256: "n0", synthetic: true });
  tell({ kind: "notice-completed", atMs: 3040, playedMs: 3000, outcome: "completed" });
  tell({ kind: "bridged", atMs: 6000, agentId: "kim" }, { state: "talking", recordingPath: "/r/1.jkr" });
  tell({
    kind: "utterance",
    atMs: 9000,
    utteranceId: "u1",
    speaker: "caller",
    text: "이 나쁜",
    words: [{ text: "이", confidence: 0.7 }],
    confidence: 0.8,
    startMs: 8000,
    endMs: 8900,
    recognizer: "demo",
  });
  tell({ kind: "assessed", atMs: 9001, utteranceId: "u1", labels: { insult: 0.97 }, abusive: true, modelVersion: "1" });
  tell({ kind: "warning-started", atMs: 9100, warningNumber: 1, text: "경고", soundSha256: "w0", synthetic: true });
  tell({ kind: "warning-completed", atMs: 12_100, warningNumber: 1, playedMs: 3000, outcome: "completed" });
  tell({ kind: "action", atMs: 13_000, by: "agent", action: { kind: "end-now" } });
}

describe("an incident", () => {
  test("is safe before its ending is carried out, and closed with what really happened", async () => {
    await using setting = await recordBench();
    const { bench, recorderOf, recordsOf } = setting;
    const journal = await bench.start();
    tellProtectedCall(journal);
    const incident = await recorderOf(journal).open(call1, { atMs: 13_001, cause: { labels: ["insult"] }, ...rule });
    expect(incident.durability).toBe("stored");
    expect(await bench.store.findIncident(incident.id)).toMatchObject({
      state: "open",
      policyVersion: 3,
      openedSeq: 10,
    });
    incident.append({
      kind: "ending-started",
      atMs: 13_010,
      text: "종료합니다.",
      soundSha256: "e0",
      synthetic: true,
    } as never);
    incident.append({ kind: "ending-completed", atMs: 16_010, playedMs: 3000, outcome: "completed" } as never);
    incident.append(
      { kind: "bye", atMs: 16_020 },
      { state: "ended", recordingSha256: "f00d", recordingSummary: { gaps: [] } },
    );
    expect(await incident.close({ atMs: 16_100, outcome: { kind: "ended", by: "jikimi" } })).toBe("stored");
    await incident.close({ atMs: 17_000, outcome: { kind: "something else" } });

    const record = await recordsOf(journal).showIncident(incident.id);
    expect(record).toMatchObject({
      policy: { id: "kt", version: 3 },
      cause: { labels: ["insult"] },
      outcome: { kind: "ended", by: "jikimi" },
      incident: { state: "closed", closedSeq: 14 },
      recording: { path: "/r/1.jkr", sha256: "f00d", summary: { gaps: [] } },
      notice: { startedAtMs: 40, completedAtMs: 3040, playedMs: 3000, outcome: "completed", soundSha256: "n0" },
      actions: [{ atMs: 13_000, by: "agent", action: { kind: "end-now" } }],
      utterances: [{ text: "이 나쁜", confidence: 0.8, labels: { insult: 0.97 }, abusive: true, startMs: 8000 }],
      verification: { kind: "intact", entries: 14 },
    });
    expect(record?.announcements.map(({ announcement, text }) => [announcement, text])).toEqual([
      ["notice", "녹음됩니다."],
      ["warning", "경고"],
      ["ending", "종료합니다."],
    ]);
    expect(await recordsOf(journal).showIncident("incident-none" as IncidentId)).toBeNull();
  });

  test("does not keep an agent on the line for a dead database", async () => {
    await using setting = await recordBench();
    const { bench, recorderOf } = setting;
    const journal = await bench.start();
    tellProtectedCall(journal);
    await journal.settled();
    bench.store.mode = "hanging";
    const opening = recorderOf(journal).open(call1, { atMs: 1, cause: null, ...rule });
    await bench.clock.advance(500);
    expect((await opening).durability).toBe("spooled");
  });

  test("an announcement that was cut off says so, and one that never completed has no end", async () => {
    await using setting = await recordBench();
    const { bench, recorderOf, recordsOf } = setting;
    const journal = await bench.start();
    tellProtectedCall(journal);
    const tell = (event: Record<string, unknown> & { kind: string; atMs: number }) => journal.append(call1, event);
    tell({ kind: "warning-started", atMs: 20, text: "둘", soundSha256: "w1", synthetic: false, warningNumber: 2 });
    tell({ kind: "warning-completed", atMs: 21, playedMs: 7, outcome: "leg-released", warningNumber: 2 });
    tell({ kind: "announcement-started", announcement: "nobody-free", atMs: 22, text: "x", soundSha256: "a" });
    tell({ kind: "ending-completed", atMs: 23, playedMs: 1, outcome: "completed" });
    const { id } = await recorderOf(journal).open(call1, { atMs: 30, cause: null, ...rule });
    const record = await recordsOf(journal).showIncident(id);
    expect(record?.announcements.slice(2)).toMatchObject([
      { announcement: "warning", completedAtMs: 21, playedMs: 7, outcome: "leg-released", synthetic: false },
      { announcement: "nobody-free", completedAtMs: null, outcome: null },
    ]);
  });
});

describe("after a restart", () => {
  test("calls left open are ended at the last known moment, their incidents too, and their recordings named", async () => {
    await using setting = await recordBench();
    const { bench, recorderOf, recordsOf } = setting;
    const killed = await bench.start();
    tellProtectedCall(killed);
    await bench.clock.advance(20_000);
    const lastMs = bench.clock.nowMs();
    const incident = await recorderOf(killed).open(call1, { atMs: 20_000, cause: null, ...rule });
    tellProtectedCall(killed, "call-2" as CallId);
    killed.append("call-2" as CallId, { kind: "bye", atMs: 1 }, { state: "ended" });
    await killed.settled();
    await bench.clock.advance(60_000);

    const next = await bench.start();
    const records = recordsOf(next);
    expect(await records.closeUnfinishedCalls("server-restarted")).toEqual([
      { callId: call1, lastEventAtMs: lastMs, recordingPath: "/r/1.jkr", openIncidents: [incident.id] },
    ]);
    expect(await records.findCall(call1)).toMatchObject({
      state: "ended",
      endedAtMs: lastMs,
      endReason: "server-restarted",
    });
    const events = await records.listEvents(call1);
    expect(events.slice(-2)).toMatchObject([
      { kind: "incident-closed", outcome: { kind: "cut-off" } },
      { kind: "bye", by: "jikimi", reason: "server-restarted", atMs: 20_000 },
    ]);
    expect(await records.verifyCall(call1)).toMatchObject({ kind: "intact" });
    expect(await records.closeUnfinishedCalls("server-restarted")).toEqual([]);
    await next.annotate(call1, { kind: "recording-verified", atMs: 20_000 });
    await next.settled();
    expect(await records.verifyCall(call1)).toMatchObject({ kind: "intact" });
  });

  test("includes what the earlier process only had on disk", async () => {
    await using setting = await recordBench();
    const { bench, recordsOf } = setting;
    bench.store.mode = "failing";
    const killed = await bench.start();
    tellProtectedCall(killed);
    await killed.settled();
    bench.store.mode = "well";
    const next = await bench.start();
    const closed = await recordsOf(next).closeUnfinishedCalls("server-restarted");
    expect(closed).toHaveLength(1);
    expect(await recordsOf(next).verifyCall(call1)).toMatchObject({ kind: "intact", entries: 10 });
  });
});

describe("the caller's number", () => {
  test("is told only with a reason, which is written down first", async () => {
    await using setting = await recordBench();
    const { bench, recordsOf } = setting;
    const journal = await bench.start();
    tellProtectedCall(journal);
    await journal.settled();
    const records = recordsOf(journal);
    expect(await records.revealNumber(call1, { by: "boss", reason: "경찰 협조 요청" })).toBe("+821012345678");
    expect((await records.listEvents(call1)).at(-1)).toMatchObject({
      kind: "number-revealed",
      by: "boss",
      reason: "경찰 협조 요청",
    });
    await expect(records.revealNumber("call-9" as CallId, { by: "x", reason: "y" })).rejects.toMatchObject({
      code: "unknown-call",
    });
  });

  test("and what was said can be erased for good when the call is over, and the account still verifies", async () => {
    await using setting = await recordBench();
    const { bench, recordsOf } = setting;
    const journal = await bench.start();
    tellProtectedCall(journal);
    await journal.settled();
    const records = recordsOf(journal);
    const request = { by: "admin", reason: "보유 기간 만료" };
    await expect(records.erasePersonal(call1, request)).rejects.toMatchObject({ code: "call-not-ended" });
    journal.append(call1, { kind: "bye", atMs: 20 }, { state: "ended" });
    await journal.settled();
    await records.erasePersonal(call1, request);
    const everything = JSON.stringify([await records.findCall(call1), await records.listEvents(call1)]);
    expect(everything).not.toMatch(/1012345678|나쁜/);
    expect(everything).toContain("personal-erased");
    expect(await records.verifyCall(call1)).toMatchObject({ kind: "intact" });
  });
});

test("tampering with a stored account is seen", async () => {
  await using setting = await recordBench();
  const { bench, recordsOf } = setting;
  const journal = await bench.start();
  tellProtectedCall(journal);
  await journal.settled();
  const records = recordsOf(journal);
  expect(await records.verifyCall("call-9" as CallId)).toEqual({ kind: "unknown-call" });
  const listEntries = bench.store.listEntries.bind(bench.store);
  bench.store.listEntries = async (callId) =>
    (await listEntries(callId)).map((entry) =>
      entry.kind === "assessed" ? { ...entry, body: { abusive: false } } : entry,
    );
  expect(await records.verifyCall(call1)).toEqual({ kind: "broken", seq: 6, why: "altered" });
});
