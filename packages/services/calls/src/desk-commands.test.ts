import type { AgentId, DepartmentId } from "@jikimi/kernel";
import { OFFER } from "@jikimi/sip/testing";
import { expect, test } from "vitest";
import { type TestCentre, testCentre } from "../testing/centre.ts";
import { fakeSoundMs } from "../testing/fake-media-plane.ts";

const outside = "0212345678";

async function talking(agents = 1, options: Parameters<typeof testCentre>[0] = {}) {
  const centre = await testCentre({ agents, ...options });
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 2000);
  const me = centre.people.find(({ phone }) => phone.dialog !== null);
  const colleague = centre.people.find(({ phone }) => phone.dialog === null);
  if (me === undefined) throw new Error("nobody answered");
  const callId = centre.callId();
  const call = centre.control.find(callId);
  if (call === null) throw new Error("no call");
  /** Asks something of the desk and lets it happen. */
  const ask = async <T>(asked: Promise<T>, forMs = 500): Promise<T> => {
    await centre.clock.advance(forMs);
    return asked;
  };
  return { centre, me, colleague, callId, call, ask, desk: centre.control.desk, agentId: me.person.id };
}

function told(centre: TestCentre, kind: string) {
  return centre.account().find((event) => event.kind === kind);
}

const refused = (why: string) => ({ kind: "refused", why });

test("지금 경고 from the desk warns, and a second one while it plays is refused with the reason", async () => {
  const { centre, desk, agentId, callId, ask } = await talking();
  expect(await ask(desk.act(agentId, callId, { kind: "warn-now" }))).toEqual({ kind: "done" });
  expect(await ask(desk.act(agentId, callId, { kind: "warn-now" }))).toEqual(refused("already-warning"));
  expect(await ask(desk.act(agentId, callId, { kind: "confirm" }))).toEqual(refused("nothing-offered"));
  expect(told(centre, "action")).toMatchObject({ by: "agent", action: { kind: "warn-now" } });
  expect(centre.kinds()).toContain("action-refused");
});

test.for<[string, (of: Awaited<ReturnType<typeof talking>>) => Promise<unknown>]>([
  ["act", ({ desk, callId }) => desk.act("somebody" as AgentId, callId, { kind: "end-now" })],
  ["hold", ({ desk, callId }) => desk.hold("somebody" as AgentId, callId, true)],
  ["record", ({ desk, callId }) => desk.record("somebody" as AgentId, callId, true)],
  ["transfer", ({ desk, callId }) => desk.transfer("somebody" as AgentId, callId, { to: outside, kind: "blind" })],
  ["finish", ({ desk, callId }) => desk.finishTransfer("somebody" as AgentId, callId, "cancel")],
])("nobody commands another's call: %s", async ([, command]) => {
  const of = await talking();
  const before = of.centre.kinds();
  expect(await of.ask(command(of))).toEqual(refused("not-on-your-line"));
  expect(of.centre.kinds()).toEqual(before);
});

test("a call that is over takes no command, also one that ends while it waits", async () => {
  const { centre, desk, agentId, callId, ask } = await talking();
  void centre.carrier.dialog?.bye();
  await centre.clock.advance(1000);
  expect(await ask(desk.act(agentId, callId, { kind: "continue" }))).toEqual(refused("not-on-your-line"));
});

test("hold from the desk: the caller hears music, the agent nothing, protection waits; twice changes nothing", async () => {
  const { centre, desk, agentId, callId, ask } = await talking();
  for (let i = 0; i < 2; i++) expect(await ask(desk.hold(agentId, callId, true))).toEqual({ kind: "done" });
  expect(centre.media.looping.size).toBe(1);
  expect(centre.media.bridges.size).toBe(0);
  for (let i = 0; i < 6; i++) {
    centre.hearing.says(callId, "caller", "욕", centre.control.find(callId)?.atMs ?? 0);
    await centre.clock.advance(2500);
  }
  expect(centre.kinds()).not.toContain("warning-started");
  expect(await ask(desk.hold(agentId, callId, false))).toEqual({ kind: "done" });
  expect(centre.media.looping.size).toBe(0);
  expect(centre.media.bridges.size).toBe(1);
  expect(centre.kinds().filter((kind) => kind === "hold" || kind === "resumed")).toEqual(["hold", "resumed"]);
});

