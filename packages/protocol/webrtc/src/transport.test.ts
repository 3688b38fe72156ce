import { createSocket } from "node:dgram";
import { ResourceScope, SeededRandom, SystemClock } from "@jikimi/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { TestBrowser, type TestBrowserOptions } from "../testing/index.ts";
import type { LegTransport, TransportState } from "./api.ts";
import { createCertificate } from "./dtls/certificate.ts";
import { LegTransports } from "./open.ts";
import { AEAD_AES_128_GCM, AES128_CM_SHA1_80 } from "./srtp/protection.ts";

const random = new SeededRandom(11);
const clock = new SystemClock();

/** A leg's transport and a browser, on loopback. */
async function stage(options: Partial<TestBrowserOptions> = {}) {
  const scope = new ResourceScope();
  const heard = { rtp: [] as Buffer[], rtcp: [] as Buffer[] };
  const states: { state: TransportState; why: string }[] = [];
  const ports = { first: 45_000, last: 49_999 };
  const transports = new LegTransports({ clock, random, bindAddress: "127.0.0.1", advertisedAddress: "127.0.0.1", ports });
  const transport: LegTransport = scope.use(
    await transports.open({
      rtp: (packet) => heard.rtp.push(packet),
      rtcp: (packet) => heard.rtcp.push(packet),
      state: (state, why) => states.push({ state, why }),
    }),
  );
  const browser = scope.use(await TestBrowser.open({ random, ...options }));
  const connect = () => {
    transport.connect(browser.local, "controlling");
    browser.connect(transport.local, "controlled");
  };
  /** Lets the sockets work (in real time) until it has come about. */
  const until = async (met: () => boolean, withinMs = 10_000) => {
    const endMs = clock.monotonicMs() + withinMs;
    while (!met()) {
      if (clock.monotonicMs() > endMs) throw new Error(`it never came about: ${JSON.stringify(states)}`);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  };
  const stateIs = (state: TransportState) => until(() => transport.state === state);
  return {
    ...{ transport, browser, heard, states, connect, until, stateIs },
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  };
}

function rtp(sequence: number): Buffer {
  const packet = Buffer.alloc(40, sequence);
  packet.writeUInt16BE(0x8000 | 111, 0);
  packet.writeUInt16BE(sequence, 2);
  packet.writeUInt32BE(sequence * 960, 4);
  packet.writeUInt32BE(99, 8);
  return packet;
}

const rtcp = Buffer.from("80c9000100000063", "hex");

test.for([
  { name: "AES-GCM", profiles: [AEAD_AES_128_GCM] },
  { name: "AES-CM with SHA-1", profiles: [AES128_CM_SHA1_80] },
  { name: "both, of which the better is taken", profiles: [AES128_CM_SHA1_80, AEAD_AES_128_GCM] },
])("packets go both ways over $name", async ({ profiles }) => {
  await using made = await stage({ profiles });
  const { transport, browser, heard, states, connect, until, stateIs } = made;
  expect(transport.state).toBe("new");
  transport.sendRtp(rtp(1));
  connect();
  await stateIs("connected");
  await until(() => browser.isOpen);
  for (let i = 1; i <= 20; i++) {
    transport.sendRtp(rtp(i));
    browser.sendRtp(rtp(i + 100));
  }
  transport.sendRtcp(rtcp);
  browser.sendRtcp(rtcp);
  await until(() => heard.rtp.length === 20 && browser.rtp.length === 20 && heard.rtcp.length > 0 && browser.rtcp.length > 0);
  expect(browser.rtp).toEqual(Array.from({ length: 20 }, (_, i) => rtp(i + 1)));
  expect(heard.rtp).toEqual(Array.from({ length: 20 }, (_, i) => rtp(i + 101)));
  expect([heard.rtcp, browser.rtcp]).toEqual([[rtcp], [rtcp]]);
  expect(states.map(({ state }) => state)).toEqual(["connecting", "connected"]);
});

test("a browser with another certificate than its description tells of is refused", async () => {
  await using made = await stage();
  const { transport, browser, stateIs, states } = made;
  const other = await createCertificate();
  transport.connect({ ...browser.local, fingerprints: [other.fingerprint] }, "controlling");
  browser.connect(transport.local, "controlled");
  await stateIs("failed");
  expect(states.at(-1)?.why).toMatch(/not the one that its description tells of/);
});

test("one that shows a copied certificate without its key is refused", async () => {
  await using made = await stage({ stolen: await createCertificate() });
  const { connect, stateIs, states, browser, heard } = made;
  connect();
  await stateIs("failed");
  expect(states.at(-1)?.why).toMatch(/does not hold its certificate's key/);
  browser.sendRtp(rtp(1));
  expect(heard.rtp).toEqual([]);
});

test("a fingerprint of a broken hash proves nothing", async () => {
  await using made = await stage();
  const { transport, browser, stateIs } = made;
  const [fingerprint] = browser.local.fingerprints;
  const fingerprints = [{ algorithm: "sha-1", value: fingerprint?.value ?? "" }];
  transport.connect({ ...browser.local, fingerprints }, "controlling");
  browser.connect(transport.local, "controlled");
  await stateIs("failed");
});

test("noise from the party's own address and from strangers never throws and changes nothing", async () => {
  await using made = await stage();
  const { transport, browser, heard, connect, until, stateIs } = made;
  connect();
  const stranger = createSocket("udp4");
  const port = transport.local.candidates[0]?.port ?? 0;
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const firstByte = fc.constantFrom(0, 20, 22, 25, 128, 144, 191);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 120 }), firstByte, async (noise, first) => {
      const bytes = Buffer.from(noise);
      bytes[0] = first;
      browser.sendRaw(bytes);
      stranger.send(bytes, port, "127.0.0.1");
      await turn();
    }),
    { numRuns: 200 },
  );
  await stateIs("connected");
  await until(() => browser.isOpen);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (noise) => {
      browser.sendRaw(Buffer.from(noise));
      await turn();
    }),
    { numRuns: 200 },
  );
  // Once the handshake is over, nobody begins another in its place, and no alert ends it.
  const hello = Buffer.from("16fefd000000000000000000340100002800000000000000280fefd", "hex");
  const alert = Buffer.from("15fefd000000000000000000020100", "hex");
  for (const bytes of [hello, alert]) {
    browser.sendRaw(bytes);
    stranger.send(bytes, port, "127.0.0.1");
  }
  browser.sendRtp(rtp(7));
  await until(() => heard.rtp.length === 1);
  expect(transport.state).toBe("connected");
  transport.sendRtp(rtp(8));
  await until(() => browser.rtp.length === 1);
  await new Promise<void>((resolve) => stranger.close(() => resolve()));
});

