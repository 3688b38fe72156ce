import { randomBytes } from "node:crypto";

/** The only source of chance, handed in so that a test can repeat it. */
export interface Random {
  bytes(count: number): Uint8Array;
  /** `count` random bytes as lower-case hexadecimal. */
  hex(count: number): string;
  /** A whole number in [0, exclusiveMax). */
  integer(exclusiveMax: number): number;
}

abstract class BaseRandom implements Random {
  abstract bytes(count: number): Uint8Array;

  hex(count: number): string {
    return Buffer.from(this.bytes(count)).toString("hex");
  }

  integer(exclusiveMax: number): number {
    const value = Buffer.from(this.bytes(6)).readUIntBE(0, 6);
    return value % exclusiveMax;
  }
}

/** Cryptographic chance: tags, branches, keys, SSRCs. */
export class SystemRandom extends BaseRandom {
  bytes(count: number): Uint8Array {
    return randomBytes(count);
  }
}

/** Repeatable chance for tests (xorshift32). Never for keys. */
export class SeededRandom extends BaseRandom {
  #state: number;

  constructor(seed = 1) {
    super();
    this.#state = seed | 0 || 1;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => {
      this.#state ^= this.#state << 13;
      this.#state ^= this.#state >>> 17;
      this.#state ^= this.#state << 5;
      return this.#state & 0xff;
    });
  }
}

/** A sortable id: milliseconds in base 36, then chance (e.g. `c-mg3k2p1x-4f9a1c22`). */
export function makeId(prefix: string, nowMs: number, random: Random): string {
  return `${prefix}-${nowMs.toString(36)}-${random.hex(5)}`;
}
