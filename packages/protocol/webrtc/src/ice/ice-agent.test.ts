import { ManualClock, SeededRandom } from "@jikimi/kernel";
import { expect, test } from "vitest";
import type { IceRole } from "../api.ts";
import { IceAgent, type IceState } from "./ice-agent.ts";
import { writeStunRequest } from "./stun.ts";

type Datagram = { readonly bytes: Buffer; readonly from: string; readonly to: string };

/** Two agents and what lies between them, on one clock; each is known by the address it has at the moment. */
class Stage {
  readonly clock = new ManualClock();
  readonly random = new SeededRandom(3);
  readonly lost: (datagram: Datagram) => boolean;
  readonly sent: Datagram[] = [];
  readonly states: Record<"us" | "them", { state: IceState; why: string }[]> = { us: [], them: [] };
  readonly address: Record<"us" | "them", string> = { us: "192.0.2.1", them: "198.51.100.9" };
  readonly us: IceAgent;
  readonly them: IceAgent;

  constructor({ lost = () => false }: { lost?: (datagram: Datagram) => boolean } = {}) {
    this.lost = lost;
    this.us = this.#agent("us");
    this.them = this.#agent("them");
  }

  start({
    ourRole = "controlling",
    theirRole = "controlled",
    known = true,
  }: {
    ourRole?: IceRole;
    theirRole?: IceRole;
    known?: boolean;
  } = {}): void {
    const at = (side: "us" | "them") => [{ address: this.address[side], port: 4000, priority: 2_130_706_431 }];
    this.us.start({ ...this.them.local, candidates: known ? at("them") : [] }, ourRole);
    this.them.start({ ...this.us.local, candidates: at("us") }, theirRole);
  }

  connected(): boolean {
    return this.us.state === "connected" && this.them.state === "connected";
  }

  #agent(side: "us" | "them"): IceAgent {
    return new IceAgent({
      clock: this.clock,
      random: this.random,
      onState: (state, why) => this.states[side].push({ state, why }),
      send: (bytes, port, to) => {
        const datagram = { bytes, from: this.address[side], to };
        this.sent.push(datagram);
        if (this.lost(datagram)) return;
        // Not within the sender's own call, as on a network.
        this.clock.after(1, () => {
          const receiver = to === this.address.us ? this.us : to === this.address.them ? this.them : null;
          receiver?.receive(bytes, datagram.from, port);
        });
      },
    });
  }
}

test.for([
  { ourRole: "controlling", theirRole: "controlled" },
  { ourRole: "controlled", theirRole: "controlling" },
  { ourRole: "controlling", theirRole: "controlling" },
  { ourRole: "controlled", theirRole: "controlled" },
] as const)("$ourRole here and $theirRole there find each other", async (roles) => {
  const stage = new Stage();
  stage.start(roles);
  await stage.clock.advance(1000);
  expect(stage.connected()).toBe(true);
  expect(stage.us.selected).toEqual(expect.objectContaining({ address: stage.address.them, port: 4000 }));
  expect(stage.them.selected).toEqual(expect.objectContaining({ address: stage.address.us, port: 4000 }));
});

test("a party that tells no candidate is learnt from its own checks", async () => {
  const stage = new Stage();
  stage.start({ known: false, ourRole: "controlled", theirRole: "controlling" });
  await stage.clock.advance(500);
  expect(stage.connected()).toBe(true);
});

test("its checks may come before its description does", async () => {
  const stage = new Stage();
  stage.them.start({ ...stage.us.local, candidates: [{ address: stage.address.us, port: 4000, priority: 1 }] }, "controlled");
  await stage.clock.advance(40);
  expect(stage.us.isProven(stage.address.them, 4000)).toBe(true);
  stage.us.start({ ...stage.them.local, candidates: [] }, "controlling");
  await stage.clock.advance(100);
  expect(stage.connected()).toBe(true);
});

test("what gets lost is asked again", async () => {
  let dropped = 0;
  const stage = new Stage({ lost: () => dropped++ < 6 });
  stage.start();
  await stage.clock.advance(4000);
  expect(stage.connected()).toBe(true);
});

test("where there is no way it says so after 20 s, and asks no more", async () => {
  const stage = new Stage({ lost: () => true });
  stage.start();
  await stage.clock.advance(19_000);
  expect(stage.us.state).toBe("checking");
  await stage.clock.advance(2000);
  expect(stage.us.state).toBe("failed");
  const { length } = stage.sent;
  await stage.clock.advance(60_000);
  expect(stage.sent).toHaveLength(length);
  expect(stage.clock.pendingTimers).toBe(0);
});