test("held by telephone and desk, the call is held until both let go", async () => {
  const { centre, me, desk, agentId, callId, ask } = await talking();
  await ask(desk.hold(agentId, callId, true));
  void me.phone.dialog?.reinvite(`${OFFER}a=sendonly\r\n`);
  await centre.clock.advance(100);
  await ask(desk.hold(agentId, callId, false));
  expect(centre.media.bridges.size).toBe(0);
  void me.phone.dialog?.reinvite(OFFER);
  await centre.clock.advance(500);
  expect(centre.media.bridges.size).toBe(1);
  expect(centre.kinds().filter((kind) => kind === "hold" || kind === "resumed")).toEqual(["hold", "resumed"]);
});

test("a hold outlives a reload of the page, and ends from the desk", async () => {
  const centre = await testCentre({ deskPhones: false });
  const page = await centre.openPage(0, "a");
  void page.register();
  await centre.clock.advance(100);
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 2000);
  const agentId = centre.people[0]?.person.id as AgentId;
  void centre.control.desk.hold(agentId, centre.callId(), true);
  await page.vanish();
  await centre.clock.advance(2000);
  const again = await centre.openPage(0, "a");
  void again.register();
  await centre.clock.advance(1000);
  expect(centre.kinds()).toContain("agent-returned");
  expect(centre.media.looping.size).toBe(1);
  void centre.control.desk.hold(agentId, centre.callId(), false);
  await centre.clock.advance(500);
  expect(centre.media.looping.size).toBe(0);
  expect(centre.media.bridges.size).toBe(1);
});

test("recording: on demand it starts and stops; where every call is recorded it cannot be stopped", async () => {
  const all = await talking();
  expect(await all.ask(all.desk.record(all.agentId, all.callId, false))).toEqual(refused("always-recorded"));
  expect(await all.ask(all.desk.record(all.agentId, all.callId, true))).toEqual({ kind: "done" });
  const some = await talking(1, { recordingMode: "on-demand" });
  expect(await some.ask(some.desk.record(some.agentId, some.callId, true), fakeSoundMs + 500)).toEqual({
    kind: "done",
  });
  expect(some.centre.kinds()).toContain("recording-started");
  await some.ask(some.desk.record(some.agentId, some.callId, false));
  expect(some.centre.kinds()).toContain("recording-closed");
});

test("blind transfer to a colleague: ringing, then the colleague; the first agent is free", async () => {
  const { centre, me, colleague, desk, agentId, callId, ask } = await talking(2);
  expect(await ask(desk.transfer(agentId, callId, { to: "agent2", kind: "blind" }), 2000)).toEqual({ kind: "done" });
  expect(centre.kinds()).toContain("transferred");
  expect(me.phone.dialog?.ended.aborted).toBe(true);
  expect(centre.roster.presence(colleague?.person.id as never)).toMatchObject({ kind: "talking" });
  expect(await ask(desk.hold(agentId, callId, true)), "no longer theirs").toEqual(refused("not-on-your-line"));
});

test("a telephone that hangs up as soon as it has transferred leaves the caller ringing", async () => {
  const { centre, me, desk, colleague, agentId, callId, ask } = await talking(2);
  if (colleague !== undefined) colleague.phone.manner = "rings";
  await ask(desk.transfer(agentId, callId, { to: "agent2", kind: "blind" }));
  void me.phone.dialog?.bye();
  await centre.clock.advance(2000);
  expect(centre.control.liveCalls).toBe(1);
  expect(centre.media.looping.size).toBe(1);
  void colleague?.phone.rung[0]?.answer(OFFER);
  await centre.clock.advance(1000);
  expect(centre.kinds()).toContain("transferred");
  expect(centre.control.liveCalls).toBe(1);
});

