import type { PasswordHasher } from "@jikimi/identity";
import { hash, verify } from "@node-rs/argon2";

/**
 * argon2id (RFC 9106; the library's own choice of variant) with 19 MiB, two passes and one lane: the least that OWASP's password storage cheat sheet asks
 * for, because the same processors carry calls. About 40 ms on a thread of libuv's pool.
 */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const prefix = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`;

export const argon2Hasher: PasswordHasher = {
  hash: (password) => hash(password, cost),
  // What is not a hash is nobody's password.
  verify: (phc, password) => verify(phc, password).catch(() => false),
  isOutdated: (phc) => !phc.startsWith(prefix),
};