test("what a stranger replays of the party's is not heard", async () => {
  await using made = await stage();
  const { transport, browser, heard, connect, until, stateIs } = made;
  connect();
  await stateIs("connected");
  await until(() => browser.isOpen);
  browser.sendRtp(rtp(1));
  await until(() => heard.rtp.length === 1);
  const stranger = createSocket("udp4");
  stranger.send(rtp(2), transport.local.candidates[0]?.port ?? 0, "127.0.0.1");
  browser.sendRaw(rtp(2));
  browser.sendRtp(rtp(3));
  await until(() => heard.rtp.length === 2);
  expect(heard.rtp).toEqual([rtp(1), rtp(3)]);
  await new Promise<void>((resolve) => stranger.close(() => resolve()));
});

test("an ICE restart finds a way again under the same keys", async () => {
  await using made = await stage();
  const { transport, browser, heard, connect, until, stateIs, states } = made;
  connect();
  await stateIs("connected");
  await until(() => browser.isOpen);
  const before = transport.local;
  browser.restart();
  transport.restart();
  expect(transport.local.ufrag).not.toBe(before.ufrag);
  expect(transport.local.candidates).toEqual(before.candidates);
  transport.connect(browser.local, "controlled");
  browser.connect(transport.local, "controlling");
  transport.sendRtp(rtp(1));
  browser.sendRtp(rtp(1));
  await until(() => heard.rtp.length === 1 && browser.rtp.length === 1);
  expect(states.map(({ state }) => state)).toEqual(["connecting", "connected"]);
});

test("a description with another certificate begins a new handshake", async () => {
  await using made = await stage();
  const { transport, browser, heard, connect, until, stateIs } = made;
  connect();
  await stateIs("connected");
  await until(() => browser.isOpen);
  await using next = await TestBrowser.open({ random });
  transport.restart();
  transport.connect(next.local, "controlled");
  next.connect(transport.local, "controlling");
  await until(() => next.isOpen);
  next.sendRtp(rtp(5));
  await until(() => heard.rtp.length === 1);
  browser.sendRtp(rtp(6));
  next.sendRtp(rtp(7));
  await until(() => heard.rtp.length === 2);
  expect(heard.rtp).toEqual([rtp(5), rtp(7)]);
});

test("what is closed is closed: no state, no packet, its port free again", async () => {
  await using made = await stage();
  const { transport, browser, connect, stateIs, states } = made;
  connect();
  await stateIs("connected");
  await transport[Symbol.asyncDispose]();
  await transport[Symbol.asyncDispose]();
  expect(transport.state).toBe("closed");
  transport.sendRtp(rtp(1));
  transport.sendRtcp(rtcp);
  transport.restart();
  transport.connect(browser.local, "controlling");
  expect(states.at(-1)?.state).toBe("closed");
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(transport.local.candidates[0]?.port ?? 0, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => socket.close(() => resolve()));
});

test("where no port is free it says so", async () => {
  const none = { first: 40_001, last: 40_000 };
  const transports = new LegTransports({ clock, random, bindAddress: "127.0.0.1", advertisedAddress: "127.0.0.1", ports: none });
  const listener = { rtp: () => {}, rtcp: () => {}, state: () => {} };
  await expect(transports.open(listener)).rejects.toMatchObject({ name: "WebrtcError", code: "no-free-ports" });
});
