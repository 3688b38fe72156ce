import fc from "fast-check";
import { expect, test } from "vitest";
import { AEAD_AES_128_GCM, AES128_CM_SHA1_80, type SrtpKeys, type SrtpProfile } from "./protection.ts";
import { SrtpReceiver, SrtpSender } from "./srtp.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const plainRtp = hex("800f1234decafbadcafebabe abababababababababababababababab");
const plainRtcp = hex("81c8000bcafebabe abababababababababababababababab");

/** The vectors that libsrtp tests itself with. */
const vectors: { name: string; profile: SrtpProfile; keys: SrtpKeys; rtp: Buffer; rtcp: Buffer }[] = [
  {
    name: "AES_CM_128_HMAC_SHA1_80",
    profile: AES128_CM_SHA1_80,
    keys: { key: hex("e1f97a0d3e018be0d64fa32c06de4139"), salt: hex("0ec675ad498afeebb6960b3aabe6") },
    rtp: hex("800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb"),
    rtcp: hex("81c8000bcafebabe 7128035be487b9bdbef89041f977a5a8 80000001 993e08cd54d6c1230798"),
  },
  {
    name: "AEAD_AES_128_GCM",
    profile: AEAD_AES_128_GCM,
    keys: { key: hex("000102030405060708090a0b0c0d0e0f"), salt: hex("a0a1a2a3a4a5a6a7a8a9aaab") },
    rtp: hex("800f1234decafbadcafebabe c5002ede04cfdd2eb91159e0880aa06e d2976826f796b201df3131a127e8a392"),
    rtcp: hex("81c8000bcafebabe c98b8b5df0392a55852b6c21ac8e7025 c52c6fbea2b3b446ea31123ba88ce61e 80000001"),
  },
];

function rtp(sequence: number, { ssrc = 7, payload = 20 } = {}): Buffer {
  const packet = Buffer.alloc(12 + payload, sequence);
  packet.writeUInt16BE(0x8000 | 111, 0);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(sequence * 960, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

/** As the packet lies on the wire: the sender uses its memory again. */
function sent(packet: Buffer | null): Buffer {
  if (packet === null) throw new Error("nothing was sent");
  return Buffer.from(packet);
}

test.for(vectors)("$name is what libsrtp makes of it, and back", ({ profile, keys, rtp, rtcp }) => {
  const sender = new SrtpSender(profile, keys);
  expect(sent(sender.rtp(plainRtp)).toString("hex")).toBe(rtp.toString("hex"));
  expect(sent(sender.rtcp(plainRtcp)).toString("hex")).toBe(rtcp.toString("hex"));
  const receiver = new SrtpReceiver(profile, keys);
  expect(receiver.rtp(rtp)).toEqual(plainRtp);
  expect(receiver.rtcp(rtcp)).toEqual(plainRtcp);
});

test.for(vectors)("$name: a packet counts once, in any order, across the sequence's end", ({ profile, keys }) => {
  const sender = new SrtpSender(profile, keys);
  const receiver = new SrtpReceiver(profile, keys);
  const packets = Array.from({ length: 200 }, (_, i) => rtp(65_436 + i));
  const wire = packets.map((packet) => sent(sender.rtp(packet)));
  // Every second packet comes late by one.
  const order = packets.map((_, i) => (i % 2 === 0 ? i + 1 : i - 1));
  for (const i of order) expect(receiver.rtp(wire[i] as Buffer)).toEqual(packets[i]);
  for (const bytes of wire) expect(receiver.rtp(bytes)).toBeNull();
  const report = sent(sender.rtcp(plainRtcp));
  expect(receiver.rtcp(report)).toEqual(plainRtcp);
  expect(receiver.rtcp(report)).toBeNull();
});

test.for(vectors)("$name: one changed bit anywhere, or a cut, and nothing comes out", ({ profile, keys, rtp, rtcp }) => {
  for (const [bytes, read] of [
    [rtp, (changed: Buffer) => new SrtpReceiver(profile, keys).rtp(changed)],
    [rtcp, (changed: Buffer) => new SrtpReceiver(profile, keys).rtcp(changed)],
  ] as const) {
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 0x40;
      expect(read(changed), `byte ${at}`).toBeNull();
      expect(read(bytes.subarray(0, at)), `cut at ${at}`).toBeNull();
    }
  }
});

test("noise never throws, whatever it begins with", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 0, max: 255 }), (noise, first) => {
      for (const { profile, keys } of vectors) {
        const bytes = Buffer.concat([Buffer.of(first), noise]);
        const receiver = new SrtpReceiver(profile, keys);
        expect(receiver.rtp(bytes)).toBeNull();
        expect(receiver.rtcp(bytes)).toBeNull();
        new SrtpSender(profile, keys).rtp(bytes);
      }
    }),
  );
});

test("contributing sources and an extension stay readable and are authenticated", () => {
  const { profile, keys } = vectors[1] as (typeof vectors)[number];
  const packet = Buffer.concat([rtp(9, { payload: 0 }), hex("00000001 bede0001 10ff0000"), Buffer.alloc(20, 5)]);
  packet[0] = 0x91;
  const wire = sent(new SrtpSender(profile, keys).rtp(packet));
  expect(wire.subarray(0, 24)).toEqual(packet.subarray(0, 24));
  expect(new SrtpReceiver(profile, keys).rtp(wire)).toEqual(packet);
});

test("a source that began with a packet from before the sequence's end goes on", () => {
  const { profile, keys } = vectors[0] as (typeof vectors)[number];
  const sender = new SrtpSender(profile, keys);
  const receiver = new SrtpReceiver(profile, keys);
  for (const sequence of [65_534, 65_535, 65_536, 65_537, 70_000, 100_000, 131_072, 131_080]) {
    const packet = rtp(sequence);
    expect(receiver.rtp(sent(sender.rtp(packet))), String(sequence)).toEqual(packet);
  }
});

test("only so many sources are remembered, and each counts for itself", () => {
  const { profile, keys } = vectors[0] as (typeof vectors)[number];
  const receiver = new SrtpReceiver(profile, keys);
  for (let ssrc = 1; ssrc <= 20; ssrc++) {
    const packet = rtp(ssrc * 100, { ssrc });
    expect(receiver.rtp(sent(new SrtpSender(profile, keys).rtp(packet)))).toEqual(packet);
  }
});
