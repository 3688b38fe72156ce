import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { CallId, EpochMs } from "@jikimi/kernel";
import { expect, test } from "vitest";
import { Keyring } from "./keyring.ts";
import { RecordingShelf } from "./shelf.ts";
import { RecordingBench } from "./test-support.ts";

test("the first start makes the site's key for its owner alone, and the next one uses it", () => {
  using bench = new RecordingBench();
  const path = `${bench.folder}/keys/site.key`;
  const first = Keyring.open(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(`${bench.folder}/keys`).mode & 0o777).toBe(0o700);
  expect(readFileSync(path)).toHaveLength(32);
  const { key, wrapped } = first.newCallKey();
  const second = Keyring.open(path);
  expect(second.keyId).toBe(first.keyId);
  expect(second.unwrap(wrapped)).toEqual({ kind: "key", key: Buffer.from(key) });
});

test.for([{ mode: 0o644 }, { mode: 0o640 }, { mode: 0o602 }])(
  "a key file of mode $mode is refused with the way out",
  ({ mode }) => {
    using bench = new RecordingBench();
    const path = `${bench.folder}/site.key`;
    Keyring.open(path);
    chmodSync(path, mode);
    expect(() => Keyring.open(path)).toThrow(
      expect.objectContaining({ code: "key-exposed", message: expect.stringContaining("chmod 600") }),
    );
  },
);

test("a file that is no key is never replaced by a new one", () => {
  using bench = new RecordingBench();
  const path = `${bench.folder}/site.key`;
  writeFileSync(path, "short", { mode: 0o600 });
  expect(() => Keyring.open(path)).toThrow(expect.objectContaining({ code: "key-unusable" }));
  expect(readFileSync(path, "utf8")).toBe("short");
});

test("a wrapped key altered in any byte, or cut off, never unwraps", () => {
  using bench = new RecordingBench();
  const { wrapped } = bench.keyring.newCallKey();
  for (let at = 0; at < wrapped.length; at++) {
    const altered = Buffer.from(wrapped);
    altered.writeUInt8(altered.readUInt8(at) ^ 0x10, at);
    expect(bench.keyring.unwrap(altered).kind).not.toBe("key");
    expect(bench.keyring.unwrap(wrapped.subarray(0, at)).kind).toBe("altered");
  }
});

test("the shelf gives each segment a path and a key of its own, in a folder of the day", () => {
  using bench = new RecordingBench();
  const shelf = new RecordingShelf({ folder: bench.folder, keyring: bench.keyring });
  const startedAtMs = Date.UTC(2026, 0, 5) as EpochMs;
  const first = shelf.newRecording("c-1" as CallId, startedAtMs, 0);
  const second = shelf.newRecording("c-1" as CallId, startedAtMs, 1);
  expect(first.path).toBe(`${bench.folder}/2026/01/05/c-1.0.jkr`);
  expect(second.path).toBe(`${bench.folder}/2026/01/05/c-1.1.jkr`);
  expect(second.callKey).not.toBe(first.callKey);
  expect(bench.keyring.unwrap(Buffer.from(first.wrappedKey, "base64"))).toEqual({
    kind: "key",
    key: Buffer.from(first.callKey, "base64"),
  });
  writeFileSync(first.path, "");
  expect(shelf.newRecording("c-1" as CallId, startedAtMs, 0).path).toBe(`${bench.folder}/2026/01/05/c-1.0-2.jkr`);
  const outside = shelf.newRecording("../../etc/passwd" as CallId, startedAtMs, 0).path;
  expect(outside.startsWith(`${bench.folder}/2026/01/05/x`)).toBe(true);
});
