import { expect, test } from "vitest";
import { testCentre } from "../testing/centre.ts";
import { fakeSoundMs } from "../testing/fake-media-plane.ts";
import { tabGraceMs } from "./browser-phones.ts";

async function browsers(agents = 1) {
  const centre = await testCentre({ agents, deskPhones: false });
  const agentId = centre.people[0]?.person.id;
  if (agentId === undefined) throw new Error("an agent expected");
  const register = async (page: Awaited<ReturnType<typeof centre.openPage>>, user?: string) => {
    const status = user === undefined ? page.register() : page.register(user);
    await centre.clock.advance(100);
    return status;
  };
  return { centre, agentId, register };
}

test("a page with a session registers its own person without a password, and nobody else", async () => {
  const { centre, agentId, register } = await browsers(2);
  const page = await centre.openPage(0, "a");
  expect(centre.pages.view(agentId, "a")).toEqual({ holder: "nobody", registered: false, otherPhones: 0 });
  expect(await register(page)).toBe(200);
  expect(centre.pages.view(agentId, "a")).toEqual({ holder: "this-tab", registered: true, otherPhones: 0 });
  expect(await register(page, "agent2")).toBe(403);
});

test("a connection without a session is asked for the password, as every telephone is", async () => {
  const { centre, register } = await browsers();
  const page = await centre.openPage(0, "a");
  centre.pages.closed(page.flow);
  expect(await register(page)).toBe(401);
});

test("opening a second tab takes nothing; asking for the telephone there does, and the first is told", async () => {
  const { centre, agentId, register } = await browsers();
  const taken: string[] = [];
  centre.pages.onTaken(({ tab }) => taken.push(tab));
  const first = await centre.openPage(0, "a");
  await register(first);
  const second = await centre.openPage(0, "b");
  expect(await register(second)).toBe(403);
  expect(centre.pages.view(agentId, "b")).toEqual({ holder: "other-tab", registered: true, otherPhones: 0 });

  centre.pages.take(agentId, "b");
  expect(taken).toEqual(["a"]);
  expect(centre.pages.view(agentId, "b")).toMatchObject({ holder: "this-tab", registered: false });
  expect(await register(second)).toBe(200);
  expect(await register(first)).toBe(403);
  expect(centre.pages.view(agentId, "a")).toEqual({ holder: "other-tab", registered: true, otherPhones: 0 });
});

test("the newest wish wins, and taking what one has tells nobody", async () => {
  const { centre, agentId } = await browsers();
  const taken: string[] = [];
  centre.pages.onTaken(({ tab }) => taken.push(tab));
  for (const tab of ["a", "a", "b", "a"]) centre.pages.take(agentId, tab);
  expect(taken).toEqual(["a", "b"]);
  expect(centre.pages.view(agentId, "a").holder).toBe("this-tab");
});

test("a tab that reloads stays the telephone; one that stays away lets the next have it", async () => {
  const { centre, agentId, register } = await browsers();
  const first = await centre.openPage(0, "a");
  await register(first);
  await first.vanish();
  const other = await centre.openPage(0, "b");
  expect(await register(other)).toBe(403);
  const again = await centre.openPage(0, "a");
  expect(await register(again)).toBe(200);
  await again.vanish();
  await centre.clock.advance(tabGraceMs);
  expect(centre.pages.view(agentId, "b").holder).toBe("nobody");
  expect(await register(other)).toBe(200);
});

test("a page that came back over a new connection is rung there alone, also before the old one is noticed", async () => {
  const { centre, register } = await browsers();
  const before = await centre.openPage(0, "a");
  await register(before);
  const after = await centre.openPage(0, "a");
  await register(after);
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 2000);
  expect(before.phone.rung).toHaveLength(0);
  expect(after.phone.rung).toHaveLength(1);
});

test("signed out, a page is no telephone any more and places no call; a call that is on goes on", async () => {
  const { centre, agentId, register } = await browsers();
  const page = await centre.openPage(0, "a", "s1");
  await register(page);
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 2000);
  centre.pages.sessionEnded("s1");
  await centre.clock.advance(60_000);
  expect(centre.pages.view(agentId, "a").registered).toBe(false);
  expect(centre.control.liveCalls).toBe(1);
  expect(centre.kinds()).not.toContain("agent-lost");
  expect(await register(page)).toBe(403);
  void centre.carrier.dialog?.bye();
  await centre.clock.advance(1000);
  const dialled = page.call("01098765432");
  await centre.clock.advance(1000);
  expect(await dialled).toMatchObject({ kind: "refused", status: 403 });
});

test("a desk telephone beside the browser is counted, and rings too", async () => {
  const centre = await testCentre();
  const page = await centre.openPage(0, "a");
  void page.register();
  await centre.clock.advance(100);
  centre.people[0]?.phone.userAgent.onInvite(() => {});
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 2000);
  expect(page.phone.dialog).not.toBeNull();
});
