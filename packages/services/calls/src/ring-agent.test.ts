import { expect, test } from "vitest";
import { testCentre } from "../testing/centre.ts";
import { fakeSoundMs } from "../testing/fake-media-plane.ts";

async function withBrowser() {
  const centre = await testCentre({ browsers: true });
  const [agent] = centre.people;
  if (agent?.browser == null) throw new Error("an agent with a browser expected");
  const { phone, browser } = agent;
  const legsOfAgent = () => [...(centre.media.legs.get(centre.callId()) ?? [])].filter((id) => id.includes("agent"));
  const ring = async () => {
    void centre.carrier.call(centre.target);
    await centre.clock.advance(fakeSoundMs + 2000);
  };
  return Object.assign(centre, { phone, browser, legsOfAgent, ring });
}

test.for([
  { answers: "browser", rings: "phone", transport: "webrtc" },
  { answers: "phone", rings: "browser", transport: "rtp" },
] as const)("a $answers answers: it has a line of its kind, and the $rings stops", async ({ rings, transport }) => {
  const centre = await withBrowser();
  centre[rings].manner = "rings";
  await centre.ring();
  expect(centre.kinds()).toContain("bridged");
  expect(centre.media.offered.map((offer) => offer.transport).sort()).toEqual(["rtp", "webrtc"]);
  const taken = centre.media.offered.find((offer) => offer.transport === transport);
  expect(centre.legsOfAgent(), "the other leg is released").toEqual([taken?.legId]);
  expect(centre.media.bridges.get(centre.callId())?.[1]).toBe(taken?.legId);
  expect(centre[rings].rung[0]?.cancelled.aborted).toBe(true);
});

test("where no browser's line can be had, the telephone rings all the same", async () => {
  const centre = await withBrowser();
  centre.media.refuses.add("webrtc");
  await centre.ring();
  expect(centre.kinds()).toContain("bridged");
  expect(centre.browser.rung).toEqual([]);
  expect(centre.phone.rung).toHaveLength(1);
});

test("where none can be had, nobody rings and nothing is left", async () => {
  const centre = await withBrowser();
  for (const kind of ["rtp", "webrtc"] as const) centre.media.refuses.add(kind);
  await centre.ring();
  expect(centre.account().find(({ kind }) => kind === "not-reached")).toMatchObject({ why: "media-unavailable" });
  expect([...centre.browser.rung, ...centre.phone.rung]).toEqual([]);
  expect(centre.legsOfAgent()).toEqual([]);
});

test("nobody answers: both stop, and both legs are released", async () => {
  const centre = await withBrowser();
  centre.phone.manner = "rings";
  centre.browser.manner = "rings";
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 10_000);
  expect(centre.legsOfAgent()).toHaveLength(2);
  await centre.clock.advance(8_000);
  expect(centre.account().find(({ kind }) => kind === "not-reached")).toMatchObject({ why: "no-answer" });
  expect([centre.phone, centre.browser].map((one) => one.rung[0]?.cancelled.aborted)).toEqual([true, true]);
});
