import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { ManualClock, SeededRandom, SystemClock, silentLog } from "@jikimi/kernel";
import { TapDecoder, TapEncoder, type TapFrame } from "@jikimi/worker-messages";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TapServer } from "./tap-server.ts";

const HOST = "127.0.0.1";
const TOKEN = "a-token-of-some-length";

let server: TapServer;
let sockets: Socket[] = [];
beforeEach(async () => {
  server = await TapServer.listen({ host: HOST, clock: new SystemClock(), log: silentLog });
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await server[Symbol.asyncDispose]();
});

async function dial(port = server.port): Promise<Socket> {
  const socket = connect(port, HOST);
  socket.on("error", () => {});
  sockets.push(socket);
  await once(socket, "connect");
  return socket;
}

/** Takes frames, and lets a test wait for as many as it wants or for the end. */
function receiver() {
  const frames: TapFrame[] = [];
  let ended: (why: string) => void = () => {};
  let wanted: { count: number; arrived: () => void } | undefined;
  const end = new Promise<string>((resolve) => {
    ended = resolve;
  });
  return {
    frames,
    end,
    arrival: (count: number) =>
      new Promise<void>((resolve) => {
        if (frames.length >= count) resolve();
        else wanted = { count, arrived: resolve };
      }),
    receiver: {
      frame(frame: TapFrame) {
        frames.push(frame);
        if (wanted !== undefined && frames.length >= wanted.count) wanted.arrived();
      },
      end: ended,
    },
  };
}

/** What a media worker sends: encoded messages, one behind the other. */
function messages(put: (encoder: TapEncoder) => void): Buffer {
  const encoder = new TapEncoder(4096);
  put(encoder);
  return Buffer.from(encoder.take());
}

const opening = (stream: number, token: string) => messages((encoder) => encoder.open(stream, token));
const frameAt = (stream: number, atMs: number) =>
  messages((encoder) => encoder.frame(stream, { atMs, pcm: Int16Array.of(1, 2, 3) }));
const closing = (stream: number) => messages((encoder) => encoder.close(stream));

/** Admits a receiver to `token`. */
function admit(token: string, to = server) {
  const heard = receiver();
  to.admit(token, heard.receiver);
  return heard;
}

function times({ frames }: { frames: readonly TapFrame[] }): number[] {
  return frames.map(({ atMs }) => atMs);
}

/** The streams that the server said are ended, as many as `count`. */
function answers(socket: Socket, count: number): Promise<number[]> {
  const decoder = new TapDecoder();
  const ended: number[] = [];
  return new Promise((resolve) => {
    socket.on("data", (bytes) => {
      for (const event of decoder.push(bytes)) ended.push(event.kind === "ended" ? event.stream : -1);
      if (ended.length >= count) resolve(ended);
    });
  });
}

test("streams share a connection, each to its own receiver, and a close is told", async () => {
  const [one, two] = [admit("one"), admit("two")];
  const socket = await dial();
  socket.write(Buffer.concat([opening(1, "one"), frameAt(1, 10), opening(2, "two"), frameAt(2, 20), frameAt(1, 11)]));
  await one.arrival(2);
  await two.arrival(1);
  socket.write(Buffer.concat([closing(1), frameAt(1, 12), frameAt(2, 21)]));
  expect(await one.end).toBe("closed");
  await two.arrival(2);
  expect([times(one), times(two)]).toEqual([
    [10, 11],
    [20, 21],
  ]);
});

test("a connection that is gone ends all its streams, and no other's", async () => {
  const [one, two, other] = [admit("one"), admit("two"), admit("other")];
  const socket = await dial();
  const another = await dial();
  socket.write(Buffer.concat([opening(1, "one"), opening(2, "two"), frameAt(1, 10), frameAt(2, 20)]));
  another.write(opening(1, "other"));
  await two.arrival(1);
  socket.end();
  expect(await Promise.all([one.end, two.end])).toEqual(["disconnected", "disconnected"]);
  another.write(frameAt(1, 30));
  await other.arrival(1);
});

test("a token admits nobody a second time", async () => {
  const heard = admit(TOKEN);
  const first = await dial();
  first.write(Buffer.concat([opening(1, TOKEN), frameAt(1, 1)]));
  await heard.arrival(1);
  const second = await dial();
  const refused = answers(second, 1);
  second.write(Buffer.concat([opening(7, TOKEN), frameAt(7, 666)]));
  expect(await refused).toEqual([7]);
  const refusedAgain = answers(first, 1);
  first.write(Buffer.concat([opening(2, TOKEN), frameAt(2, 667)]));
  expect(await refusedAgain).toEqual([2]);
  first.write(closing(1));
  expect(await heard.end).toBe("closed");
  const refusedAfter = answers(second, 1);
  second.write(opening(8, TOKEN));
  expect(await refusedAfter).toEqual([8]);
  expect(times(heard)).toEqual([1]);
});

