import { expect, test } from "vitest";
import { testCentre } from "../testing/centre.ts";
import { fakeSoundMs } from "../testing/fake-media-plane.ts";

type Dial = { password?: string; signal?: AbortSignal; manner?: "rings" };

async function dial(options: Dial = {}) {
  const centre = await testCentre();
  if (options.manner !== undefined) centre.carrier.manner = options.manner;
  const [agent] = centre.people;
  if (agent === undefined) throw new Error("an agent expected");
  const outcome = agent.phone.call("sip:01098765432@198.51.100.1", {
    from: { uri: "sip:agent1@198.51.100.1" },
    credentials: { username: "agent1", password: options.password ?? agent.password },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return { centre, agent, outcome };
}

test("an agent dials out: the department's number is shown, the notice plays to the customer, then they are connected", async () => {
  const { centre, agent } = await dial();
  await centre.clock.advance(1000);
  const [invite] = centre.carrier.rung;
  expect(invite?.requestUri.user).toBe("01098765432");
  expect(invite?.from.user).toBe("07000000120");
  expect(centre.kinds()).toContain("notice-started");
  expect(centre.kinds()).not.toContain("bridged");
  await centre.clock.advance(fakeSoundMs + 500);
  expect(centre.kinds()).toContain("bridged");
  expect(centre.roster.presence(agent.person.id)).toMatchObject({ kind: "talking" });
  void agent.phone.dialog?.bye();
  await centre.clock.advance(1000);
  expect(centre.account().find(({ kind }) => kind === "bye")).toMatchObject({ by: "agent", reason: "hung-up" });
  expect(centre.roster.presence(agent.person.id)).toMatchObject({ kind: "ready" });
});

test("no inside address leaves: nothing of the agent's telephone is in what the carrier receives", async () => {
  const { centre } = await dial();
  await centre.clock.advance(fakeSoundMs + 2000);
  const sent = centre.network.passages.filter(({ to }) => to.startsWith("203.0.113.9"));
  expect(sent.length).toBeGreaterThan(0);
  for (const { text } of sent) {
    expect(text).not.toContain("192.0.2.1");
    expect(text).not.toContain("agent1");
  }
});

test("a wrong password dials nobody", async () => {
  const { centre, outcome } = await dial({ password: "wrong" });
  await centre.clock.advance(3000);
  expect((await outcome).kind).toBe("refused");
  expect(centre.carrier.rung).toHaveLength(0);
});

test.for([
  { carrierSays: 486, agentHears: 486 },
  { carrierSays: 404, agentHears: 404 },
  { carrierSays: 302, agentHears: 480 },
  { carrierSays: 500, agentHears: 503 },
])("the carrier's $carrierSays reaches the agent as $agentHears", async ({ carrierSays, agentHears }) => {
  const { centre, agent, outcome } = await dial();
  centre.carrier.userAgent.onInvite((invite) => invite.reject(carrierSays));
  await centre.clock.advance(5000);
  expect(await outcome).toMatchObject({ kind: "refused", status: agentHears });
  expect(centre.kinds().at(-1)).toBe("ended");
  expect(centre.roster.presence(agent.person.id)).toMatchObject({ kind: "ready" });
});

test("an agent who gives up while it rings cancels the far end", async () => {
  const stop = new AbortController();
  const { centre, agent, outcome } = await dial({ signal: stop.signal, manner: "rings" });
  await centre.clock.advance(1000);
  expect(centre.carrier.rung).toHaveLength(1);
  stop.abort();
  await centre.clock.advance(2000);
  expect((await outcome).kind).toBe("cancelled");
  expect(centre.carrier.rung[0]?.cancelled.aborted).toBe(true);
  expect(centre.control.liveCalls).toBe(0);
  expect(centre.roster.presence(agent.person.id)).toMatchObject({ kind: "ready" });
});

test("an agent on a call cannot place another", async () => {
  const { centre, agent } = await dial();
  await centre.clock.advance(fakeSoundMs + 2000);
  const second = agent.phone.call("sip:01011112222@198.51.100.1", {
    from: { uri: "sip:agent1@198.51.100.1" },
    credentials: { username: "agent1", password: agent.password },
  });
  await centre.clock.advance(2000);
  expect(await second).toMatchObject({ kind: "refused", status: 486 });
  expect(centre.control.liveCalls).toBe(1);
});
