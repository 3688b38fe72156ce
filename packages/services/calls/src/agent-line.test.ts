import { expect, test } from "vitest";
import { type TestCentre, testCentre } from "../testing/centre.ts";
import { fakeSoundMs } from "../testing/fake-media-plane.ts";
import { agentGraceMs } from "./agent-line.ts";

type Page = Awaited<ReturnType<TestCentre["openPage"]>>;

async function signIn(centre: TestCentre, index: number, tab: string): Promise<Page> {
  const page = await centre.openPage(index, tab);
  const registered = page.register();
  await centre.clock.advance(100);
  expect(await registered).toBe(200);
  return page;
}

/** Somebody rings and talks with an agent whose telephone is a browser. */
async function talking(options: Parameters<typeof testCentre>[0] = {}): Promise<{ centre: TestCentre; page: Page }> {
  const centre = await testCentre({ deskPhones: false, ...options });
  const page = await signIn(centre, 0, "a");
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 2000);
  expect(centre.kinds()).toContain("bridged");
  return { centre, page };
}

function told(centre: TestCentre, kind: string) {
  return centre.account().find((event) => event.kind === kind);
}

function call(centre: TestCentre) {
  const found = centre.control.find(centre.callId());
  if (found === null) throw new Error("no call");
  return found;
}

test("reload: the caller hears music, and the page that comes back is asked into the same call", async () => {
  const { centre, page } = await talking();
  const before = call(centre).leg("agent")?.legId;
  await page.vanish();
  await centre.clock.advance(1500);
  expect(told(centre, "agent-lost")).toMatchObject({ why: "connection-closed", graceMs: agentGraceMs });
  expect(centre.media.looping.size).toBe(1);
  expect(centre.media.bridges.size).toBe(0);

  await centre.clock.advance(3000);
  const again = await signIn(centre, 0, "a");
  await centre.clock.advance(1000);
  expect(again.resumed).toBe(centre.callId());
  expect(told(centre, "agent-returned")).toMatchObject({ agentId: centre.people[0]?.person.id });
  expect(centre.media.looping.size).toBe(0);
  const after = call(centre).leg("agent")?.legId;
  expect(after).not.toBe(before);
  expect(centre.media.bridges.get(centre.callId())).toEqual([call(centre).leg("caller")?.legId, after]);
  expect(centre.media.channels.get("agent")).toBe(after);
  expect([...centre.media.taps]).toContain(after);
  expect(centre.media.legs.get(centre.callId())?.has(before as never)).toBe(false);
  expect(centre.control.liveCalls).toBe(1);

  void again.phone.dialog?.bye();
  await centre.clock.advance(1000);
  expect(told(centre, "bye")).toMatchObject({ by: "agent", reason: "hung-up" });
});

test("nobody comes back: after the grace the caller is told why, to its end, and let go", async () => {
  const { centre, page } = await talking();
  await page.vanish();
  await centre.clock.advance(agentGraceMs + 1500);
  expect(told(centre, "announcement-started")).toMatchObject({ announcement: "service-fault" });
  expect(centre.control.liveCalls).toBe(1);
  await centre.clock.advance(fakeSoundMs + 500);
  expect(told(centre, "announcement-completed")).toMatchObject({ outcome: "completed" });
  expect(told(centre, "bye")).toMatchObject({ by: "jikimi", reason: "connection-lost" });
  expect(centre.control.liveCalls).toBe(0);
  expect(centre.carrier.dialog?.ended.aborted).toBe(true);
});

test("while the agent is away the caller may hang up, and nothing is left behind", async () => {
  const { centre, page } = await talking();
  await page.vanish();
  await centre.clock.advance(5000);
  void centre.carrier.dialog?.bye();
  await centre.clock.advance(1000);
  expect(told(centre, "bye")).toMatchObject({ by: "caller", reason: "hung-up" });
  expect(centre.control.liveCalls).toBe(0);
  expect(centre.media.looping.size).toBe(0);
  await centre.clock.advance(agentGraceMs + 20_000);
  expect(centre.kinds().filter((kind) => kind === "bye")).toHaveLength(1);
});

