import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CallId, SeededRandom, silentLog } from "@jikimi/kernel";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { aStory } from "../testing/index.ts";
import type { JournalWrite } from "./ports.ts";
import { JournalSpool } from "./spool.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-spool-"));
  path = join(folder, "deep", "journal.spool");
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function openSpool({ keyByte = 1, seed = 5, maxBytes = 2 ** 20 } = {}) {
  const key = new Uint8Array(32).fill(keyByte);
  const spool = new JournalSpool({ path, key, random: new SeededRandom(seed), log: silentLog, maxBytes });
  return { spool, waiting: await spool.recover() };
}

function someWrites(count: number, callId = "call-1"): JournalWrite[] {
  const story = aStory(callId as CallId);
  const first = story.open();
  const spoken = Array.from({ length: count - 1 }, (_, n) =>
    story.next({ kind: "utterance", atMs: n, text: `말 ${n} ${"길게 ".repeat(n % 50)}` } as never),
  );
  return [first, ...spoken];
}

async function drain(spool: JournalSpool, limit = 7) {
  const writes: JournalWrite[] = [];
  let unreadable = 0;
  while (spool.unread > 0) {
    const batch = await spool.read(limit);
    writes.push(...batch.writes);
    unreadable += batch.unreadable;
    await spool.forget(batch);
  }
  return { writes, unreadable };
}

test("what is spooled comes back in order, in this process and in the next, and then the file is gone", async () => {
  const writes = someWrites(300);
  const { spool } = await openSpool();
  await spool.append(writes.slice(0, 100));
  await spool.append(writes.slice(100, 150));
  const seen = await spool.read(50);
  expect(seen.writes).toEqual(writes.slice(0, 50));
  await spool.forget(seen);
  await spool.append(writes.slice(150));
  await spool.close();
  const next = await openSpool({ seed: 6 });
  expect(next.waiting).toBe(300);
  expect(await drain(next.spool)).toEqual({ writes, unreadable: 0 });
  expect(await readdir(join(path, ".."))).toEqual([]);
  await next.spool.append(writes.slice(0, 1));
  expect((await drain(next.spool)).writes).toEqual(writes.slice(0, 1));
  await next.spool.close();
});

test("nothing of it is in clear on disk, and only the owner may read the file", async () => {
  const { spool } = await openSpool();
  await spool.append(someWrites(5));
  const text = await readFile(path, "latin1");
  expect(text).not.toMatch(/call-1|utterance|01012345678/);
  expect(Buffer.from(text, "latin1").includes("말")).toBe(false);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await spool.close();
});

test("cut off at any byte, every whole line survives and nothing else", async () => {
  const writes = someWrites(4);
  const { spool } = await openSpool();
  await spool.append(writes);
  await spool.close();
  const whole = await readFile(path);
  const lineEnds = [...whole.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at + 1);
  const headerEnd = lineEnds[0] ?? 0;
  const step = 13;
  for (let length = 0; length <= whole.length; length += length < headerEnd + 40 ? 1 : step) {
    await writeFile(path, whole);
    await truncate(path, length);
    const next = await openSpool({ seed: length + 1 });
    const expected = lineEnds.slice(1).filter((end) => end <= length).length;
    expect(next.waiting).toBe(expected);
    await next.spool.append([...someWrites(1, "call-9")]);
    expect(await drain(next.spool)).toEqual({
      writes: [...writes.slice(0, expected), ...someWrites(1, "call-9")],
      unreadable: 0,
    });
    await next.spool.close();
    await rm(join(path, ".."), { recursive: true, force: true });
    await openSpool();
  }
});

describe("damage is told, put aside and does not stop the rest", () => {
  async function spooled() {
    const writes = someWrites(4);
    const { spool } = await openSpool();
    await spool.append(writes);
    await spool.close();
    return { writes, lines: (await readFile(path, "latin1")).split("\n") };
  }

  test.for([
    ["a byte changed", (lines: string[]) => lines.with(2, `A${lines[2]?.slice(1)}`.replace("AA", "BA")), [0, 2, 3]],
    ["two lines exchanged", (lines: string[]) => lines.with(2, lines[3] ?? "").with(3, lines[2] ?? ""), [0, 3]],
    ["a line repeated", (lines: string[]) => lines.with(3, lines[2] ?? ""), [0, 1, 3]],
    ["a line emptied", (lines: string[]) => lines.with(1, ""), [1, 2, 3]],
  ] as const)("%s", async ([, damage, readable]) => {
    const { writes, lines } = await spooled();
    await writeFile(path, damage(lines).join("\n"), "latin1");
    const next = await openSpool();
    const drained = await drain(next.spool);
    expect(drained.writes).toEqual(readable.map((index) => writes[index]));
    expect(drained.unreadable).toBe(4 - readable.length);
    expect(await readdir(join(path, ".."))).toEqual([expect.stringMatching(/^journal\.spool\.unreadable-/)]);
  });

  test("a spool sealed with another key is kept for whoever has that key", async () => {
    await spooled();
    const next = await openSpool({ keyByte: 2 });
    expect(await drain(next.spool)).toEqual({ writes: [], unreadable: 4 });
    expect(await readdir(join(path, ".."))).toHaveLength(1);
  });

  test("a file that is no spool is put aside", async () => {
    await openSpool();
    await writeFile(path, "something else\n");
    expect((await openSpool()).waiting).toBe(0);
    expect(await readdir(join(path, ".."))).toEqual([expect.stringMatching(/unreadable/)]);
  });

  test("lines of one spool do not open in another", async () => {
    const { lines } = await spooled();
    await rm(path);
    const other = await openSpool({ seed: 99 });
    await other.spool.append(someWrites(1, "call-2"));
    await other.spool.close();
    await appendFile(path, `${lines[2]}\n`);
    const next = await openSpool();
    expect(await drain(next.spool)).toMatchObject({ writes: [{ entry: { callId: "call-2" } }], unreadable: 1 });
  });
});

test("a full spool refuses and what it had stays whole", async () => {
  const { spool } = await openSpool({ maxBytes: 3000 });
  await spool.append(someWrites(2));
  await expect(spool.append(someWrites(20))).rejects.toMatchObject({ code: "spool-unusable" });
  expect((await drain(spool)).writes).toEqual(someWrites(2));
});
