import { encodeG711 } from "@jikimi/audio";
import { type Log, type LogFields, ManualClock, ResourceScope, silentLog } from "@jikimi/kernel";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TapConnections } from "./tap-connections.ts";
import type { TapStream } from "./tap-stream.ts";
import { heardMs, TestListener } from "./test-support/test-listener.ts";

const packet = encodeG711("pcmu", new Int16Array(160).fill(1000));

let scope: ResourceScope;
let clock: ManualClock;
let warnings: (LogFields & { sentence: string })[];
let connections: TapConnections;
let log: Log;

beforeEach(() => {
  scope = new ResourceScope();
  clock = new ManualClock();
  warnings = [];
  log = { ...silentLog, warn: (fields, sentence) => warnings.push({ ...fields, sentence }) };
  const opened = new TapConnections({ clock, log });
  scope.defer(async () => opened[Symbol.dispose]());
  connections = opened;
});
afterEach(async () => {
  await scope[Symbol.asyncDispose]();
  expect(clock.pendingTimers).toBe(0);
});

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits, in real time, for what comes over the sockets. */
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000_000; turn++) {
    if (condition()) return;
    await turnOfTheLoop();
  }
  throw new Error("it never came about");
}

async function listen(options?: Parameters<typeof TestListener.open>[0]): Promise<TestListener> {
  return scope.use(await TestListener.open(options));
}

function open(listener: TestListener, token: string): TapStream {
  return connections.open(listener.sink(token), { epochOffsetMs: 0, log });
}

/** A packet a frame. `from` is the first packet's number: it is said at that many times 20 ms. */
function say(tap: TapStream, from: number, packets = 1): void {
  for (let number = from; number < from + packets; number++) {
    tap.audio(number * 160, "pcmu", packet);
    tap.flush();
  }
}

/** The numbers of the packets that arrived. */
function heard(listener: TestListener, token: string): number[] {
  return listener.tap(token).frames.map(({ atMs }) => atMs / 20);
}

test("what all streams say in one beat leaves at its end, each under its own name", async () => {
  const listener = await listen();
  const [one, two] = [open(listener, "one"), open(listener, "two")];
  await until(() => listener.taps.length === 2);
  say(one, 1);
  say(two, 7, 2);
  for (let turn = 0; turn < 20; turn++) await turnOfTheLoop();
  expect(listener.taps.map(heardMs)).toEqual([0, 0]);
  connections.send();
  await until(() => heard(listener, "two").length === 2);
  expect([heard(listener, "one"), heard(listener, "two")]).toEqual([[1], [7, 8]]);
  expect(listener.connections).toHaveLength(1);
});

test("what is said before the connection is there is kept, and what is said last goes before the end", async () => {
  const listener = await listen();
  const tap = open(listener, "one");
  say(tap, 1, 3);
  await until(() => listener.taps.length === 1);
  say(tap, 4, 2);
  tap.close();
  await until(() => listener.tap("one").closed);
  expect(heard(listener, "one")).toEqual([1, 2, 3, 4, 5]);
});

test("a tap that is closed before the connection is there leaves no trace", async () => {
  const listener = await listen();
  const [never, tap] = [open(listener, "never"), open(listener, "one")];
  never.close();
  await until(() => listener.taps.length === 1);
  say(never, 1);
  say(tap, 1);
  connections.send();
  await until(() => heard(listener, "one").length === 1);
  expect(listener.taps.map(({ token }) => token)).toEqual(["one"]);
});

test("a slow reader loses the oldest of each stream alike, counted, and the rest in no other order", async () => {
  const listener = await listen({ onConnection: (socket) => socket.pause() });
  const taps = ["one", "two"].map((token) => open(listener, token));
  await until(() => listener.connections.length === 1);
  const last = 20_000;
  // More than the system's own buffers hold: 13 MB.
  for (let number = 1; number <= last; number++) {
    for (const tap of taps) say(tap, number);
    connections.send();
    if (number % 100 === 0) await turnOfTheLoop();
  }
  for (const tap of taps) tap.close();
  listener.connections[0]?.socket.resume();
  await until(() => listener.taps.length === 2 && listener.taps.every(({ closed }) => closed));
  const lost = ["one", "two"].map((token) => {
    const numbers = heard(listener, token);
    const [gapAt, ...moreGaps] = numbers.flatMap((number, i) => (number === i + 1 ? [] : [i])).slice(0, 1);
    expect(moreGaps).toEqual([]);
    // From the hole on, without another, to the very last.
    expect(numbers.slice(gapAt)).toEqual(Array.from({ length: 50 }, (_, i) => last - 49 + i));
    return last - numbers.length;
  });
  expect(lost[0]).toBeGreaterThan(1000);
  expect(Math.abs((lost[0] ?? 0) - (lost[1] ?? 0))).toBeLessThanOrEqual(1);
  expect(warnings).toEqual(lost.map((droppedFrames) => ({ droppedFrames, sentence: "a tap lost audio" })));
});

