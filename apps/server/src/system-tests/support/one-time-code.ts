import { createHmac } from "node:crypto";

/** What an authenticator app shows for a base32 secret: RFC 6238 with SHA-1, six digits and steps of 30 s. */
export function oneTimeCode(base32Secret: string, step: number): string {
  const bits = [...base32Secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const from = mac.readUInt8(mac.length - 1) % 16;
  return String((mac.readUInt32BE(from) % 2 ** 31) % 10 ** 6).padStart(6, "0");
}

export const stepMs = 30_000;

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
