import type { PasswordHasher } from "../src/ports.ts";

/** No hash at all, so that a test of the rules takes no time. It counts what it was asked. */
export class PlainHasher implements PasswordHasher {
  verified = 0;

  async hash(password: string): Promise<string> {
    return `plain2:${password}`;
  }

  async verify(hash: string, password: string): Promise<boolean> {
    this.verified += 1;
    return hash.replace(/^plain\d:/, "") === password;
  }

  isOutdated(hash: string): boolean {
    return hash.startsWith("plain1:");
  }
}
