import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { signInContract } from "../testing/sign-in-contract.ts";
import { argon2Hasher } from "./argon2-hasher.ts";
import { openSessions } from "./index.ts";

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

signInContract("PGlite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "jikimi-sign-in-"));
  folders.push(folder);
  return { url: `pglite:${folder}` };
});

test.for([
  ["https://desk.example", true],
  ["https://desk.example:8443", true],
  ["http://localhost:8080", true],
  ["http://desk.localhost:8080", true],
  ["http://desk.example", false],
  ["http://127.0.0.1:8080", false],
  ["https://192.0.2.7", false],
  ["https://[2001:db8::1]", false],
] as const)("passkeys at %s: %s", async ([origin, offered]) => {
  const nothing = {} as Parameters<typeof openSessions>[0];
  expect((await openSessions(nothing)).offeredAt(origin)).toBe(offered);
});

test("a password's hash is argon2id at today's cost, new each time, and right for that password only", async () => {
  const hash = await argon2Hasher.hash("비밀번호는 길게");
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(hash).not.toBe(await argon2Hasher.hash("비밀번호는 길게"));
  expect(await argon2Hasher.verify(hash, "비밀번호는 길게")).toBe(true);
  expect(await argon2Hasher.verify(hash, "비밀번호는 짧게")).toBe(false);
  expect(argon2Hasher.isOutdated(hash)).toBe(false);
  expect(argon2Hasher.isOutdated("$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$aGFzaA")).toBe(true);
  for (const noHash of ["", "plain", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv"]) {
    expect(await argon2Hasher.verify(noHash, "plain")).toBe(false);
  }
});
