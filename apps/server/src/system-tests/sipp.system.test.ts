import type { AgentId } from "@jikimi/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { poll } from "./support/call-watch.ts";
import { Centre, present } from "./support/centre.ts";
import { freeUdpPort } from "./support/free-ports.ts";
import { inviteOf, RawCaller } from "./support/raw-caller.ts";
import { authorization, challengesOf, RawSip } from "./support/raw-sip.ts";
import { requireSipp, Sipp, scenario } from "./support/sipp.ts";

/** Agents sit at an address of their own on this machine, so that it can be looked for where it must not appear. */
const agentHost = "127.0.0.2";
const citizen = "01098765432";

let centre: Centre;
let trunkPort: number;

beforeAll(async () => {
  requireSipp();
  trunkPort = await freeUdpPort();
  centre = await Centre.open({ agentHost, trialTrunkPort: trunkPort });
});

afterAll(() => centre?.[Symbol.asyncDispose]());

const target = () => `127.0.0.1:${centre.jikimi.sipPort}`;
const idOf = (username: string) => centre.jikimi.directory.view().personByUsername(username)?.id as AgentId;

describe("sipp rings a number", () => {
  test.for([
    { transport: "u1", name: "UDP" },
    { transport: "t1", name: "TCP" },
  ])("with its built-in caller over $name: told, connected to whoever is free, recorded", async ({ transport }) => {
    const before = centre.calls.calls.length;
    await using sipp = new Sipp([
      target(),
      "-sn",
      "uac",
      "-s",
      centre.number,
      "-m",
      "3",
      "-r",
      "3",
      "-d",
      "3000",
      "-t",
      transport,
    ]);
    await sipp.done;
    const calls = centre.calls.calls.slice(before);
    expect(calls).toHaveLength(3);
    for (const call of calls) {
      expect(await call.until("notice-completed")).toMatchObject({ outcome: "completed" });
      expect(await call.until("ended")).toMatchObject({ by: "caller", reason: "hung-up" });
      expect(await centre.verify(call)).toMatchObject({ intact: true });
    }
    const [first] = calls.flatMap((call) => call.all("bridged"));
    expect(first?.agentId).toBe(idOf("agent1"));
  });

  test("with its built-in caller that picks our answer apart", async () => {
    await using sipp = new Sipp([target(), "-sn", "regexp", "-s", centre.number, "-m", "1"]);
    await sipp.done;
    const ack = sipp.messages.find(({ direction, text }) => direction === "sent" && text.startsWith("ACK"));
    expect(ack?.text).toContain("retrievedIp: 127.0.0.1:");
  });

  test("that nobody here has: 404, and no call", async () => {
    const before = centre.calls.calls.length;
    await using sipp = new Sipp([target(), ...scenario("unknown-number"), "-s", "0212345678", "-m", "2", "-r", "2"]);
    await sipp.done;
    expect(centre.calls.calls).toHaveLength(before);
  });

  test("and holds, takes the call back and hangs up", async () => {
    await using sipp = new Sipp([target(), ...scenario("caller-holds"), "-s", centre.number, "-m", "1"]);
    const call = await centre.calls.from("0101112001");
    await sipp.done;
    await call.until("ended");
    const story = call.kinds.filter((kind) => ["bridged", "hold", "resumed", "bye"].includes(kind));
    expect(story).toEqual(["bridged", "hold", "resumed", "hold", "resumed", "bye"]);
    expect(call.all("hold")).toMatchObject([{ by: "caller" }, { by: "caller" }]);
    const { content, intact } = await centre.verify(call);
    expect(intact).toBe(true);
    expect(content?.gaps.filter(({ channel, reason }) => channel === "caller" && reason === "hold")).toHaveLength(1);
  });

  test("and hangs up while the agent's telephone rings: the telephone stops", async () => {
    const phonePort = await freeUdpPort();
    await register("agent2", phonePort);
    centre.jikimi.roster.apply(idOf("agent1"), { kind: "set-away", by: "agent", reason: "break" });
    try {
      await using phone = new Sipp([...scenario("rings-until-cancelled"), "-m", "1"], { port: phonePort });
      await using caller = await RawCaller.ring(centre.line, "0101112003");
      const call = await centre.calls.from("0101112003");
      expect(await call.until("ringing")).toMatchObject({ agentId: idOf("agent2") });
      const rings = () => phone.received("INVITE").length > 0;
      await poll(rings, { clock: centre.clock, withinMs: 20_000, what: "the agent's telephone rings" });
      await caller.hangUp();
      await phone.done;
      expect(phone.received("CANCEL")).not.toEqual([]);
      expect(await call.until("ended")).toMatchObject({ by: "caller", reason: "hung-up" });
    } finally {
      centre.jikimi.roster.apply(idOf("agent1"), { kind: "set-ready", by: "agent" });
      centre.jikimi.roster.apply(idOf("agent2"), { kind: "set-away", by: "agent", reason: "break" });
    }
  });

  test("and gives up at once, before the answer: 487, and the call's account says so", async () => {
    await using caller = await RawSip.open(centre.jikimi.sipPort, centre.clock);
    const invite = inviteOf(caller, centre.line, { user: "0101112004" });
    const cancel = `${invite.split("Content-Type")[0]}Content-Length: 0\r\n\r\n`
      .replace(/^INVITE/, "CANCEL")
      .replace(/^CSeq: 1 INVITE/m, "CSeq: 1 CANCEL");
    await Promise.all([caller.send(invite), caller.send(cancel)]);
    const answered = await caller.ask(invite);
    expect(answered.status).toBe(487);
    expect((await caller.ask(cancel)).status).toBe(200);
    const call = await centre.calls.from("0101112004");
    expect(await call.until("ended")).toMatchObject({ by: "caller", reason: "cancelled" });
  });
});

