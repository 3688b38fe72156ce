import fc from "fast-check";
import { expect, test } from "vitest";
import { totpCode, totpStep, totpUri } from "./totp.ts";

const secret = Buffer.from("12345678901234567890", "utf8");

// RFC 6238, appendix B, SHA-1: the last six of its eight digits.
test.for([
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
  [20_000_000_000, "353130"],
] as const)("at %i s the code is %s", ([seconds, code]) => {
  expect(totpCode(secret, Math.floor(seconds / 30))).toBe(code);
  expect(totpStep(secret, code, seconds * 1000)).toBe(Math.floor(seconds / 30));
});

test.for([
  [-2, null],
  [-1, 99],
  [0, 100],
  [1, 101],
  [2, null],
] as const)("a code that is %i steps away belongs to step %s", ([away, step]) => {
  expect(totpStep(secret, totpCode(secret, 100 + away), 100 * 30_000 + 15_000)).toBe(step);
});

test("what is no code of now is nobody's step", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const codes = [99, 100, 101].map((step) => totpCode(secret, step));
      expect(totpStep(secret, text, 3_000_000) !== null).toBe(codes.includes(text));
    }),
  );
});

test("the QR code says what authenticators read", () => {
  expect(totpUri({ secret, issuer: "Jikimi", account: "kim.o" })).toBe(
    "otpauth://totp/Jikimi:kim.o?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Jikimi&algorithm=SHA1&digits=6&period=30",
  );
});