test("who does not know our password gets no answer, is not remembered and not asked", async () => {
  const stage = new Stage();
  stage.start();
  await stage.clock.advance(1000);
  const { length } = stage.sent;
  const forged = {
    transactionId: "00".repeat(12),
    password: "a guess of a password at us",
    priority: 1,
    role: "controlling" as const,
    tieBreaker: 2n ** 64n - 1n,
    useCandidate: true,
  };
  for (const username of [`${stage.us.local.ufrag}:${stage.them.local.ufrag}`, "nobody:at-all", ""]) {
    stage.us.receive(writeStunRequest({ ...forged, username }), "203.0.113.66", 666);
  }
  // The right password under a name that is not the party's.
  const username = `${stage.us.local.ufrag}:stranger`;
  stage.us.receive(writeStunRequest({ ...forged, username, password: stage.us.local.password }), "203.0.113.66", 666);
  expect(stage.sent).toHaveLength(length);
  expect(stage.us.isProven("203.0.113.66", 666)).toBe(false);
  expect(stage.us.selected).toMatchObject({ address: stage.address.them });
});

test("however many addresses a party asks from, only so many are remembered", async () => {
  const stage = new Stage();
  stage.start({ ourRole: "controlled", theirRole: "controlling" });
  await stage.clock.advance(500);
  const { length } = stage.sent;
  for (let port = 1; port <= 200; port++) {
    const request = writeStunRequest({
      transactionId: port.toString(16).padStart(24, "0"),
      username: `${stage.us.local.ufrag}:${stage.them.local.ufrag}`,
      password: stage.us.local.password,
      priority: port,
      role: "controlling",
      tieBreaker: 1n,
      useCandidate: false,
    });
    stage.us.receive(request, "198.51.100.77", port);
  }
  const asked = stage.sent.slice(length).filter(({ bytes }) => bytes.readUInt16BE(0) === 1);
  expect(asked.length).toBeLessThan(32);
  expect(stage.us.isProven("198.51.100.77", 200)).toBe(false);
});

test("a party that falls silent is disconnected, comes back, and after 30 s is given up", async () => {
  let isDown = false;
  const stage = new Stage({ lost: () => isDown });
  stage.start();
  await stage.clock.advance(1000);
  isDown = true;
  await stage.clock.advance(10_000);
  expect([stage.us.state, stage.them.state]).toEqual(["disconnected", "disconnected"]);
  expect(stage.us.selected, "what was the way is tried on").not.toBeNull();
  isDown = false;
  await stage.clock.advance(1500);
  expect(stage.connected()).toBe(true);
  isDown = true;
  await stage.clock.advance(34_000);
  expect([stage.us.state, stage.us.selected]).toEqual(["failed", null]);
  expect(stage.states.us.map(({ state }) => state)).toEqual([
    "checking",
    "connected",
    "disconnected",
    "connected",
    "disconnected",
    "failed",
  ]);
});

test("consent is asked for as long as the call lasts, and no more often than need be", async () => {
  const stage = new Stage();
  stage.start();
  await stage.clock.advance(1000);
  const { length } = stage.sent;
  await stage.clock.advance(60_000);
  const perMinute = (stage.sent.length - length) / 4;
  expect(perMinute, "requests of one side").toBeGreaterThanOrEqual(18);
  expect(perMinute).toBeLessThanOrEqual(26);
});

test("a restart takes new words and leaves the way as it is until a new one is found", async () => {
  const stage = new Stage();
  stage.start();
  await stage.clock.advance(1000);
  const before = { us: stage.us.local, them: stage.them.local };
  stage.them.restart();
  stage.us.restart();
  expect(stage.us.local.ufrag).not.toBe(before.us.ufrag);
  expect(stage.them.local.password).not.toBe(before.them.password);
  expect(stage.us.selected).not.toBeNull();
  stage.address.them = "198.51.100.200";
  stage.start({ ourRole: "controlled", theirRole: "controlling" });
  await stage.clock.advance(1000);
  expect(stage.us.selected).toMatchObject({ address: "198.51.100.200" });
  expect(stage.connected()).toBe(true);
});

test("a party that has moved and names the new way is followed", async () => {
  const stage = new Stage();
  stage.start({ ourRole: "controlled", theirRole: "controlling" });
  await stage.clock.advance(1000);
  const username = `${stage.us.local.ufrag}:${stage.them.local.ufrag}`;
  stage.address.them = "198.51.100.201";
  const request = writeStunRequest({
    transactionId: "ab".repeat(12),
    username,
    password: stage.us.local.password,
    priority: 5,
    role: "controlling",
    tieBreaker: 0n,
    useCandidate: true,
  });
  stage.us.receive(request, stage.address.them, 4000);
  await stage.clock.advance(100);
  expect(stage.us.selected).toMatchObject({ address: "198.51.100.201" });
});

test("a closed agent says nothing more and leaves no timer", async () => {
  const stage = new Stage();
  stage.start();
  await stage.clock.advance(1000);
  stage.us.close();
  stage.them.close();
  const { length } = stage.sent;
  stage.start();
  await stage.clock.advance(10_000);
  expect(stage.sent).toHaveLength(length);
  expect(stage.us.state).toBe("closed");
  expect(stage.clock.pendingTimers).toBe(0);
});
