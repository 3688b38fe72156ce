import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { SourceLock, type SourceVerdict } from "./source-lock.ts";

const PARTY = { address: "192.0.2.1", port: 4000, ssrc: 11 };
const NAT = { address: "203.0.113.5", port: 61_000, ssrc: 11 };
const STRANGER = { address: "198.51.100.66", port: 4000, ssrc: 666 };

let nowMs = 0;
let lock = new SourceLock();
beforeEach(() => {
  nowMs = 0;
  lock = new SourceLock();
  lock.announce(PARTY.address, PARTY.port);
});

function hear(source: typeof PARTY, from: number, count: number, stepMs = 20): SourceVerdict[] {
  return Array.from({ length: count }, (_, i) => {
    nowMs += stepMs;
    return lock.judge(source.address, source.port, source.ssrc, (from + i) & 0xffff, nowMs);
  });
}

test("the announced source is believed at once", () => {
  expect(hear(PARTY, 65_535, 3)).toEqual(["locked", "accepted", "accepted"]);
});

test("another source is believed after a run of consistent packets (a party behind NAT)", () => {
  expect(hear(NAT, 100, 4)).toEqual(["probing", "probing", "locked", "accepted"]);
  expect([lock.address, lock.port]).toEqual([NAT.address, NAT.port]);
});

test("a stranger who probes first does not keep the announced source out", () => {
  expect(hear(STRANGER, 1, 2)).toEqual(["probing", "probing"]);
  expect(hear(PARTY, 1, 1)).toEqual(["locked"]);
  expect(hear(STRANGER, 3, 10)).toEqual(Array(10).fill("rejected"));
  expect(lock.rejected).toBe(10);
});

test("scattered packets are never believed", () => {
  for (let i = 0; i < 50; i++) expect(hear(STRANGER, i * 1000, 1)).not.toEqual(["locked"]);
  expect(lock.isLocked).toBe(false);
});

test("once locked, another address is rejected even with the right SSRC, while the source speaks", () => {
  hear(PARTY, 1, 10);
  expect(hear({ ...STRANGER, ssrc: PARTY.ssrc }, 11, 5, 1)).toEqual(Array(5).fill("rejected"));
});

test("a source that fell silent may go on from another address, with its own SSRC and sequence only", () => {
  hear(PARTY, 1, 10);
  nowMs += 1000;
  expect(hear(STRANGER, 11, 4)).toEqual(Array(4).fill("rejected"));
  expect(hear({ ...NAT, ssrc: PARTY.ssrc }, 9, 2)).toEqual(["rejected", "rejected"]);
  expect(hear(NAT, 60, 4)).toEqual(["probing", "probing", "locked", "accepted"]);
});

test("a new SSRC from the same address is believed once the old one has stopped, and not before", () => {
  hear(PARTY, 1, 10);
  const other = { ...PARTY, ssrc: 12 };
  expect(hear(other, 500, 4)).toEqual(["probing", "probing", "accepted", "accepted"]);
  lock = new SourceLock();
  lock.announce(PARTY.address, PARTY.port);
  hear(PARTY, 1, 10);
  // A blind forger bursts between two packets of the party.
  expect(hear(other, 500, 6, 1)).toEqual(Array(6).fill("probing"));
  expect(hear(PARTY, 11, 1)).toEqual(["accepted"]);
  expect(hear(other, 506, 1, 1)).toEqual(["probing"]);
});

test("a new negotiated address opens the lock; the same one does not", () => {
  hear(PARTY, 1, 3);
  lock.announce(PARTY.address, PARTY.port);
  expect(hear(STRANGER, 1, 1)).toEqual(["rejected"]);
  lock.announce(NAT.address, NAT.port);
  expect(hear(NAT, 1, 1)).toEqual(["locked"]);
});

test("a party that moved is found again, although its last packets from where it was came after the news", () => {
  const before = NAT;
  lock.announce(before.address, before.port);
  hear(before, 1, 3);
  lock.announce(PARTY.address, PARTY.port);
  expect(hear(before, 4, 3)).toEqual(["probing", "probing", "locked"]);
  const moved = { ...PARTY, ssrc: 12 };
  expect(hear(moved, 900, 9)).toEqual(Array(9).fill("rejected"));
  expect(hear(moved, 909, 2)).toEqual(["locked", "accepted"]);
  expect(hear(before, 7, 3)).toEqual(Array(3).fill("rejected"));
});

test("while a party behind NAT speaks, nobody takes its place from the address that it announced", () => {
  hear(NAT, 1, 3);
  for (let i = 0; i < 20; i++) {
    expect(hear(NAT, 4 + i, 1)).toEqual(["accepted"]);
    expect(hear({ ...PARTY, ssrc: 12 }, 900 + i, 1, 5)).toEqual(["rejected"]);
  }
});

test("while the party speaks without pause, no stranger ever takes its place", () => {
  const forged = fc.record({
    address: fc.constantFrom("198.51.100.66", "192.0.2.1"),
    port: fc.constantFrom(4000, 4002),
    ssrc: fc.constantFrom(11, 12),
    sequence: fc.integer({ min: 0, max: 0xffff }),
  });
  fc.assert(
    fc.property(fc.array(fc.array(forged, { maxLength: 6 }), { maxLength: 40 }), (bursts) => {
      const lock = new SourceLock();
      lock.announce(PARTY.address, PARTY.port);
      let nowMs = 0;
      lock.judge(PARTY.address, PARTY.port, PARTY.ssrc, 0, nowMs);
      for (const [index, burst] of bursts.entries()) {
        for (const { address, port, ssrc, sequence } of burst) {
          const isParty = address === PARTY.address && port === PARTY.port && ssrc === PARTY.ssrc;
          const verdict = lock.judge(address, port, ssrc, sequence, nowMs + 2);
          if (!isParty) expect(["probing", "rejected"]).toContain(verdict);
        }
        nowMs += 20;
        expect(lock.judge(PARTY.address, PARTY.port, PARTY.ssrc, index + 1, nowMs)).toBe("accepted");
      }
    }),
  );
});
