import { createSocket } from "node:dgram";
import { ManualClock, ResourceScope, SeededRandom } from "@jikimi/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { serializeRtp } from "./packet.ts";
import { type EndpointAudio, RtpEndpoint } from "./rtp-endpoint.ts";
import { openUdpPair } from "./udp-pair.ts";

const ports = { first: 24_000, last: 29_999 };
const bindAddress = "127.0.0.1";

function agreed(party: RtpEndpoint): EndpointAudio {
  return {
    payloadType: 0,
    receive: new Map([
      [0, "pcmu"],
      [101, "digits"],
    ]),
    digitsPayloadType: 101,
    direction: "sendrecv",
    remote: { address: bindAddress, rtpPort: party.rtpPort, rtcpAddress: bindAddress, rtcpPort: party.rtcpPort },
    rtcpMux: false,
  };
}

async function pair() {
  const clock = new ManualClock();
  const random = new SeededRandom(21);
  const scope = new ResourceScope();
  const heard: number[] = [];
  const digits: string[] = [];
  const open = (listener: ConstructorParameters<typeof RtpEndpoint>[1]["listener"]) =>
    RtpEndpoint.open({ bindAddress, ports, clock, random, listener });
  const one = scope.use(await open({ audio: () => {} }));
  const two = scope.use(
    await open({
      audio: (packet) => heard.push(packet.payload()[0] ?? -1),
      digit: ({ digit }) => digits.push(digit),
    }),
  );
  one.configure(agreed(two));
  two.configure(agreed(one));
  /** Waits for datagrams that are on their way. */
  const until = async (met: () => boolean) => {
    for (let turn = 0; turn < 10_000 && !met(); turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    if (!met()) throw new Error("it never came");
  };
  return { clock, one, two, heard, digits, until, scope, [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose]() };
}

test("what one sends the other hears, and RTCP tells both how it went", async () => {
  await using stage = await pair();
  const { one, two, heard, clock, until } = stage;
  for (let i = 0; i < 10; i++) {
    one.sendFrame(new Uint8Array(160).fill(i), clock.monotonicMs());
    two.sendFrame(new Uint8Array(160), clock.monotonicMs());
    await clock.advance(20);
  }
  await until(() => heard.length === 10);
  expect(heard).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(two.stats()).toMatchObject({ packetsReceived: 10, packetsLost: 0, packetsRejected: 0 });
  await clock.advance(20_000);
  await until(() => one.stats().roundTripMs !== null);
  expect(one.stats().roundTripMs).toBeLessThan(30);
});

test("digits go over as events", async () => {
  await using stage = await pair();
  const { one, digits, clock, until } = stage;
  expect(one.queueDigits("1#")).toBe(true);
  for (let i = 0; i < 30; i++) {
    one.stepDigits(clock.monotonicMs());
    await clock.advance(20);
  }
  await until(() => digits.length === 2);
  expect(digits).toEqual(["1", "#"]);
});

test("a digit whose end is lost is told all the same", async () => {
  await using stage = await pair();
  const { one, two, digits, clock, until } = stage;
  one.queueDigits("7");
  one.stepDigits(clock.monotonicMs());
  await until(() => two.stats().packetsReceived === 1);
  await clock.advance(500);
  expect(digits).toEqual(["7"]);
});

test("on hold nothing is sent and nothing is heard", async () => {
  await using stage = await pair();
  const { one, two, heard, clock, until } = stage;
  one.configure({ ...agreed(two), direction: "inactive" });
  one.sendFrame(new Uint8Array(160), clock.monotonicMs());
  expect(one.stats().packetsSent).toBe(0);
  one.configure(agreed(two));
  two.configure({ ...agreed(one), direction: "sendonly" });
  one.sendFrame(new Uint8Array(160), clock.monotonicMs());
  await until(() => two.stats().packetsReceived === 1);
  expect(heard).toEqual([]);
});

test("hostile datagrams on both ports reach nobody, break nothing and are counted", async () => {
  await using stage = await pair();
  const { one, two, heard, clock, until } = stage;
  one.sendFrame(new Uint8Array(160).fill(1), clock.monotonicMs());
  await until(() => heard.length === 1);
  const stranger = createSocket("udp4");
  stage.scope.defer(() => stranger.close());
  const noise = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 100 }), { numRuns: 200, seed: 4 });
  const header = { marker: false, payloadType: 0, sequence: 1, timestamp: 1, ssrc: 1 };
  const dressed = noise.map((bytes) => serializeRtp(header, bytes));
  for (const bytes of [...noise, ...dressed]) {
    stranger.send(bytes, two.rtpPort, bindAddress);
    stranger.send(bytes, two.rtcpPort, bindAddress);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  await until(() => two.stats().packetsRejected === 800);
  one.sendFrame(new Uint8Array(160).fill(2), clock.monotonicMs());
  await until(() => heard.length === 2);
  expect(heard).toEqual([1, 2]);
});