test.for([
  { to: "nobody", why: "unknown" },
  { to: "agent1", why: "yourself" },
  { to: "agent2", why: "person-not-free" },
])("a transfer to $to is refused: $why", async ({ to, why }) => {
  const centre = await testCentre({ agents: 2 });
  const [first, second] = centre.people;
  centre.roster.apply(second?.person.id as never, { kind: "set-away", by: "agent", reason: "meal" });
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 2000);
  for (const kind of ["blind", "attended"] as const) {
    const asked = centre.control.desk.transfer(first?.person.id as never, centre.callId(), { to, kind });
    await centre.clock.advance(500);
    expect(await asked).toEqual(refused(why));
  }
  expect(centre.media.bridges.size).toBe(1);
  expect(centre.media.looping.size).toBe(0);
});

test("without a number to show nobody outside can be reached", async () => {
  const centre = await testCentre();
  await centre.directory.changeDepartment("civil-affairs" as DepartmentId, { displayNumber: null });
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 2000);
  const agentId = centre.people[0]?.person.id as AgentId;
  const asked = centre.control.desk.transfer(agentId, centre.callId(), { to: outside, kind: "attended" });
  await centre.clock.advance(500);
  expect(await asked).toEqual(refused("no-trunk"));
});

test("attended transfer: the agent asks, the caller hears music, then the two others are joined and protected", async () => {
  const { centre, me, colleague, call, desk, agentId, callId, ask } = await talking(2);
  expect(await ask(desk.transfer(agentId, callId, { to: "agent2", kind: "attended" }), 1000)).toEqual({ kind: "done" });
  expect(told(centre, "consultation-started")).toMatchObject({ agentId: colleague?.person.id });
  expect(centre.kinds()).toContain("consultation-answered");
  const mine = call.leg("agent")?.legId;
  expect(centre.media.bridges.get(callId)?.[0]).toBe(mine);
  const theirs = centre.media.bridges.get(callId)?.[1];
  expect(centre.media.looping.size).toBe(1);
  expect(await ask(desk.transfer(agentId, callId, { to: outside, kind: "blind" }))).toEqual(
    refused("busy-transferring"),
  );

  expect(await ask(desk.finishTransfer(agentId, callId, "complete"), 1000)).toEqual({ kind: "done" });
  expect(centre.media.bridges.get(callId)).toEqual([call.leg("caller")?.legId, theirs]);
  expect(centre.media.looping.size).toBe(0);
  expect(centre.media.channels.get("agent")).toBe(theirs);
  expect(told(centre, "consultation-ended")).toMatchObject({ how: "completed" });
  expect(call.agentId).toBe(colleague?.person.id);
  expect(centre.roster.presence(agentId)).toMatchObject({ kind: "ready" });
  expect(me.phone.dialog?.ended.aborted).toBe(true);
  for (let i = 0; i < 10 && !centre.kinds().includes("warning-started"); i++) {
    centre.hearing.says(callId, "caller", "욕", call.atMs);
    await centre.clock.advance(2500);
  }
  expect(centre.kinds()).toContain("warning-started");
});

test("attended transfer taken back: the colleague is let go and free, the caller has the agent again", async () => {
  const { centre, colleague, call, desk, agentId, callId, ask } = await talking(2);
  await ask(desk.transfer(agentId, callId, { to: "agent2", kind: "attended" }), 1000);
  expect(await ask(desk.finishTransfer(agentId, callId, "cancel"), 1000)).toEqual({ kind: "done" });
  expect(centre.media.bridges.get(callId)).toEqual([call.leg("caller")?.legId, call.leg("agent")?.legId]);
  expect(centre.media.looping.size).toBe(0);
  expect(colleague?.phone.dialog?.ended.aborted).toBe(true);
  expect(centre.roster.presence(colleague?.person.id as never)).toMatchObject({ kind: "ready" });
  expect(await ask(desk.finishTransfer(agentId, callId, "complete"))).toEqual(refused("nobody-asked"));
});

test("taken back while it rings, the colleague's telephone stops and nothing was missed", async () => {
  const { centre, colleague, desk, agentId, callId, ask } = await talking(2);
  if (colleague !== undefined) colleague.phone.manner = "rings";
  await ask(desk.transfer(agentId, callId, { to: "agent2", kind: "attended" }), 1000);
  expect(centre.media.looping.size, "music for the caller, ringing for the agent").toBe(2);
  expect(await ask(desk.finishTransfer(agentId, callId, "complete"))).toEqual(refused("not-answered-yet"));
  await ask(desk.finishTransfer(agentId, callId, "cancel"), 1000);
  expect(colleague?.phone.rung[0]?.cancelled.aborted).toBe(true);
  expect(centre.media.looping.size).toBe(0);
  expect(centre.roster.presence(colleague?.person.id as never)).toMatchObject({ kind: "ready" });
});

