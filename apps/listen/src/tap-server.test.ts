import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { ManualClock, SeededRandom, SystemClock, silentLog } from "@jikimi/kernel";
import { encodeTapFrame, encodeTapOpening, type TapFrame } from "@jikimi/worker-messages";
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

const frameAt = (atMs: number) => encodeTapFrame(atMs, Int16Array.of(1, 2, 3));

test("a token admits one stream, and its end is told", async () => {
  const heard = receiver();
  server.admit(TOKEN, heard.receiver);
  const socket = await dial();
  socket.write(Buffer.concat([encodeTapOpening(TOKEN), frameAt(1), frameAt(2)]));
  await heard.arrival(2);
  socket.end();
  expect(await heard.end).toBe("disconnected");
  expect(heard.frames.map((frame) => frame.atMs)).toEqual([1, 2]);
});

test("a token admits nobody a second time", async () => {
  const heard = receiver();
  server.admit(TOKEN, heard.receiver);
  const first = await dial();
  first.write(Buffer.concat([encodeTapOpening(TOKEN), frameAt(1)]));
  await heard.arrival(1);
  const second = await dial();
  const closed = once(second, "close");
  second.write(Buffer.concat([encodeTapOpening(TOKEN), frameAt(666)]));
  await closed;
  first.write(frameAt(2));
  await heard.arrival(2);
  expect(heard.frames.map((frame) => frame.atMs)).toEqual([1, 2]);
});

test("an unknown token is shown the door", async () => {
  const socket = await dial();
  const closed = once(socket, "close");
  socket.write(encodeTapOpening("nobody"));
  await closed;
  expect(socket.destroyed).toBe(true);
});

test("hostile bytes cost their own connection and no other stream a frame", async () => {
  const heard = receiver();
  server.admit(TOKEN, heard.receiver);
  const honest = await dial();
  honest.write(encodeTapOpening(TOKEN));
  const random = new SeededRandom(5);
  for (let i = 0; i < 40; i++) {
    const hostile = await dial();
    const closed = once(hostile, "close");
    if (i % 3 === 0) {
      // Admitted, and then wrong.
      server.admit(`hostile-${i}`, receiver().receiver);
      hostile.write(encodeTapOpening(`hostile-${i}`));
    }
    hostile.write(Buffer.from(random.bytes(1 + random.integer(900))));
    hostile.end();
    await closed;
    honest.write(frameAt(i));
  }
  await heard.arrival(40);
  expect(heard.frames.map((frame) => frame.atMs)).toEqual(Array.from({ length: 40 }, (_, i) => i));
});

test("a stream that breaks ends", async () => {
  const heard = receiver();
  server.admit(TOKEN, heard.receiver);
  const socket = await dial();
  socket.write(Buffer.concat([encodeTapOpening(TOKEN), Buffer.from([0xff, 0xff, 0xff, 0xff])]));
  expect(await heard.end).toBe("disconnected");
});

test("a release closes the connection", async () => {
  const heard = receiver();
  server.admit(TOKEN, heard.receiver);
  const socket = await dial();
  const closed = once(socket, "close");
  socket.write(Buffer.concat([encodeTapOpening(TOKEN), frameAt(1)]));
  await heard.arrival(1);
  server.release(TOKEN);
  expect(await heard.end).toBe("released");
  await closed;
});

test("a token that nobody uses expires, and a connection that shows none is closed", async () => {
  const clock = new ManualClock();
  const other = await TapServer.listen({ host: HOST, clock, log: silentLog });
  const heard = receiver();
  other.admit(TOKEN, heard.receiver);
  const idle = await dial(other.port);
  const closed = once(idle, "close");
  idle.write("no line feed");
  await clock.advance(0);
  while (clock.pendingTimers < 2) await clock.advance(0);
  await clock.advance(30_000);
  expect(await heard.end).toBe("not connected");
  await closed;
  await other[Symbol.asyncDispose]();
  expect(clock.pendingTimers).toBe(0);
});