test("once the source is settled strangers do not even reach us; when it falls silent it may go on from elsewhere", async () => {
  await using stage = await pair();
  const { one, two, heard, clock, until } = stage;
  const talk = async (from: RtpEndpoint, count: number) => {
    for (let i = 0; i < count; i++) {
      const before = heard.length;
      from.sendFrame(new Uint8Array(160).fill(1), clock.monotonicMs());
      await until(() => heard.length > before);
      await clock.advance(20);
      if (i % 50 === 49) two.review(clock.monotonicMs());
    }
  };
  await talk(one, 250);
  const stranger = createSocket("udp4");
  stage.scope.defer(() => stranger.close());
  const bytes = serializeRtp(
    { marker: false, payloadType: 0, sequence: 1, timestamp: 1, ssrc: 1 },
    new Uint8Array(160),
  );
  stranger.send(bytes, two.rtpPort, bindAddress);
  await talk(one, 5);
  expect(two.stats().packetsRejected).toBe(0);
  two.sendFrame(new Uint8Array(160), clock.monotonicMs());
  await until(() => one.stats().packetsReceived === 1);

  await clock.advance(2000);
  two.review(clock.monotonicMs());
  stranger.send(bytes, two.rtpPort, bindAddress);
  await until(() => two.stats().packetsRejected === 1);
  await talk(one, 300);
  stranger.send(bytes, two.rtpPort, bindAddress);
  await until(() => two.stats().packetsRejected === 2);
});

test("a party whose port is closed is silence, not a failure", async () => {
  const failures: Error[] = [];
  await using stage = await pair();
  const { clock, scope, until } = stage;
  const heard: number[] = [];
  const random = new SeededRandom(77);
  const listener = { audio: () => heard.push(1), failed: (failure: Error) => failures.push(failure) };
  const endpoint = scope.use(await RtpEndpoint.open({ bindAddress, ports, clock, random, listener }));
  const party = await RtpEndpoint.open({ bindAddress, ports, clock, random, listener: { audio: () => {} } });
  endpoint.configure(agreed(party));
  party.configure(agreed(endpoint));
  for (let i = 0; i < 250; i++) {
    party.sendFrame(new Uint8Array(160), clock.monotonicMs());
    await until(() => heard.length === i + 1);
    await clock.advance(20);
    if (i % 50 === 49) endpoint.review(clock.monotonicMs());
  }
  await party[Symbol.asyncDispose]();
  for (let i = 0; i < 10; i++) {
    endpoint.sendFrame(new Uint8Array(160), clock.monotonicMs());
    await clock.advance(20);
  }
  expect(failures).toEqual([]);
});

test("ports are even and odd, taken ones are passed over, and none left is said", async () => {
  const random = new SeededRandom(3);
  const narrow = { first: 23_001, last: 23_007 };
  const opened = [];
  for (let i = 0; i < 3; i++) opened.push(await openUdpPair({ bindAddress, ports: narrow, random }));
  expect(opened.map(({ rtpPort }) => rtpPort).sort()).toEqual([23_002, 23_004, 23_006]);
  expect(opened.every(({ rtpPort, rtcpPort }) => rtcpPort === rtpPort + 1)).toBe(true);
  await expect(openUdpPair({ bindAddress, ports: narrow, random })).rejects.toMatchObject({ code: "no-free-ports" });
  for (const { rtp, rtcp } of opened) {
    rtp.close();
    rtcp.close();
  }
  await expect(openUdpPair({ bindAddress: "203.0.113.1", ports, random })).rejects.toMatchObject({
    code: "address-unusable",
  });
});

test("a closed endpoint leaves no timer and sends nothing more", async () => {
  const stage = await pair();
  stage.one.queueDigits("1");
  await stage[Symbol.asyncDispose]();
  stage.one.sendFrame(new Uint8Array(160), 0);
  expect(stage.clock.pendingTimers).toBe(0);
});
