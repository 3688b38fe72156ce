import fc from "fast-check";
import { expect, test } from "vitest";
import { DigitReceiver, DigitSender } from "./telephone-event.ts";

const event = (code: number, ticks: number, end = false) =>
  Uint8Array.of(code, end ? 0x8a : 10, ticks >> 8, ticks & 0xff);

/** All that a sender puts on the wire for these digits, as packets with the timestamp of their digit. */
function send(digits: string): { payload: Uint8Array; timestamp: number }[] {
  const sender = new DigitSender();
  expect(sender.queue(digits)).toBe(true);
  const packets: { payload: Uint8Array; timestamp: number }[] = [];
  let started = 0;
  for (let timestamp = 1000; sender.busy; timestamp += 160) {
    const step = sender.step();
    if (step === null) continue;
    if (step.isFirst) started = timestamp;
    for (let copy = 0; copy < step.copies; copy++) packets.push({ payload: step.payload, timestamp: started });
  }
  return packets;
}

function hear(packets: readonly { payload: Uint8Array; timestamp: number }[]): string {
  const receiver = new DigitReceiver();
  const heard = packets.map(({ payload, timestamp }, i) => receiver.push(payload, timestamp, i * 20)?.digit ?? "");
  return heard.join("") + (receiver.expire(1e9)?.digit ?? "");
}

test("what is sent is heard, each digit once", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9*#A-D]{1,20}$/), (digits) => {
      expect(hear(send(digits))).toBe(digits);
    }),
  );
});

test("a digit lasts 100 ms and its end is sent three times", () => {
  const packets = send("5");
  expect(packets.map(({ payload }) => [(payload[2] ?? 0) * 256 + (payload[3] ?? 0), (payload[1] ?? 0) >> 7])).toEqual([
    [160, 0],
    [320, 0],
    [480, 0],
    [640, 0],
    [800, 1],
    [800, 1],
    [800, 1],
  ]);
});

test("digits survive the loss of any packets, as long as one of each comes", () => {
  const packets = send("1379");
  const stamps = [...new Set(packets.map(({ timestamp }) => timestamp))];
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: packets.length, maxLength: packets.length }), (kept) => {
      const arrived = packets.filter((_, i) => kept[i]);
      fc.pre(stamps.every((stamp) => arrived.some(({ timestamp }) => timestamp === stamp)));
      expect(hear(arrived)).toBe("1379");
    }),
  );
});

test("the length is the last that was told", () => {
  const receiver = new DigitReceiver();
  expect(receiver.push(event(5, 160), 1000, 0)).toBeNull();
  expect(receiver.push(event(5, 640), 1000, 60)).toBeNull();
  expect(receiver.push(event(5, 800, true), 1000, 80)).toEqual({ digit: "5", durationMs: 100 });
  expect(receiver.push(event(5, 800, true), 1000, 80)).toBeNull();
});

test("a digit whose end is lost is told when nothing more comes", () => {
  const receiver = new DigitReceiver();
  receiver.push(event(11, 480), 1000, 40);
  expect(receiver.isOpen).toBe(true);
  expect(receiver.expire(100)).toBeNull();
  expect(receiver.expire(200)).toEqual({ digit: "#", durationMs: 60 });
  expect(receiver.push(event(11, 800, true), 1000, 210)).toBeNull();
});

test("what is no digit is not queued, nor more than can wait", () => {
  const sender = new DigitSender();
  expect(sender.queue("12x")).toBe(false);
  expect(sender.queue("1".repeat(65))).toBe(false);
  expect(sender.busy).toBe(false);
});

test("whatever comes, hearing digits never throws and never invents one that is none", () => {
  const packet = fc.tuple(fc.uint8Array({ maxLength: 8 }), fc.integer({ min: 0, max: 0xffff_ffff }));
  fc.assert(
    fc.property(fc.array(packet), (packets) => {
      const receiver = new DigitReceiver();
      for (const [payload, timestamp] of packets) {
        const digit = receiver.push(payload, timestamp, 0);
        if (digit !== null) expect("0123456789*#ABCD").toContain(digit.digit);
      }
    }),
  );
});
