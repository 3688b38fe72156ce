import type { AgentId, CallId } from "@jikimi/kernel";
import { expect, test } from "vitest";
import { testCentre } from "../testing/centre.ts";
import { fakeSoundMs } from "../testing/fake-media-plane.ts";
import type { TrialLine } from "./trial-lines.ts";

async function withPage(agents = 1) {
  const centre = await testCentre({ agents, deskPhones: false });
  const page = await centre.openPage(0, "a");
  void page.register();
  await centre.clock.advance(100);
  const agentId = centre.people[0]?.person.id as AgentId;
  return { centre, page, agentId };
}

function lineOf(agentId: AgentId, more: Partial<TrialLine> = {}): TrialLine {
  return { kind: "simulated", agentId, recognizer: "demo", policy: null, callee: null, ...more };
}

test("a page dials out over its session's connection, without a password", async () => {
  const { centre, page, agentId } = await withPage();
  void page.call("01098765432");
  await centre.clock.advance(fakeSoundMs + 1500);
  expect(centre.carrier.rung[0]?.requestUri.user).toBe("01098765432");
  expect(centre.kinds()).toContain("bridged");
  expect(centre.roster.presence(agentId)).toMatchObject({ kind: "talking" });
});

test.for([
  { what: "as somebody else", from: "agent2" },
  { what: "as a citizen", from: "01012345678" },
])("a page that calls $what is refused", async ({ from }) => {
  const { centre, page } = await withPage(2);
  const outcome = page.call("07000000120", { from: { uri: `sip:${from}@198.51.100.1` } });
  await centre.clock.advance(2000);
  expect(await outcome).toMatchObject({ kind: "refused", status: 403 });
  expect(centre.control.liveCalls).toBe(0);
});

test("callback-CALLID rings the other party of one's own earlier call; anybody else's is not there", async () => {
  const { centre, page, agentId } = await withPage();
  centre.earlierNumbers.set(`${agentId} c-1`, "+821055556666");
  centre.earlierNumbers.set("another c-2", "+821077778888");
  void page.call("callback-c-1");
  await centre.clock.advance(1000);
  expect(centre.carrier.rung[0]?.requestUri.user).toBe("01055556666");
  void page.phone.dialog?.bye();
  const refused = page.call("callback-c-2");
  await centre.clock.advance(2000);
  expect(await refused).toMatchObject({ kind: "refused" });
  expect(centre.carrier.rung).toHaveLength(1);
});

test("echo: says what it is, gives back what one says, and is no call", async () => {
  const { centre, page, agentId } = await withPage();
  void page.call("echo");
  await centre.clock.advance(1000);
  expect(page.phone.dialog).not.toBeNull();
  expect(centre.media.echoing.size).toBe(0);
  await centre.clock.advance(fakeSoundMs);
  expect(centre.media.echoing.size).toBe(1);
  expect(centre.control.liveCalls).toBe(0);
  expect(centre.journal.accounts.size).toBe(0);
  expect(centre.media.recordings.size + centre.media.taps.size).toBe(0);
  expect(centre.roster.presence(agentId)).toMatchObject({ kind: "ready" });
  void page.phone.dialog?.bye();
  await centre.clock.advance(500);
  expect(await centre.media.list()).toEqual([]);
});

test("a second echo test ends the first, and one that is forgotten ends by itself", async () => {
  const { centre, page } = await withPage();
  void page.call("echo");
  await centre.clock.advance(1000);
  const first = page.phone.dialog;
  void page.call("echo");
  await centre.clock.advance(1000);
  expect(first?.ended.aborted).toBe(true);
  expect(page.phone.dialog?.ended.aborted).toBe(false);
  await centre.clock.advance(200_000);
  expect(page.phone.dialog?.ended.aborted).toBe(true);
  expect(await centre.media.list()).toEqual([]);
});

test("a simulated caller rings the agent who asked and nobody else, and every record says what it was", async () => {
  const { centre, page, agentId } = await withPage(2);
  const other = await centre.openPage(1, "x");
  void other.register();
  const seen: CallId[] = [];
  const token = centre.trials.open(lineOf(agentId, { onCall: (callId) => seen.push(callId) }));
  await centre.clock.advance(10_000);
  void centre.carrier.call(`sip:trial-${token}@198.51.100.1`);
  await centre.clock.advance(fakeSoundMs + 2000);
  expect(page.phone.dialog).not.toBeNull();
  expect(other.phone.rung).toHaveLength(0);
  expect(seen).toEqual([centre.callId()]);
  expect(centre.journal.rows.get(centre.callId())).toMatchObject({
    simulated: true,
    trialKind: "simulated",
    recognizer: "demo",
    agentId,
  });
  expect(centre.kinds()).toContain("notice-completed");
});

test("practice never waits for, or goes to, somebody else: an agent who is not free is not rung", async () => {
  const { centre, page, agentId } = await withPage();
  centre.roster.apply(agentId, { kind: "set-away", by: "agent", reason: "meal" });
  const token = centre.trials.open(lineOf(agentId));
  void centre.carrier.call(`sip:trial-${token}@198.51.100.1`);
  await centre.clock.advance(3 * fakeSoundMs + 5000);
  expect(page.phone.rung).toHaveLength(0);
  expect(centre.account().find(({ kind }) => kind === "bye")).toMatchObject({ reason: "nobody-free" });
});

