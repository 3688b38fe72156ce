import { expect, test } from "vitest";
import { Browser } from "../testing/browser.ts";
import { openHouse } from "../testing/house.ts";
import type { WhyOver } from "./sessions.ts";

const hourMs = 3_600_000;
const minuteMs = 60_000;

async function signedIn() {
  const house = await openHouse();
  const kim = await house.hire("kim", "correct horse battery");
  const browser = new Browser();
  await house.identity.signIn(browser.visit(), { username: "kim", password: "correct horse battery" });
  const who = () => house.identity.whoAsks(browser.visit());
  return { ...house, kim, browser, who };
}

/** Asks something every so often for a while, as a page does. */
async function work({ who, clock }: Awaited<ReturnType<typeof signedIn>>, forMs: number, everyMs = 10 * minuteMs) {
  for (let passedMs = 0; passedMs < forMs; passedMs += everyMs) {
    await clock.advance(everyMs);
    await who();
  }
}

test.for([
  { idleMs: 119 * minuteMs, there: true },
  { idleMs: 121 * minuteMs, there: false },
])("after $idleMs ms without a question: $there", async ({ idleMs, there }) => {
  const { who, clock, store } = await signedIn();
  await clock.advance(idleMs);
  expect((await who()) !== null).toBe(there);
  expect(store.sessions.size).toBe(there ? 1 : 0);
});

test.for([
  { workedMs: 12 * hourMs - minuteMs, there: true },
  { workedMs: 12 * hourMs + 10 * minuteMs, there: false },
])("after $workedMs ms of work: $there", async ({ workedMs, there }) => {
  const house = await signedIn();
  await work(house, workedMs);
  expect((await house.who()) !== null).toBe(there);
});

test("a session that is late waits for the end of the call, but not for ever", async () => {
  const house = await signedIn();
  house.onCall.add(house.kim.id);
  await work(house, 14 * hourMs);
  expect(await house.who()).not.toBeNull();
  house.onCall.delete(house.kim.id);
  expect(await house.who()).toBeNull();

  const endless = await signedIn();
  endless.onCall.add(endless.kim.id);
  await work(endless, 16 * hourMs + 10 * minuteMs);
  expect(await endless.who()).toBeNull();
});

test("an idle agent in a long call is not signed out in the middle of it", async () => {
  const { who, clock, onCall, kim } = await signedIn();
  onCall.add(kim.id);
  await clock.advance(3 * hourMs);
  expect(await who()).not.toBeNull();
});

test("use survives a restart: it is in the store, to about a minute", async () => {
  const { who, clock, store } = await signedIn();
  await clock.advance(30 * minuteMs);
  await who();
  expect([...store.sessions.values()][0]?.seenAtMs).toBe(clock.nowMs());
});

test("while the database is gone a good session stays good, and an unknown one is a failure and not a no", async () => {
  const { who, clock, store, identity, browser } = await signedIn();
  expect(await who()).not.toBeNull();
  store.failing = true;
  for (let n = 0; n < 10; n += 1) {
    await clock.advance(5 * minuteMs);
    expect(await who()).toMatchObject({ kind: "person" });
  }
  const unknown = new Browser();
  unknown.cookies.set("test.session", "session-99");
  await expect(identity.whoAsks(unknown.visit())).rejects.toMatchObject({ code: "store-failed" });
  expect(await identity.whoAsks(new Browser().visit())).toBeNull();
  await clock.advance(3 * hourMs);
  await expect(identity.whoAsks(browser.visit())).rejects.toMatchObject({ code: "store-failed" });
});

test("who is deactivated or given another role is so at once", async () => {
  const { who, directory, kim } = await signedIn();
  await directory.changePerson(kim.id, { role: "supervisor" });
  expect(await who()).toMatchObject({ role: "supervisor" });
  await directory.changePerson(kim.id, { active: false });
  expect(await who()).toBeNull();
});

test("a session closed elsewhere, by another server, is over here within half a minute", async () => {
  const { who, clock, store } = await signedIn();
  await who();
  store.sessions.clear();
  await clock.advance(31_000);
  expect(await who()).toBeNull();
});

test.for<{ what: string; why: WhyOver; end: (house: Awaited<ReturnType<typeof signedIn>>) => Promise<unknown> }>([
  { what: "signing out", why: "signed-out", end: ({ identity, browser }) => identity.signOut(browser.visit()) },
  {
    what: "a reset password",
    why: "signed-out",
    end: ({ identity }) => identity.resetPassword("kim", { secondFactors: "keep" }),
  },
  {
    what: "leaving",
    why: "deactivated",
    end: async ({ directory, kim, clock }) => {
      await directory.changePerson(kim.id, { active: false });
      await clock.advance(16_000);
    },
  },
  { what: "the end of a long shift", why: "expired", end: ({ clock }) => clock.advance(12 * hourMs + minuteMs) },
])("who follows a session is told of $what, once", async ({ why, end }) => {
  const house = await signedIn();
  const who = await house.who();
  if (who?.kind !== "person") throw new Error("not signed in");
  const told: WhyOver[] = [];
  house.identity.watch(who.sessionId, (one) => told.push(one));
  await end(house);
  await house.clock.advance(minuteMs);
  expect(told).toEqual([why]);
});

test("who follows the desk is there, however long nothing is asked; who stopped is not", async () => {
  const { who, clock, identity } = await signedIn();
  const principal = await who();
  if (principal?.kind !== "person") throw new Error("not signed in");
  const stop = identity.watch(principal.sessionId, () => {});
  await clock.advance(5 * hourMs);
  expect(await who()).not.toBeNull();
  stop();
  await clock.advance(minuteMs);
  expect(clock.pendingTimers).toBe(0);
  await clock.advance(3 * hourMs);
  expect(await who()).toBeNull();
});

test("who follows a session that is not there is told so", async () => {
  const { identity } = await signedIn();
  const why = await new Promise((resolve) => identity.watch("none", resolve));
  expect(why).toBe("signed-out");
});