test("a connection that closes while the voice goes on is no loss; when the voice stops too, it is", async () => {
  const { centre, page } = await talking();
  const legId = call(centre).leg("agent")?.legId as never;
  await page.vanish();
  for (let i = 0; i < 20; i++) {
    centre.media.heardAtMs.set(legId, centre.clock.nowMs());
    await centre.clock.advance(500);
  }
  expect(centre.kinds()).not.toContain("agent-lost");
  await centre.clock.advance(3000);
  expect(told(centre, "agent-lost")).toMatchObject({ why: "connection-closed" });
});

test("a network that is gone and comes back by itself: silence is covered with music, and then they talk on", async () => {
  const { centre } = await talking();
  const callId = centre.callId();
  const legId = call(centre).leg("agent")?.legId as never;
  centre.media.emit({ kind: "rtp-timeout", callId, legId, silentMs: 10_000, atMs: centre.clock.nowMs() });
  await centre.clock.advance(100);
  expect(told(centre, "agent-lost")).toMatchObject({ why: "no-audio" });
  expect(centre.media.looping.size).toBe(1);
  await centre.clock.advance(10_000);
  centre.media.emit({ kind: "rtp-resumed", callId, legId, atMs: centre.clock.nowMs() });
  await centre.clock.advance(100);
  expect(told(centre, "agent-returned")).toMatchObject({ awayMs: 10_100 });
  expect(centre.media.looping.size).toBe(0);
  expect(centre.media.bridges.get(callId)?.[1]).toBe(legId);
  await centre.clock.advance(120_000);
  expect(centre.control.liveCalls).toBe(1);
});

test("the same page over a new connection, before anybody noticed: the call follows without an interruption told", async () => {
  const { centre, page } = await talking();
  const again = await signIn(centre, 0, "a");
  await centre.clock.advance(1000);
  expect(again.resumed).toBe(centre.callId());
  expect(centre.kinds()).toContain("agent-moved");
  expect(centre.kinds()).not.toContain("agent-lost");
  expect(page.phone.dialog?.ended.aborted).toBe(true);
  expect(centre.control.liveCalls).toBe(1);
});

test("another tab takes the telephone in a call: it hears the caller before the first one lets go", async () => {
  const { centre, page } = await talking();
  const [agent] = centre.people;
  const bridgedTo: unknown[] = [];
  const second = await centre.openPage(0, "b");
  centre.pages.take(agent?.person.id as never, "b");
  page.phone.dialog?.ended.addEventListener("abort", () => {
    bridgedTo.push(centre.media.bridges.get(centre.callId())?.[1]);
  });
  void second.register();
  await centre.clock.advance(1500);
  const now = call(centre).leg("agent")?.legId;
  expect(second.resumed).toBe(centre.callId());
  expect(bridgedTo).toEqual([now]);
  expect(centre.kinds()).toContain("agent-moved");
  expect(centre.media.looping.size).toBe(0);
});

test("a tab that does not answer is asked again, until the grace is over", async () => {
  const { centre, page } = await talking();
  await page.vanish();
  await centre.clock.advance(2000);
  const again = await centre.openPage(0, "a");
  again.phone.manner = "refuses";
  void again.register();
  await centre.clock.advance(5000);
  expect(again.phone.rung.length).toBeGreaterThan(1);
  expect(centre.kinds()).not.toContain("agent-returned");
  again.phone.manner = "answers";
  await centre.clock.advance(3000);
  expect(centre.kinds()).toContain("agent-returned");
});

test("a page that vanishes again while it is asked back is asked anew", async () => {
  const { centre, page } = await talking();
  await page.vanish();
  await centre.clock.advance(2000);
  const second = await centre.openPage(0, "a");
  second.phone.manner = "rings";
  void second.register();
  await centre.clock.advance(500);
  expect(second.phone.rung).toHaveLength(1);
  await second.vanish();
  const third = await signIn(centre, 0, "a");
  await centre.clock.advance(12_000);
  expect(third.resumed).toBe(centre.callId());
  expect(centre.kinds()).toContain("agent-returned");
});