test("a stream that the listen worker ends is over, and the others go on", async () => {
  const listener = await listen();
  const [one, two] = [open(listener, "one"), open(listener, "two")];
  await until(() => listener.taps.length === 2);
  say(one, 1);
  connections.send();
  await until(() => heard(listener, "one").length === 1);
  listener.end("one");
  // Its answer comes before anything that is sent after it.
  await until(() => {
    say(one, 2);
    say(two, 1);
    connections.send();
    return heard(listener, "two").length > heard(listener, "one").length + 10;
  });
  one.close();
  two.close();
  await until(() => listener.tap("two").closed);
  expect(listener.tap("one").closed).toBe(false);
  expect(warnings).toEqual([]);
});

test("a lost connection ends its taps and is told once; the next tap opens a new one", async () => {
  const listener = await listen();
  const taps = [open(listener, "one"), open(listener, "two")];
  await until(() => listener.taps.length === 2);
  listener.drop();
  await until(() => warnings.length > 0);
  for (const tap of taps) {
    say(tap, 1);
    tap.close();
  }
  const { port } = listener.sink("");
  expect(warnings).toEqual([
    { host: "127.0.0.1", port, taps: 2, failure: expect.any(String), sentence: "tap connection lost" },
  ]);
  const third = open(listener, "three");
  await until(() => listener.taps.length === 3);
  say(third, 5);
  connections.send();
  await until(() => heard(listener, "three").length === 1);
  expect(listener.connections.map(({ taps: { size } }) => size)).toEqual([2, 1]);
  expect(warnings).toHaveLength(1);
});

test("where nobody listens the tap is over", async () => {
  const gone = await TestListener.open();
  const sink = gone.sink("one");
  await gone[Symbol.asyncDispose]();
  const tap = connections.open(sink, { epochOffsetMs: 0, log });
  say(tap, 1, 10);
  await until(() => warnings.length === 1);
  expect(warnings[0]).toMatchObject({ taps: 1, sentence: "tap connection lost" });
});

test("who answers anything but a stream's end is no listen worker", async () => {
  const listener = await listen({ onConnection: (socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n") });
  open(listener, "one");
  await until(() => warnings.length === 1);
  expect(warnings[0]).toMatchObject({ failure: "this is no listen worker", sentence: "tap connection lost" });
});

test("the connection waits a little for the next call, and then closes", async () => {
  const listener = await listen();
  open(listener, "one").close();
  const next = open(listener, "two");
  await until(() => listener.taps.length === 1);
  next.close();
  await until(() => listener.tap("two").closed);
  await clock.advance(4999);
  const last = open(listener, "three");
  await until(() => listener.taps.length === 2);
  last.close();
  await clock.advance(4999);
  expect(listener.connections.map(({ closed }) => closed)).toEqual([false]);
  await clock.advance(1);
  await until(() => listener.connections[0]?.closed === true);
  expect(warnings).toEqual([]);
});

test("each listen worker has a connection of its own", async () => {
  const [here, there] = [await listen(), await listen()];
  const [one, two] = [open(here, "one"), open(there, "two")];
  await until(() => here.taps.length + there.taps.length === 2);
  say(one, 1);
  say(two, 2);
  connections.send();
  await until(() => heard(here, "one").length + heard(there, "two").length === 2);
  expect([heard(here, "one"), heard(there, "two")]).toEqual([[1], [2]]);
});

test("a process that leaves sends what it has", async () => {
  const listener = await listen();
  const tap = open(listener, "one");
  await until(() => listener.taps.length === 1);
  tap.audio(160, "pcmu", packet);
  connections[Symbol.dispose]();
  await until(() => listener.connections[0]?.closed === true);
  expect(heard(listener, "one")).toEqual([1]);
  expect(listener.tap("one").closed).toBe(true);
});
