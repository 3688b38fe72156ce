import { once } from "node:events";
import { Duplex } from "node:stream";
import { ManualClock, silentLog } from "@jikimi/kernel";
import { TapEncoder } from "@jikimi/worker-messages";
import { expect, test } from "vitest";
import { TapPeer } from "./tap-peer.ts";

test("a peer that reads no answers is not answered for ever", async () => {
  const clock = new ManualClock();
  const ended: string[] = [];
  // What is written to it is never done.
  const socket = new Duplex({ read: () => {}, write: () => {} });
  const closed = once(socket, "close");
  const peer = new TapPeer(socket, {
    clock,
    log: silentLog,
    openingTimeoutMs: 1000,
    idleTimeoutMs: 1000,
    claim: () => ({ frame: () => {}, end: (why) => ended.push(why) }),
    onClose: () => {},
  });
  const encoder = new TapEncoder(1_000_000);
  for (let stream = 1; stream <= 10_000; stream++) encoder.open(stream, "token");
  socket.push(encoder.take());
  await once(socket, "data");
  for (let stream = 1; stream <= 10_000; stream++) peer.release(stream);
  await closed;
  expect(ended).toEqual(Array.from({ length: 10_000 }, () => "released"));
  expect(socket.writableLength).toBeGreaterThan(64 * 1024);
  expect(socket.writableLength).toBeLessThan(65 * 1024);
  expect(clock.pendingTimers).toBe(0);
});
