import { operations } from "@jikimi/http-api";
import { expect, test } from "vitest";
import { testOffice } from "../testing/office.ts";

test("a call of mine is told whole: words, timeline, incident with my comment, recording, note", async () => {
  await using office = await testOffice();
  const { kim, clock, desk } = office;
  const call = office.call("c1");
  call.ring(kim);
  await clock.advance(2000);
  call.tell({ kind: "recording-started", path: "r0.jkr" }, { recordingPath: "r0.jkr" });
  call.talk(kim);
  await clock.advance(1000);
  call.say("u1", "caller", "여보세요 제 말 들려요");
  call.openIncident("i-1", kim);
  const gaps = [{ channel: "caller", startMs: 0, endMs: 20, reason: "packets-lost" }] as const;
  call.tell(
    { kind: "recording-closed", sha256: "ab", durationMs: 900, gaps: gaps as never, complete: true, path: "r0.jkr" },
    { recordingSha256: "ab", recordingSummary: { durationMs: 900, gaps: [...gaps], complete: true } },
  );
  await clock.advance(1000);
  call.end(kim, "protection", "jikimi");
  await clock.advance(1000);
  expect(await desk.comment(kim.id, "i-1" as never, "먼저 욕을 했습니다")).toBe("done");
  expect(await desk.comment(kim.id, "i-1" as never, "먼저 욕을 하셨습니다")).toBe("done");
  expect(await desk.saveWrapUp(kim.id, call.callId, { disposition: "abuse-ended", note: "메모" })).toBe("done");
  await clock.advance(100);

  const shown = operations["desk.call"].output.parse(await desk.calls.show(kim.id, call.callId));
  expect(shown).toMatchObject({
    call: {
      callId: "c1",
      direction: "inbound",
      trial: null,
      missed: false,
      other: { shown: "010-****-5678", revealed: false },
      talkMs: 2000,
      endReason: "protection",
      disposition: "abuse-ended",
      note: "메모",
      incidentIds: ["i-1"],
      hasRecording: true,
    },
    lines: [{ lineId: "u1", speaker: "caller", words: { length: 4 } }],
    incidents: [
      { incidentId: "i-1", reason: "abuse", comment: "먼저 욕을 하셨습니다", policy: { title: { ko: "기본" } } },
    ],
    recording: { beginsAtMs: 2000, durationMs: 900, complete: true, gaps, audioPath: "/api/desk/calls/c1/audio" },
  });
  expect(shown.timeline.map(({ kind }) => kind)).toContain("incident-commented");
  expect(JSON.stringify(shown)).not.toContain("01012345678");
});

test("somebody else's call is as unknown as one that never was, for every question about it", async () => {
  await using office = await testOffice();
  const { kim, lee, park, clock, desk } = office;
  const call = office.call("c1");
  call.talk(kim);
  call.openIncident("i-1", kim);
  await clock.advance(1000);
  call.end(kim);
  await clock.advance(1000);
  expect(await desk.calls.show(kim.id, call.callId)).not.toBeNull();
  for (const { id } of [lee, park]) {
    for (const callId of [call.callId, "c-none" as never]) {
      expect(await desk.calls.show(id, callId)).toBeNull();
      expect(await desk.calls.joined(id, callId)).toBeNull();
      expect(await desk.calls.find(id, callId)).toBeNull();
      expect(await desk.numberToCallBack(callId, id)).toBeNull();
      expect(await desk.saveWrapUp(id, callId, { disposition: null, note: "x" })).toBe("not-your-call");
      expect(desk.extendWrapUp(id, callId)).toBe("not-your-call");
      expect(desk.requestHelp(id, callId, "")).toBe("not-your-call");
    }
    expect(await desk.comment(id, "i-1" as never, "x")).toBe("incident-unknown");
    expect(await desk.calls.list(id, { only: "all", limit: 9 })).toEqual([]);
  }
  expect(desk.requestHelp(kim.id, call.callId, "")).toBe("not-your-call");
});

test("a call that only rang is mine to ring back, not to read or to hear", async () => {
  await using office = await testOffice();
  const { kim, lee, clock, desk } = office;
  const call = office.call("c1");
  call.ring(lee);
  call.missed(lee);
  call.talk(kim);
  call.say("u1", "caller", "비밀입니다");
  await clock.advance(1000);
  call.end(kim);
  await clock.advance(1000);
  expect(await desk.calls.show(lee.id, call.callId)).toMatchObject({
    call: { missed: true, talkMs: null, hasRecording: false, incidentIds: [] },
    lines: [],
    timeline: [],
    recording: null,
  });
  expect(await desk.calls.joined(lee.id, call.callId)).toBeNull();
  expect(await desk.numberToCallBack(call.callId, lee.id)).toBe("+821012345678");
  expect(await desk.saveWrapUp(lee.id, call.callId, { disposition: null, note: "x" })).toBe("not-your-call");
});

test("a call that I passed on is mine up to that moment", async () => {
  await using office = await testOffice();
  const { kim, lee, clock, desk } = office;
  const call = office.call("c1");
  call.talk(kim);
  await clock.advance(2000);
  call.say("u1", "caller", "처음 한 말");
  call.tell({ kind: "transferred", to: lee.id }, { agentId: lee.id });
  await clock.advance(3000);
  call.say("u2", "caller", "나중에 한 말");
  await clock.advance(1000);
  call.end(lee);
  await clock.advance(1000);
  const words = async (id: typeof kim.id) =>
    (await desk.calls.show(id, call.callId))?.lines.map(({ lineId }) => lineId);
  expect(await words(kim.id)).toEqual(["u1"]);
  expect(await words(lee.id)).toEqual(["u1", "u2"]);
  expect(await desk.calls.joined(kim.id, call.callId)).toMatchObject({ leftAtMs: call.startedAtMs + 2000 });
});

test("what was erased is gone here too, and what is left still shows", async () => {
  await using office = await testOffice();
  const { kim, clock, desk, records } = office;
  const call = office.call("c1");
  call.talk(kim);
  call.say("u1", "caller", "홍길동입니다");
  await clock.advance(1000);
  call.end(kim);
  await clock.advance(1000);
  await records.erasePersonal(call.callId, { by: "office", reason: "asked for" });
  await clock.advance(1000);
  const shown = operations["desk.call"].output.parse(await desk.calls.show(kim.id, call.callId));
  expect(shown).toMatchObject({ call: { other: null, talkMs: 1000 }, lines: [{ lineId: "u1", words: [] }] });
  expect(JSON.stringify(shown)).not.toContain("홍길동");
  expect(await desk.numberToCallBack(call.callId, kim.id)).toBeNull();
});
