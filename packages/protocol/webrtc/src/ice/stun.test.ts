import fc from "fast-check";
import { expect, test } from "vitest";
import { looksLikeStun, readStun, writeStunError, writeStunRequest, writeStunSuccess } from "./stun.ts";

/** RFC 5769 §2.1: a request as an independent implementation makes it. */
const sample = Buffer.from(
  "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff802900089" +
    "32ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf",
  "hex",
);
const samplePassword = "VOkJxbRl1RmTxUk/WvJxBt";

const request = {
  transactionId: "0102030405060708090a0b0c",
  username: "ours:theirs",
  password: "a password of twenty-two",
  priority: 1_862_270_975,
  role: "controlling" as const,
  tieBreaker: 0x0123_4567_89ab_cdefn,
  useCandidate: true,
};

test("the request of RFC 5769 is read", () => {
  expect(readStun(sample, () => samplePassword)).toEqual({
    kind: "request",
    transactionId: "b7e7a701bc34d686fa87dfae",
    username: "evtj:h6vY",
    priority: 0x6e0001ff,
    useCandidate: false,
    role: { kind: "controlled", tieBreaker: 0x932f_f9b1_5126_3b36n },
    errorCode: null,
  });
});

test("what is written is read again, with every attribute", () => {
  const { transactionId, username, priority } = request;
  expect(readStun(writeStunRequest(request), () => request.password)).toEqual({
    kind: "request",
    transactionId,
    username,
    priority,
    useCandidate: true,
    role: { kind: "controlling", tieBreaker: request.tieBreaker },
    errorCode: null,
  });
  const success = writeStunSuccess(transactionId, { address: "192.0.2.1", port: 32_853 }, request.password);
  expect(readStun(success, () => request.password)).toMatchObject({ kind: "success", transactionId });
  const error = writeStunError(transactionId, 487, "Role Conflict", request.password);
  expect(readStun(error, () => request.password)).toMatchObject({ kind: "error", errorCode: 487 });
});

test("the address in an answer is hidden as RFC 5769 §2.2 has it", () => {
  const success = writeStunSuccess("b7e7a701bc34d686fa87dfae", { address: "192.0.2.1", port: 32_853 }, "any");
  expect(success.toString("hex")).toContain("002000080001a147e112a643");
});

test("another password, a missing one and one changed bit make it worthless", () => {
  const bytes = writeStunRequest(request);
  expect(readStun(bytes, () => "a password of twenty-tw0")).toBeNull();
  expect(readStun(bytes, () => null)).toBeNull();
  // All but the fingerprint at the end, which is no proof of anything and comes after what is.
  for (let at = 0; at < bytes.length - 8; at++) {
    for (const bit of [1, 0x80]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ bit;
      expect(readStun(changed, () => request.password), `byte ${at}`).toBeNull();
    }
  }
});

test("without integrity nothing is believed", () => {
  const bytes = writeStunRequest(request);
  const bare = Buffer.from(bytes.subarray(0, bytes.length - 32));
  bare.writeUInt16BE(bare.length - 20, 2);
  expect(readStun(bare, () => request.password)).toBeNull();
});

test("cut anywhere, or made of anything, it never throws", () => {
  const bytes = writeStunRequest(request);
  for (let length = 0; length < bytes.length; length++) {
    expect(readStun(bytes.subarray(0, length), () => request.password)).toBeNull();
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      expect(readStun(Buffer.from(noise), () => "x")).toBeNull();
      const headed = Buffer.concat([bytes.subarray(0, 20), noise]);
      headed.writeUInt16BE(noise.length, 2);
      readStun(headed, () => "x");
    }),
  );
});

test("DTLS, RTP and nothing are not taken for STUN", () => {
  expect([0, 1, 3].map((first) => looksLikeStun(Buffer.alloc(20, first)))).toEqual([true, true, true]);
  expect([4, 20, 63, 128, 191].map((first) => looksLikeStun(Buffer.alloc(20, first)))).not.toContain(true);
  expect(looksLikeStun(Buffer.alloc(19))).toBe(false);
});