test("a page that is gone when the notice is over is missed at once", async () => {
  const centre = await testCentre({ deskPhones: false });
  const page = await signIn(centre, 0, "a");
  void page.call("01098765432");
  await centre.clock.advance(1000);
  expect(centre.kinds()).toContain("notice-started");
  await page.vanish();
  await centre.clock.advance(fakeSoundMs + 2000);
  expect(centre.kinds()).toContain("bridged");
  expect(centre.kinds()).toContain("agent-lost");
});

test("protection goes on while the agent is away: abuse is warned of, and music follows the warning", async () => {
  const { centre, page } = await talking();
  await page.vanish();
  await centre.clock.advance(1500);
  for (let i = 0; i < 10 && !centre.kinds().includes("warning-started"); i++) {
    centre.hearing.says(centre.callId(), "caller", "욕", call(centre).atMs);
    await centre.clock.advance(2500);
  }
  await centre.clock.advance(fakeSoundMs + 500);
  expect(told(centre, "warning-completed")).toMatchObject({ outcome: "completed" });
  expect(centre.media.looping.size).toBe(1);
});

test("music never cuts an announcement short: an agent who vanishes during a warning is covered after it", async () => {
  const { centre, page } = await talking();
  for (let i = 0; i < 10 && !centre.kinds().includes("warning-started"); i++) {
    centre.hearing.says(centre.callId(), "caller", "욕", call(centre).atMs);
    await centre.clock.advance(500);
  }
  await page.vanish();
  await centre.clock.advance(1500);
  expect(centre.kinds()).toContain("agent-lost");
  expect(centre.media.looping.size).toBe(0);
  await centre.clock.advance(fakeSoundMs);
  expect(told(centre, "warning-completed")).toMatchObject({ outcome: "completed" });
  expect(centre.media.looping.size).toBe(1);
});

test("media dead while the agent is away: the caller is moved and hears music, the agent comes back to the new one", async () => {
  const { centre, page } = await talking();
  centre.carrier.dialog?.onReinvite(async () => ({ kind: "answer" as const, sdp: "v=0\r\n" }));
  await page.vanish();
  await centre.clock.advance(2000);
  centre.media.loseCalls([centre.callId()]);
  await centre.clock.advance(2000);
  expect(centre.kinds()).toContain("media-restored");
  await signIn(centre, 0, "a");
  await centre.clock.advance(1000);
  expect(centre.kinds()).toContain("agent-returned");
  expect(centre.media.bridges.size).toBe(1);
  expect(centre.media.looping.size).toBe(0);
});

test("media dead and a page that does not take the new address: it is asked into the call anew, not cut off", async () => {
  const { centre } = await talking();
  centre.carrier.dialog?.onReinvite(async () => ({ kind: "answer" as const, sdp: "v=0\r\n" }));
  centre.media.loseCalls([centre.callId()]);
  await centre.clock.advance(3000);
  expect(told(centre, "agent-lost")).toMatchObject({ why: "media-lost" });
  expect(centre.kinds()).toContain("media-restored");
  expect(centre.control.liveCalls).toBe(1);
  const again = await signIn(centre, 0, "a");
  await centre.clock.advance(1000);
  expect(again.resumed).toBe(centre.callId());
  expect(centre.kinds()).toContain("agent-returned");
});

test("a desk telephone is never waited for: its loss is what it was", async () => {
  const centre = await testCentre();
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 2000);
  const legId = call(centre).leg("agent")?.legId as never;
  const atMs = centre.clock.nowMs();
  centre.media.emit({ kind: "rtp-timeout", callId: centre.callId(), legId, silentMs: 10_000, atMs });
  await centre.clock.advance(1000);
  expect(centre.kinds()).not.toContain("agent-lost");
  await centre.clock.advance(60_000);
  expect(told(centre, "bye")).toMatchObject({ reason: "no-audio" });
});
