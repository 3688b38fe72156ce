import { expect, test } from "vitest";
import { testOffice } from "../testing/office.ts";

const minuteMs = 60_000;

test("a page gets who it is, then everything, then what changes", async () => {
  await using office = await testOffice();
  const { kim, clock } = office;
  const { page } = office.open(kim);
  expect(page.messages.map(({ kind }) => kind)).toEqual(["hello", "desk"]);
  expect(page.messages[0]).toMatchObject({
    protocol: 1,
    serverTimeMs: clock.nowMs(),
    me: { personId: kim.id, displayName: "김상담", role: "agent" },
  });
  expect(page.state).toMatchObject({
    presence: { kind: "ready" },
    call: null,
    wrapUp: null,
    missedCalls: 0,
    service: { hearing: "ok" },
  });
  const call = office.call("c1");
  call.ring(kim);
  await clock.advance(100);
  expect(page.state).toMatchObject({
    presence: { kind: "ringing" },
    call: { callId: "c1", phase: "ringing", other: { number: "010-****-5678" }, department: { en: "Civil Affairs" } },
  });
  expect(page.state.revision).toBeGreaterThan(page.states[0]?.revision ?? 0);
});

test("one call through the whole desk: it rings, two talk, it is ended for abuse, rest, write-up, clear", async () => {
  await using office = await testOffice();
  const { kim, clock, desk } = office;
  const { page } = office.open(kim);
  const call = office.call("c1");
  call.ring(kim);
  await clock.advance(4000);
  call.talk(kim);
  await clock.advance(1000);
  expect(page.state).toMatchObject({ presence: { kind: "talking" }, call: { phase: "talking" }, wrapUp: null });
  call.say("u1", "caller", "제 세금 고지서가 두 번 왔습니다. 왜 그런가요?");
  await clock.advance(100);
  expect(page.of("transcript").at(-1)).toMatchObject({
    callId: "c1",
    extent: "more",
    lines: [{ lineId: "u1", speaker: "caller" }],
  });
  call.openIncident("i-1", kim);
  call.tell({ kind: "ending-call", reason: "abuse", announcement: "completed", cause: {} as never });
  call.end(kim, "protection", "jikimi");
  await clock.advance(100);
  const restUntilMs = clock.nowMs() - 100 + 10 * minuteMs;
  expect(page.state).toMatchObject({
    presence: { kind: "protected-rest", untilMs: restUntilMs },
    call: { callId: "c1", phase: "ended", endReason: "protection" },
    wrapUp: {
      callId: "c1",
      disposition: "abuse-ended",
      summary: [
        { speaker: "caller", text: "제 세금 고지서가 두 번 왔습니다." },
        { speaker: "caller", text: "왜 그런가요?" },
      ],
      protectedEnding: { incidentId: "i-1", reason: "abuse", restUntilMs },
    },
  });

  expect(desk.setPresence(kim.id, { kind: "ready" })).toBe("resting");
  expect(desk.setPresence(kim.id, { kind: "end-rest" })).toBe("done");
  await clock.advance(100);
  expect(page.state.presence).toEqual({
    kind: "wrap-up",
    sinceMs: clock.nowMs() - 100,
    untilMs: clock.nowMs() - 100 + minuteMs,
    extensionsLeft: 3,
  });
  expect(desk.extendWrapUp(kim.id, call.callId)).toBe("done");
  await clock.advance(100);
  expect(page.state.presence).toMatchObject({ untilMs: clock.nowMs() - 200 + 2 * minuteMs, extensionsLeft: 2 });

  const written = { disposition: "abuse-ended", note: "두 번 고지됨" };
  expect(await desk.saveWrapUp(kim.id, call.callId, written)).toBe("done");
  await clock.advance(100);
  expect(page.state.wrapUp).toMatchObject(written);
  expect(await desk.saveWrapUp(kim.id, call.callId, written, { complete: true })).toBe("done");
  await clock.advance(100);
  expect(page.state).toMatchObject({ presence: { kind: "ready" }, call: null, wrapUp: null });
  expect(await desk.calls.find(kim.id, call.callId)).toMatchObject({ ...written, incidentIds: ["i-1"] });
});

