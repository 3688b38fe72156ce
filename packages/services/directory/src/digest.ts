import { createHash } from "node:crypto";
import type { Random } from "@jikimi/kernel";
import type { DigestHa1 } from "./types.ts";

/** RFC 7616 §3.4.2: H(unq(username) ":" unq(realm) ":" passwd), for both algorithms phones still use. */
export function digestHa1(sipUsername: string, realm: string, password: string): DigestHa1 {
  const secret = `${sipUsername}:${realm}:${password}`;
  return {
    md5: createHash("md5").update(secret, "utf8").digest("hex"),
    sha256: createHash("sha256").update(secret, "utf8").digest("hex"),
  };
}

/** 20 characters that are not mistaken for one another when read aloud or typed on a phone: 96 bits. */
export function makePassword(random: Random): string {
  const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
  return Array.from({ length: 20 }, () => alphabet[random.integer(alphabet.length)] ?? "x").join("");
}