test("an unknown token costs its stream, and what that stream says is heard by nobody", async () => {
  const heard = admit(TOKEN);
  const socket = await dial();
  const refused = answers(socket, 1);
  socket.write(Buffer.concat([opening(1, "nobody"), frameAt(1, 1), opening(2, TOKEN), frameAt(2, 2), closing(1)]));
  expect(await refused).toEqual([1]);
  socket.write(frameAt(2, 3));
  await heard.arrival(2);
  expect(times(heard)).toEqual([2, 3]);
});

test("one unknown token after another breaks the connection; an admitted one between them forgives", async () => {
  const heard = admit(TOKEN);
  const socket = await dial();
  const closed = once(socket, "close");
  const refused = answers(socket, 32);
  const guesses = (from: number, count: number) =>
    Buffer.concat(Array.from({ length: count }, (_, i) => opening(from + i, `guess ${from + i}`)));
  socket.write(Buffer.concat([guesses(1, 20), opening(21, TOKEN), guesses(22, 32)]));
  expect(await refused).toEqual(expect.arrayContaining([1, 20, 22]));
  socket.write(frameAt(21, 1));
  await heard.arrival(1);
  socket.write(guesses(54, 1));
  await closed;
  expect(await heard.end).toBe("disconnected");
});

test.for([
  { what: "a stream that is open already", bytes: opening(5, "again") },
  { what: "a number from before", bytes: opening(4, "again") },
  { what: "audio of a stream that never was", bytes: frameAt(6, 1) },
  { what: "the end of a stream that never was", bytes: closing(6) },
  { what: "our own words", bytes: messages((encoder) => encoder.ended(5)) },
  { what: "a message of four gigabytes", bytes: Buffer.from([0xff, 0xff, 0xff, 0xff]) },
])("$what breaks the connection, and the streams on it end", async ({ bytes }) => {
  const heard = admit(TOKEN);
  const other = admit("again");
  const socket = await dial();
  const closed = once(socket, "close");
  socket.write(Buffer.concat([opening(5, TOKEN), frameAt(5, 1), bytes, frameAt(5, 2)]));
  expect(await heard.end).toBe("disconnected");
  await closed;
  expect(times(heard)).toEqual([1]);
  expect(other.frames).toEqual([]);
});

test("hostile bytes cost their own connection and no other stream a frame", async () => {
  const heard = admit(TOKEN);
  const honest = await dial();
  honest.write(opening(1, TOKEN));
  const random = new SeededRandom(5);
  for (let i = 0; i < 40; i++) {
    const hostile = await dial();
    const closed = once(hostile, "close");
    if (i % 3 === 0) {
      // Admitted, and then wrong.
      admit(`hostile-${i}`);
      hostile.write(opening(1, `hostile-${i}`));
    }
    hostile.write(Buffer.from(random.bytes(1 + random.integer(900))));
    hostile.end();
    await closed;
    honest.write(frameAt(1, i));
  }
  await heard.arrival(40);
  expect(times(heard)).toEqual(Array.from({ length: 40 }, (_, i) => i));
});

test("a release ends its stream, tells the media worker, and leaves the connection to the others", async () => {
  const [one, two] = [admit("one"), admit("two")];
  const socket = await dial();
  const ended = answers(socket, 1);
  socket.write(Buffer.concat([opening(1, "one"), opening(2, "two"), frameAt(1, 10)]));
  await one.arrival(1);
  server.release("one");
  expect(await one.end).toBe("released");
  expect(await ended).toEqual([1]);
  // What was on its way already is nobody's.
  socket.write(Buffer.concat([frameAt(1, 11), closing(1), frameAt(2, 20)]));
  await two.arrival(1);
  expect(times(one)).toEqual([10]);
});

test("a token that is released before it is used admits nobody", async () => {
  const heard = admit(TOKEN);
  server.release(TOKEN);
  expect(await heard.end).toBe("released");
  const socket = await dial();
  const refused = answers(socket, 1);
  socket.write(opening(1, TOKEN));
  expect(await refused).toEqual([1]);
});

test("who shows no token in time, or has no stream left, is closed; a token that nobody uses expires", async () => {
  const clock = new ManualClock();
  const other = await TapServer.listen({ host: HOST, clock, log: silentLog });
  const [unused, used] = [admit("unused", other), admit("used", other)];
  const [silent, done] = [await dial(other.port), await dial(other.port)];
  const closedInTime = once(silent, "close");
  const closedAtLast = once(done, "close");
  done.write(Buffer.concat([opening(1, "used"), frameAt(1, 1)]));
  await used.arrival(1);
  await clock.advance(0);
  while (clock.pendingTimers < 2) await clock.advance(0);
  await clock.advance(5_000);
  await closedInTime;
  done.write(closing(1));
  expect(await used.end).toBe("closed");
  expect(done.destroyed).toBe(false);
  await clock.advance(25_000);
  expect(await unused.end).toBe("not connected");
  await clock.advance(5_000);
  await closedAtLast;
  await other[Symbol.asyncDispose]();
  expect(clock.pendingTimers).toBe(0);
});