test("a write-up can be given longer three times, and only while it lasts", async () => {
  await using office = await testOffice();
  const { kim, clock, desk } = office;
  office.open(kim);
  const call = office.call("c1");
  call.talk(kim);
  call.end(kim);
  const extended = [1, 2, 3, 4].map(() => desk.extendWrapUp(kim.id, call.callId));
  expect(extended).toEqual(["done", "done", "done", "no-extension-left"]);
  expect(desk.extendWrapUp(office.lee.id, call.callId)).toBe("not-your-call");
  await clock.advance(4 * minuteMs);
  expect(office.roster.presence(kim.id)).toMatchObject({ kind: "ready" });
  const next = office.call("c2");
  next.talk(kim);
  next.end(kim);
  await clock.advance(minuteMs);
  expect(desk.extendWrapUp(kim.id, next.callId)).toBe("no-extension-left");
});

test("who has no desk open is free at once; who only reloads it is not", async () => {
  await using office = await testOffice();
  const { kim, clock, roster } = office;
  const talked = (callId: string) => {
    const call = office.call(callId);
    call.talk(kim);
    call.end(kim);
    return roster.presence(kim.id).kind;
  };
  expect(talked("c1")).toBe("ready");
  const { connection } = office.open(kim);
  connection[Symbol.dispose]();
  await clock.advance(30_000);
  expect(talked("c2")).toBe("wrap-up");
  await clock.advance(3 * minuteMs);
  expect(talked("c3")).toBe("ready");
});

test("a storm of events is at most 20 states a second, and the last one is the truth", async () => {
  await using office = await testOffice();
  const { kim, clock } = office;
  const { page } = office.open(kim);
  const call = office.call("c1");
  call.talk(kim);
  await clock.advance(1000);
  const before = page.states.length;
  for (let i = 0; i < 1000; i++) {
    call.say(`u${i}`, "caller", `말 ${i}`);
    await clock.advance(1);
  }
  expect(page.states.length - before).toBeLessThanOrEqual(21);
  await clock.advance(100);
  const lines = page.of("transcript").flatMap((message) => message.lines);
  expect(new Set(lines.map(({ lineId }) => lineId)).size).toBe(1000);
  const revisions = page.states.map(({ revision }) => revision);
  expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
});

test("a slow page gets the newest state and whole transcripts, never a growing backlog", async () => {
  await using office = await testOffice();
  const { kim, clock } = office;
  const { page } = office.open(kim, { slow: true });
  page.arrive();
  page.arrive();
  const call = office.call("c1");
  call.talk(kim);
  await clock.advance(100);
  const sent = page.messages.length;
  for (let i = 0; i < 500; i++) {
    call.say(`u${i}`, "caller", `말 ${i}`);
    await clock.advance(20);
  }
  expect(page.messages.length).toBe(sent);
  for (let i = 0; i < 5; i++) page.arrive();
  const late = page.messages.slice(sent);
  expect(late.map(({ kind }) => kind)).toEqual(["desk", "transcript"]);
  expect(late[1]).toMatchObject({ extent: "all", lines: { length: 500 } });
});

test("a page that comes back gets the call and all its words", async () => {
  await using office = await testOffice();
  const { kim, clock } = office;
  const first = office.open(kim);
  const call = office.call("c1");
  call.talk(kim);
  call.say("u1", "caller", "여보세요");
  await clock.advance(100);
  first.connection[Symbol.dispose]();
  call.say("u2", "agent", "네, 말씀하세요");
  await clock.advance(100);
  const { page } = office.open(kim);
  expect(page.state.call).toMatchObject({ callId: "c1", phase: "talking" });
  expect(page.state.revision).toBeGreaterThan(first.page.state.revision);
  expect(page.of("transcript")).toMatchObject([{ extent: "all", lines: [{ lineId: "u1" }, { lineId: "u2" }] }]);
  expect(first.page.of("transcript").flatMap(({ lines }) => lines)).toHaveLength(1);
});

