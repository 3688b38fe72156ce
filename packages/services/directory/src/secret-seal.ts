import { createCipheriv, createDecipheriv, createSecretKey } from "node:crypto";
import type { Random } from "@jikimi/kernel";
import type { SecretSeal } from "./ports.ts";

/**
 * AES-256-GCM under a 32-byte key: base64 of nonce (12 bytes), ciphertext, tag (16 bytes). The context is
 * authenticated, not kept: a secret opens only where it was sealed for.
 */
export function aesSecretSeal({ key, random }: { key: Uint8Array; random: Random }): SecretSeal {
  const secretKey = createSecretKey(key);
  return {
    seal(clear, context) {
      const nonce = random.bytes(12);
      const cipher = createCipheriv("aes-256-gcm", secretKey, nonce).setAAD(Buffer.from(context, "utf8"));
      const sealed = Buffer.concat([cipher.update(clear, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString("base64");
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, "base64");
      if (bytes.length < 28) return null;
      const decipher = createDecipheriv("aes-256-gcm", secretKey, bytes.subarray(0, 12), { authTagLength: 16 })
        .setAAD(Buffer.from(context, "utf8"))
        .setAuthTag(bytes.subarray(-16));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString("utf8");
      } catch {
        return null;
      }
    },
  };
}