test("who is asked and refuses, or hangs up, leaves the caller waiting until the agent goes back or asks another", async () => {
  const { centre, colleague, desk, agentId, callId, ask } = await talking(2);
  if (colleague !== undefined) colleague.phone.manner = "refuses";
  await ask(desk.transfer(agentId, callId, { to: "agent2", kind: "attended" }), 1000);
  expect(centre.kinds()).toContain("consultation-failed");
  expect(centre.media.looping.size).toBe(1);
  expect(centre.media.bridges.size).toBe(0);
  expect(await ask(desk.transfer(agentId, callId, { to: outside, kind: "attended" }), 2000)).toEqual({ kind: "done" });
  expect(centre.kinds()).toContain("consultation-answered");
  void centre.carrier.rung.at(-1);
  void centre.carrier.dialog?.bye();
  await centre.clock.advance(1000);
  expect(centre.kinds().filter((kind) => kind === "consultation-failed")).toHaveLength(2);
  expect(await ask(desk.hold(agentId, callId, false), 1000), "back to the caller").toEqual({ kind: "done" });
  expect(centre.media.bridges.size).toBe(1);
  expect(centre.control.liveCalls).toBe(1);
});

test("to hang up while asking is to leave the caller with whom one asked", async () => {
  const { centre, me, colleague, call, desk, agentId, callId, ask } = await talking(2);
  await ask(desk.transfer(agentId, callId, { to: "agent2", kind: "attended" }), 1000);
  void me.phone.dialog?.bye();
  await centre.clock.advance(1000);
  expect(call.agentId).toBe(colleague?.person.id);
  expect(centre.media.bridges.get(callId)?.[0]).toBe(call.leg("caller")?.legId);
  expect(centre.control.liveCalls).toBe(1);
});

test("the caller hangs up while the agent asks: everybody is let go", async () => {
  const { centre, colleague, desk, agentId, callId, ask } = await talking(2);
  const { dialog } = centre.carrier;
  await ask(desk.transfer(agentId, callId, { to: "agent2", kind: "attended" }), 1000);
  void dialog?.bye();
  await centre.clock.advance(1000);
  expect(centre.control.liveCalls).toBe(0);
  expect(colleague?.phone.dialog?.ended.aborted).toBe(true);
  expect(told(centre, "consultation-ended")).toMatchObject({ how: "call-over" });
  for (const { person } of centre.people) expect(centre.roster.presence(person.id)).toMatchObject({ kind: "ready" });
});

test("the agent's page reloads while they ask: the question is there when they come back", async () => {
  const centre = await testCentre({ agents: 2, deskPhones: false });
  const page = await centre.openPage(0, "a");
  const other = await centre.openPage(1, "x");
  void page.register();
  await centre.clock.advance(100);
  void centre.carrier.call(centre.target);
  await centre.clock.advance(200);
  void other.register();
  await centre.clock.advance(fakeSoundMs + 2000);
  const agentId = centre.people[0]?.person.id as AgentId;
  const asked = centre.control.desk.transfer(agentId, centre.callId(), { to: "agent2", kind: "attended" });
  await centre.clock.advance(1000);
  const call = centre.control.find(centre.callId());
  const [mine, theirs] = centre.media.bridges.get(centre.callId()) ?? [];
  expect(mine).toBe(call?.leg("agent")?.legId);
  const owner = call?.agentId === agentId ? page : other;
  await owner.vanish();
  await centre.clock.advance(2000);
  expect(centre.media.bridges.size).toBe(0);
  const again = await centre.openPage(0, "a");
  void again.register();
  await centre.clock.advance(1000);
  expect(centre.media.bridges.get(centre.callId())).toEqual([call?.leg("agent")?.legId, theirs]);
  expect(await asked).toEqual({ kind: "done" });
});