test("a trial's line serves one call, and is gone when nobody uses it", async () => {
  const { centre, agentId } = await withPage();
  const used = centre.trials.open(lineOf(agentId));
  void centre.carrier.call(`sip:trial-${used}@198.51.100.1`);
  await centre.clock.advance(1000);
  const again = centre.carrier.call(`sip:trial-${used}@198.51.100.1`);
  await centre.clock.advance(1000);
  expect(await again).toMatchObject({ kind: "refused", status: 403 });
  const unused = centre.trials.open(lineOf(agentId));
  await centre.clock.advance(6 * 60_000);
  const late = centre.carrier.call(`sip:trial-${unused}@198.51.100.1`);
  await centre.clock.advance(1000);
  expect(await late).toMatchObject({ kind: "refused", status: 403 });
});

test("speak yourself: the visitor's connection reaches this agent alone, as a call of kind self without a number", async () => {
  const { centre, page, agentId } = await withPage();
  const token = centre.trials.open(lineOf(agentId, { kind: "self", recognizer: null }));
  expect(centre.trials.mayConnect(token)).toBe(true);
  const visitor = await centre.openPage(0, "visitor");
  centre.pages.closed(visitor.flow);
  centre.trials.connected(token, visitor.flow);
  expect(centre.trials.mayConnect(token), "once").toBe(false);

  const elsewhere = visitor.call("07000000120", { from: { uri: "sip:01012345678@198.51.100.1" } });
  const asAgent = visitor.call("01098765432");
  void visitor.register().then((status) => expect(status).toBe(401));
  await centre.clock.advance(1000);
  expect(await elsewhere).toMatchObject({ kind: "refused", status: 403 });
  expect(await asAgent).toMatchObject({ kind: "refused", status: 403 });

  void visitor.call(`trial-${token}`, { from: { uri: "sip:me@198.51.100.1" } });
  await centre.clock.advance(fakeSoundMs + 2000);
  expect(page.phone.dialog).not.toBeNull();
  expect(centre.journal.rows.get(centre.callId())).toMatchObject({ trialKind: "self", callerNumber: null });
  centre.trials.disconnected(visitor.flow);
  expect(centre.trials.isVisitor(visitor.flow)).toBe(false);
});

test("a token of speak yourself is of no use to anybody else's telephone", async () => {
  const { centre, agentId } = await withPage();
  const token = centre.trials.open(lineOf(agentId, { kind: "self" }));
  const outcome = centre.carrier.call(`sip:trial-${token}@198.51.100.1`);
  await centre.clock.advance(1000);
  expect(await outcome).toMatchObject({ kind: "refused", status: 403 });
});

test("a trial that the agent dials reaches the simulated telephone, not the carrier's network", async () => {
  const { centre, page, agentId } = await withPage();
  const [trunk] = centre.directory.view().trunks;
  if (trunk === undefined) throw new Error("a trunk expected");
  const callee = { number: "+821012345678", trunk: { ...trunk, id: "trial" as never, name: "trial" } };
  const token = centre.trials.open(lineOf(agentId, { callee }));
  void page.call(`trial-${token}`);
  await centre.clock.advance(fakeSoundMs + 1500);
  expect(centre.carrier.rung[0]?.requestUri.user).toBe("01012345678");
  expect(centre.journal.rows.get(centre.callId())).toMatchObject({ trialKind: "simulated", direction: "outbound" });
});

test("a page that is gone while it dials leaves nobody ringing", async () => {
  const { centre, page, agentId } = await withPage();
  centre.carrier.manner = "rings";
  void page.call("01098765432");
  await centre.clock.advance(1000);
  expect(centre.carrier.rung).toHaveLength(1);
  await page.vanish();
  await centre.clock.advance(1000);
  expect(centre.carrier.rung[0]?.cancelled.aborted).toBe(true);
  expect(centre.account().find(({ kind }) => kind === "bye")).toMatchObject({ by: "agent", reason: "cancelled" });
  expect(centre.roster.presence(agentId)).toMatchObject({ kind: "ready" });
});

test("a page that reloads while it rings is rung again where it comes back, and has missed nothing", async () => {
  const { centre, page, agentId } = await withPage();
  page.phone.manner = "rings";
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 1000);
  expect(page.phone.rung).toHaveLength(1);
  await page.vanish();
  await centre.clock.advance(500);
  expect(centre.account().find(({ kind }) => kind === "not-reached")).toMatchObject({ why: "page-gone" });
  const again = await centre.openPage(0, "a");
  void again.register();
  await centre.clock.advance(100);
  // The server tells the roster whenever a telephone registers.
  centre.roster.apply(agentId, { kind: "signed-in" });
  await centre.clock.advance(1000);
  expect(again.phone.dialog).not.toBeNull();
  expect(centre.kinds()).toContain("bridged");
});