describe("an agent rings a citizen through sipp as the trunk", () => {
  test("its built-in telephone answers: the department's number is shown, and nothing from inside", async () => {
    await using trunk = new Sipp(["-sn", "uas", "-m", "1"], { port: trunkPort });
    const [agent] = centre.agents;
    agent?.send({ kind: "call", number: citizen });
    const call = await centre.calls.from("agent1");
    await call.until("bridged");
    agent?.hangUp();
    expect(await call.until("ended")).toMatchObject({ by: "agent", reason: "hung-up" });
    await trunk.done;

    expect(call.all("dialled")).toMatchObject([{ number: "+821098765432", numberShown: "+827000000120" }]);
    expect(call.kinds.indexOf("notice-completed")).toBeLessThan(call.kinds.indexOf("bridged"));
    const [invite = ""] = trunk.received("INVITE");
    expect(invite).toMatch(new RegExp(`^INVITE sip:${citizen}@`));
    expect(invite).toMatch(new RegExp(`^From:.*<sip:${centre.number}@`, "im"));
    const said = trunk.messages.filter(({ direction }) => direction === "received").map(({ text }) => text);
    expect(said.length).toBeGreaterThanOrEqual(3);
    for (const secret of [agentHost, "agent1", "Jikimi phone", "X-Jikimi"])
      expect(said.join("\n")).not.toContain(secret);
    expect(await centre.verify(call)).toMatchObject({ intact: true });
  });

  test("nobody answers, and the agent gives up: the trunk is told", async () => {
    await using trunk = new Sipp([...scenario("rings-until-cancelled"), "-m", "1"], { port: trunkPort });
    const [agent] = centre.agents;
    const earlier = centre.calls.calls.length;
    agent?.send({ kind: "call", number: citizen });
    const call = await centre.calls.from("agent1", { after: earlier });
    await present(agent?.until("ringing", { withinMs: 20_000 }) ?? null, "the agent did not hear that it rings");
    agent?.hangUp();
    await trunk.done;
    expect(await call.until("ended")).toMatchObject({ by: "agent", reason: "cancelled" });
  });
});

describe("telephones and carriers ask", () => {
  test.for(["u1", "t1"])("sipp asks with OPTIONS whether anybody is there (%s)", async (transport) => {
    await using sipp = new Sipp([target(), ...scenario("options"), "-m", "1", "-t", transport]);
    await expect(sipp.done).resolves.toBeUndefined();
  });

  test.for(["MD5", "SHA-256"])(
    "a telephone registers with %s; a stale nonce gets a new one, and works",
    async (algorithm) => {
      await using phone = await RawSip.open(centre.jikimi.sipPort, centre.clock);
      const uri = `sip:${target()}`;
      const username = `no-agent-${algorithm.toLowerCase()}`;
      const person = { sipUsername: username, displayName: username, role: "supervisor", departmentId: null } as const;
      const password = "a password of their own";
      expect(await centre.jikimi.directory.addPerson({ ...person, password })).toMatchObject({ kind: "done" });
      const who = { method: "REGISTER", uri, username, password };
      let cseq = 0;
      const register = (...headers: string[]) =>
        phone.ask(
          phone.request("REGISTER", uri, {
            user: username,
            to: `sip:${username}@127.0.0.1`,
            callId: `registers-${algorithm}`,
            cseq: ++cseq,
            headers: ["Expires: 60", ...headers],
          }),
        );
      const asked = await register();
      expect(asked.status).toBe(401);
      const challenge = challengesOf(asked).find((one) => one.get("algorithm") === algorithm) ?? new Map();
      const stale = new Map([...challenge, ["nonce", "0.0123456789abcdef.0123456789abcdef0123456789abcdef"]]);
      const refused = await register(authorization(stale, who));
      expect(refused.status).toBe(401);
      const fresh = challengesOf(refused).find((one) => one.get("algorithm") === algorithm) ?? new Map();
      expect(fresh.get("stale")).toBe("true");
      expect((await register(authorization(fresh, { ...who, password: "wrong" }))).status).toBe(401);
      expect((await register(authorization(fresh, who))).status).toBe(200);
      expect((await register(authorization(fresh, who))).status, "the same count serves once").toBe(401);
      expect((await register(authorization(fresh, { ...who, nc: 2 }))).status).toBe(200);
    },
  );
});

/** Registers a telephone at this port, which is free again afterwards. */
async function register(username: string, port: number): Promise<void> {
  await using phone = await RawSip.open(centre.jikimi.sipPort, centre.clock, port);
  const uri = `sip:${target()}`;
  const ids = { user: username, to: `sip:${username}@127.0.0.1`, callId: `registers-${username}` };
  const asked = await phone.ask(phone.request("REGISTER", uri, { ...ids, cseq: 1 }));
  const challenge = challengesOf(asked)[0] ?? new Map();
  const proof = authorization(challenge, { method: "REGISTER", uri, username, password: centre.password(username) });
  const answered = await phone.ask(
    phone.request("REGISTER", uri, { ...ids, cseq: 2, headers: ["Expires: 120", proof] }),
  );
  expect(answered.status).toBe(200);
}