test("nobody sees another's call or words", async () => {
  await using office = await testOffice();
  const { kim, lee, park, clock } = office;
  const others = [office.open(lee).page, office.open(park).page];
  office.open(kim);
  const call = office.call("c1");
  call.ring(kim);
  call.talk(kim);
  call.say("u1", "caller", "비밀입니다");
  await clock.advance(1000);
  for (const page of others) {
    expect(page.states.map((state) => state.call)).toEqual(page.states.map(() => null));
    expect(page.of("transcript")).toEqual([]);
  }
});

test("after a transfer the call and its words are the colleague's, and the first agent's to write up", async () => {
  await using office = await testOffice();
  const { kim, lee, clock } = office;
  const [from, to] = [office.open(kim).page, office.open(lee).page];
  const call = office.call("c1");
  call.talk(kim);
  call.say("u1", "caller", "다른 부서 일입니다");
  call.tell({ kind: "transferring", to: lee.id });
  await clock.advance(100);
  expect(to.state.call).toMatchObject({ phase: "ringing" });
  expect(to.of("transcript")).toEqual([]);
  call.tell({ kind: "transferred", to: lee.id }, { agentId: lee.id });
  office.roster.callOver(kim.id, call.callId);
  office.roster.talking(lee.id, call.callId);
  await clock.advance(100);
  expect(to.state.call).toMatchObject({ phase: "talking" });
  expect(to.of("transcript")).toMatchObject([{ extent: "all", lines: [{ lineId: "u1" }] }]);
  expect(from.state).toMatchObject({ call: { phase: "ended", endReason: "transferred" }, wrapUp: { callId: "c1" } });
  const words = from.of("transcript").length;
  call.say("u2", "caller", "이건 새 담당자에게만");
  await clock.advance(100);
  expect(from.of("transcript").slice(words)).toEqual([]);
});

test("help is asked for once, shown to those who can help, taken once, and over with the call", async () => {
  await using office = await testOffice();
  const { kim, lee, park, clock, desk } = office;
  const [agent, colleague, supervisor] = [kim, lee, park].map((who) => office.open(who).page);
  const call = office.call("c1");
  call.talk(kim);
  expect(desk.requestHelp(lee.id, call.callId, "제가요")).toBe("not-your-call");
  expect(desk.requestHelp(kim.id, "c-none" as never, "")).toBe("not-your-call");
  expect(desk.requestHelp(kim.id, call.callId, "도와주세요")).toBe("done");
  expect(desk.requestHelp(kim.id, call.callId, "또요")).toBe("done");
  await clock.advance(100);
  const [request] = supervisor?.of("help").at(-1)?.requests ?? [];
  expect(request).toMatchObject({ callId: "c1", agentName: "김상담", note: "도와주세요", takenBy: null });
  expect(supervisor?.of("help").at(-1)?.requests).toHaveLength(1);
  expect(desk.takeHelp(park.id, "help-none")).toBe("help-unknown");
  expect(desk.takeHelp(park.id, request?.requestId ?? "")).toBe("done");
  await clock.advance(100);
  expect(agent?.state.call?.help).toMatchObject({ takenBy: "박팀장" });
  call.end(kim);
  await clock.advance(100);
  expect(supervisor?.of("help").at(-1)?.requests).toEqual([]);
  expect(desk.takeHelp(park.id, request?.requestId ?? "")).toBe("help-unknown");
  expect(colleague?.of("help")).toEqual([]);
  const late = office.open(park).page;
  expect(late.of("help")).toMatchObject([{ requests: [] }]);
});

test("a ring that nobody took is counted until it was looked at; a database that fails is asked again", async () => {
  await using office = await testOffice();
  const { kim, clock, desk, deskStore } = office;
  const { page } = office.open(kim);
  deskStore.failure = new Error("down");
  const call = office.call("c1");
  call.ring(kim);
  call.missed(kim);
  call.end(null, "nobody-free", "jikimi");
  await clock.advance(5000);
  expect(page.state.missedCalls).toBe(0);
  deskStore.failure = null;
  await clock.advance(2500);
  expect(page.state.missedCalls).toBe(1);
  expect(await desk.calls.list(kim.id, { only: "missed", limit: 5 })).toMatchObject([{ callId: "c1", missed: true }]);
  await desk.seenMissed(kim.id);
  await clock.advance(100);
  expect(page.state.missedCalls).toBe(0);
});

