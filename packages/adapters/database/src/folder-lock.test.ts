import { mkdir, mkdtemp, open, rm, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startChild } from "../testing/child.ts";
import { lockFolder } from "./folder-lock.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-lock-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test("a folder has one holder, who is named to the second, and is free again when let go", async () => {
  const lock = await lockFolder(folder);
  const failure = await lockFolder(folder).catch((error) => error);
  expect(failure).toMatchObject({ code: "in-use", en: expect.stringContaining(`pid ${process.pid}`) });
  expect(failure.ko).toContain("DATABASE_URL");
  await lock[Symbol.asyncDispose]();
  await using again = await lockFolder(folder);
  expect(again).toBeDefined();
});

test("two paths to one folder are one folder, and two folders are two", async () => {
  await using lock = await lockFolder(folder);
  const alias = `${folder}-alias`;
  await symlink(folder, alias);
  await expect(lockFolder(alias)).rejects.toMatchObject({ code: "in-use" });
  await rm(alias);
  const other = join(folder, "x".repeat(120), "y".repeat(120));
  await mkdir(other, { recursive: true });
  await using second = await lockFolder(other);
  expect([lock, second]).toHaveLength(2);
});

test("of many that try at once, one gets it", async () => {
  const attempts = await Promise.allSettled(Array.from({ length: 10 }, () => lockFolder(folder)));
  const held = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
  expect(held).toHaveLength(1);
  for (const lock of held) await lock[Symbol.asyncDispose]();
});

test("another process is named, and kill -9 frees what it held", async () => {
  await using child = startChild(new URL("../testing/hold-folder.ts", import.meta.url), folder);
  expect(await child.nextLine()).toBe("held");
  await expect(lockFolder(folder)).rejects.toMatchObject({ en: expect.stringContaining(`pid ${child.pid}`) });
  await child.kill();
  await using lock = await lockFolder(folder);
  expect(lock).toBeDefined();
});

test("an opener that shares the folder but not the kernel's names, as in another container, is seen", async () => {
  const directory = await open(folder);
  const server = createServer((client) => client.end("7 other-container\n"));
  await new Promise<void>((resolve) => server.listen(`/proc/self/fd/${directory.fd}/.jikimi-lock`, resolve));
  await expect(lockFolder(folder)).rejects.toMatchObject({ en: expect.stringContaining("pid 7 on other-container") });
  await new Promise((resolve) => server.close(resolve));
  await directory.close();
  await using lock = await lockFolder(folder);
  expect(lock).toBeDefined();
});
