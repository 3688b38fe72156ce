import { expect, test } from "vitest";
import { testCentre } from "../testing/centre.ts";
import { fakeSoundMs } from "../testing/fake-media-plane.ts";

test("a citizen is answered, told, connected to the agent idle longest, recorded, and let go", async () => {
  const centre = await testCentre();
  void centre.carrier.call(centre.target);
  await centre.clock.advance(500);
  expect(centre.kinds()).toEqual(["invite", "routed", "recording-started", "notice-started"]);
  expect(centre.people[0]?.phone.rung).toHaveLength(0);

  await centre.clock.advance(fakeSoundMs + 500);
  expect(centre.kinds().slice(4)).toEqual(["notice-completed", "ringing", "bridged", "long-call-clock"]);
  expect(centre.roster.presence(centre.people[0]?.person.id as never)).toMatchObject({ kind: "talking" });

  await centre.clock.advance(10_000);
  void centre.carrier.dialog?.bye();
  await centre.clock.advance(500);
  expect(centre.kinds().slice(-3)).toEqual(["bye", "recording-closed", "ended"]);
  expect(centre.account().find(({ kind }) => kind === "bye")).toMatchObject({ by: "caller", reason: "hung-up" });
  expect(centre.people[0]?.phone.dialog?.ended.aborted).toBe(true);
  expect(centre.control.liveCalls).toBe(0);
  expect(centre.roster.presence(centre.people[0]?.person.id as never)).toMatchObject({ kind: "ready" });
});

test("the first agent does not answer, so the next one is rung", async () => {
  const centre = await testCentre({ agents: 2 });
  const [first, second] = centre.people;
  if (first === undefined || second === undefined) throw new Error("two agents expected");
  first.phone.manner = "rings";
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 1000 + 15_000 + 1000);
  expect(centre.kinds()).toContain("not-reached");
  expect(centre.account().find(({ kind }) => kind === "bridged")).toMatchObject({ agentId: second.person.id });
});

test("nobody answers: an announcement to its end, then a polite end, never silence", async () => {
  const centre = await testCentre();
  for (const { phone } of centre.people) phone.manner = "rings";
  void centre.carrier.call(centre.target);
  await centre.clock.advance(120_000);
  const end = centre.account().slice(-4);
  expect(centre.kinds()).toContain("announcement-completed");
  expect(end.map(({ kind }) => kind)).toContain("bye");
  expect(centre.account().find(({ kind }) => kind === "bye")).toMatchObject({ by: "jikimi", reason: "nobody-free" });
  expect(centre.media.looping.size).toBe(0);
});

test("a caller who gives up while ringing leaves no telephone ringing", async () => {
  const centre = await testCentre();
  const [agent] = centre.people;
  if (agent === undefined) throw new Error("an agent expected");
  agent.phone.manner = "rings";
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 2000);
  expect(agent.phone.rung).toHaveLength(1);
  void centre.carrier.dialog?.bye();
  await centre.clock.advance(1000);
  expect(agent.phone.rung[0]?.cancelled.aborted).toBe(true);
  expect(centre.roster.presence(agent.person.id)).toMatchObject({ kind: "ready" });
  expect(centre.control.liveCalls).toBe(0);
});

test("without a notice heard in full there is no bridge", async () => {
  const centre = await testCentre();
  centre.media.soundsFail = true;
  void centre.carrier.call(centre.target);
  await centre.clock.advance(30_000);
  expect(centre.kinds()).not.toContain("bridged");
  expect(centre.kinds()).not.toContain("ringing");
  expect(centre.account().find(({ kind }) => kind === "bye")).toMatchObject({ by: "jikimi", reason: "fault" });
});

test.for([{ target: "sip:0212340000@198.51.100.1", status: 404 }])(
  "a number that is not ours is answered with $status",
  async ({ target, status }) => {
    const centre = await testCentre();
    const outcome = centre.carrier.call(target);
    await centre.clock.advance(2000);
    expect(await outcome).toMatchObject({ kind: "refused", status });
    expect(centre.control.liveCalls).toBe(0);
  },
);

test("a stranger is asked for a password and learns nothing", async () => {
  const centre = await testCentre();
  const stranger = centre.people[0]?.phone;
  const outcome = stranger?.call(centre.target, { from: { uri: "sip:nobody@192.0.2.1" } });
  await centre.clock.advance(2000);
  expect(await outcome).toMatchObject({ kind: "refused", status: 401 });
});

test("a provider that rings our Contact and names the number in To is understood", async () => {
  const centre = await testCentre();
  void centre.carrier.call("sip:0212345678@198.51.100.1", { to: { uri: centre.target } });
  await centre.clock.advance(1000);
  expect(centre.account()[0]).toMatchObject({ kind: "invite", to: "07000000120" });
});

test("at shutdown living calls are told and ended, and their records closed", async () => {
  const centre = await testCentre();
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 2000);
  const closed = centre.control.close();
  await centre.clock.advance(1000);
  await closed;
  expect(centre.account().find(({ kind }) => kind === "bye")).toMatchObject({ by: "jikimi", reason: "shutting-down" });
  expect(centre.kinds().at(-1)).toBe("ended");
  expect(centre.carrier.dialog?.ended.aborted).toBe(true);
});