test("two tabs know which of them is the telephone, and the one that loses it is told", async () => {
  await using office = await testOffice();
  const { kim, phones, clock } = office;
  const [one, two] = ["t1", "t2"].map((tab) => office.open(kim, { tab }).page);
  phones.take(kim.id, "t1");
  await clock.advance(100);
  expect([one, two].map((page) => page?.state.phone.holder)).toEqual(["this-tab", "other-tab"]);
  phones.take(kim.id, "t2");
  await clock.advance(100);
  expect([one, two].map((page) => page?.state.phone.holder)).toEqual(["other-tab", "this-tab"]);
  expect([one, two].map((page) => page?.of("phone-taken").length)).toEqual([1, 0]);
});

test("what works less well is told within seconds, and only when it changes", async () => {
  await using office = await testOffice();
  const { kim, health, clock } = office;
  const { page } = office.open(kim);
  await clock.advance(10_000);
  const before = page.states.length;
  health.now = { ...health.now, hearing: "down", records: "spooling" };
  await clock.advance(10_000);
  expect(page.state.service).toMatchObject({ hearing: "down", records: "spooling" });
  expect(page.states.length).toBe(before + 1);
});

test("how often a caller rang before is shown when it is known", async () => {
  await using office = await testOffice();
  const { kim, clock } = office;
  const { page } = office.open(kim);
  office.call("c1").end(null, "protection", "jikimi");
  await clock.advance(1000);
  const call = office.call("c2");
  call.ring(kim);
  await clock.advance(100);
  expect(page.state.call?.other).toEqual({ number: "010-****-5678", callsBefore: 1, incidentsBefore: 1 });
});

test("an outbound call is on its agent's desk from the first digit, and nothing is to be written up of nobody", async () => {
  await using office = await testOffice();
  const { kim, clock, roster } = office;
  const { page } = office.open(kim);
  const call = office.call("c1", { direction: "outbound", from: "kim" });
  roster.talking(kim.id, call.callId);
  await clock.advance(100);
  expect(page.state.call).toMatchObject({ phase: "dialling", direction: "outbound" });
  call.tell({ kind: "bye", by: "jikimi", reason: "not-reached" });
  call.tell({ kind: "ended", by: "jikimi", reason: "not-reached" });
  roster.callOver(kim.id, call.callId, { connected: false });
  await clock.advance(100);
  expect(page.state).toMatchObject({ call: null, wrapUp: null, presence: { kind: "ready" } });
});

test("what a restart of the server interrupted is still to be written up", async () => {
  await using office = await testOffice();
  const { kim, clock } = office;
  const call = office.call("c1");
  call.talk(kim);
  call.say("u1", "caller", "내일 세 시에 방문하고 싶습니다");
  await clock.advance(1000);
  call.end(kim, "server-restarted", "jikimi");
  await clock.advance(1000);
  await office.desk.saveWrapUp(kim.id, call.callId, { disposition: "received", note: "쓰다 만 메모" });
  const { desk } = await office.restart();
  const { page } = office.open(kim, { desk });
  await clock.advance(1000);
  expect(page.state).toMatchObject({
    call: { callId: "c1", phase: "ended" },
    wrapUp: {
      callId: "c1",
      disposition: "received",
      note: "쓰다 만 메모",
      summary: [{ text: "내일 세 시에 방문하고 싶습니다" }],
    },
  });
  await desk[Symbol.asyncDispose]();
});

test("nothing is left behind: no timer, no listener, once pages and desk are closed", async () => {
  const office = await testOffice();
  const { kim, clock } = office;
  const { connection } = office.open(kim);
  const call = office.call("c1");
  call.talk(kim);
  call.say("u1", "caller", "여보세요");
  await clock.advance(1000);
  connection[Symbol.dispose]();
  connection[Symbol.dispose]();
  call.end(kim);
  await clock.advance(5 * minuteMs);
  await office.desk[Symbol.asyncDispose]();
  expect(clock.pendingTimers).toBe(0);
  await office[Symbol.asyncDispose]();
});
