import { readFileSync } from "node:fs";
import { SeededRandom } from "@jikimi/kernel";
import { expect, test } from "vitest";
import type { RecordingFinding } from "./findings.ts";
import { BLOCK_HEADER_BYTES, decodeBlockHead, TAG_BYTES } from "./format.ts";
import { exportWav, Keyring, openRecording } from "./index.ts";
import { RecordingBench } from "./test-support.ts";
import { verifyRecording } from "./verify.ts";

const BLOCKS = 6;

/** A small closed recording: six blocks of 80 samples of both people, then the final block. */
async function small(bench: RecordingBench): Promise<{ bytes: Buffer; blocks: { start: number; end: number }[] }> {
  const path = bench.path();
  const writer = await bench.writer(path);
  for (let i = 0; i < BLOCKS; i++) {
    writer.write("caller", i * 80, "pcmu", new Uint8Array(80).fill(i + 1));
    writer.write("agent", i * 80, "pcmu", new Uint8Array(80).fill(i + 101));
    await bench.clock.advance(500);
  }
  await writer.close();
  const bytes = readFileSync(path);
  const blocks: { start: number; end: number }[] = [];
  for (let at = bytes.indexOf("JKB1"); at < bytes.length; ) {
    const head = decodeBlockHead(bytes.subarray(at, at + BLOCK_HEADER_BYTES));
    if (head === null) throw new Error("the file is not as the test expects");
    const end = at + BLOCK_HEADER_BYTES + head.length + TAG_BYTES;
    blocks.push({ start: at, end });
    at = end;
  }
  return { bytes, blocks };
}

async function findingsOf(bench: RecordingBench, bytes: Uint8Array): Promise<readonly RecordingFinding[]> {
  return (await verifyRecording(bench.put(bytes), bench.keyring)).findings;
}

test("a recording cut off at any byte is read up to its last whole block, and said not to be closed", async () => {
  using bench = new RecordingBench();
  const { bytes, blocks } = await small(bench);
  const headerEnd = blocks[0]?.start ?? 0;
  for (let length = 0; length < bytes.length; length++) {
    const result = await verifyRecording(bench.put(bytes.subarray(0, length)), bench.keyring);
    const whole = blocks.filter(({ end }) => end <= length).length;
    expect(result.findings, `${length} bytes`).toHaveLength(1);
    expect(result.findings[0], `${length} bytes`).toMatchObject({ kind: "not-closed", lastIndex: whole });
    expect(result.content?.durationMs ?? null, `${length} bytes`).toBe(length < headerEnd ? null : whole * 10);
  }
});

test("one altered bit anywhere is found, and the blocks around it are still read", async () => {
  using bench = new RecordingBench();
  const { bytes, blocks } = await small(bench);
  const headerEnd = blocks[0]?.start ?? 0;
  for (let at = 0; at < bytes.length; at++) {
    const altered = Buffer.from(bytes);
    altered.writeUInt8(altered.readUInt8(at) ^ (1 << (at % 8)), at);
    const { findings, content } = await verifyRecording(bench.put(altered), bench.keyring);
    expect(findings, `byte ${at}`).not.toEqual([]);
    if (at < headerEnd) continue;
    const block = blocks.findIndex(({ start, end }) => start <= at && at < end);
    const lastOne = block === blocks.length - 1;
    expect(
      findings.some(({ kind }) => kind === "altered" || (lastOne && kind === "not-closed")),
      `byte ${at}`,
    ).toBe(true);
    expect(
      findings.some(({ kind }) => kind === "missing-block"),
      `byte ${at}`,
    ).toBe(false);
    const unexplained = content?.gaps.filter(({ reason }) => reason === "unexplained") ?? [];
    const lost = lastOne ? [] : [block * 10];
    expect(
      unexplained.filter(({ channel }) => channel === "caller").map(({ startMs }) => startMs),
      `byte ${at}`,
    ).toEqual(lost);
  }
});

test("a block that is taken out is missed", async () => {
  using bench = new RecordingBench();
  const { bytes, blocks } = await small(bench);
  for (const [i, { start, end }] of blocks.entries()) {
    const findings = await findingsOf(bench, Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]));
    const expected: RecordingFinding =
      i === blocks.length - 1
        ? { kind: "not-closed", lastIndex: BLOCKS, strayBytes: 0 }
        : { kind: "missing-block", firstIndex: i + 1, lastIndex: i + 1 };
    expect(findings).toEqual([expected]);
  }
});

test("two blocks that changed places are seen, and every sound is still in its own place", async () => {
  using bench = new RecordingBench();
  const { bytes, blocks } = await small(bench);
  const piece = (i: number) => bytes.subarray(blocks[i]?.start, blocks[i]?.end);
  const header = bytes.subarray(0, blocks[0]?.start);
  for (let a = 0; a < BLOCKS; a++) {
    for (let b = a + 1; b < BLOCKS; b++) {
      const order = blocks.map((_, i) => (i === a ? b : i === b ? a : i));
      const path = bench.put(Buffer.concat([header, ...order.map(piece)]));
      const { findings, content } = await verifyRecording(path, bench.keyring);
      expect(findings.length).toBeGreaterThan(0);
      expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(["swapped"]));
      expect(content?.gaps).toEqual([]);
    }
  }
});

test("a block that is there twice is found", async () => {
  using bench = new RecordingBench();
  const { bytes, blocks } = await small(bench);
  const second = bytes.subarray(blocks[1]?.start, blocks[1]?.end);
  const doubled = Buffer.concat([bytes.subarray(0, blocks[3]?.start), second, bytes.subarray(blocks[3]?.start)]);
  expect(await findingsOf(bench, doubled)).toEqual([{ kind: "swapped", index: 2, offset: blocks[3]?.start }]);
});

test("bytes after the final block, and a block of another recording, are found", async () => {
  using bench = new RecordingBench();
  const { bytes, blocks } = await small(bench);
  const other = await small(bench);
  expect(await findingsOf(bench, Buffer.concat([bytes, Buffer.from("more")]))).toEqual([
    { kind: "altered", where: "after-end", index: null, offset: bytes.length, bytes: 4 },
  ]);
  const foreign = other.bytes.subarray(other.blocks[2]?.start, other.blocks[2]?.end);
  const mixed = Buffer.concat([bytes.subarray(0, blocks[2]?.start), foreign, bytes.subarray(blocks[2]?.end)]);
  expect(await findingsOf(bench, mixed)).toMatchObject([{ kind: "altered", where: "block", index: 3 }]);
});

test("an end cut off between two blocks is told from a crash by the hash that was kept", async () => {
  using bench = new RecordingBench();
  const { bytes, blocks } = await small(bench);
  const whole = await verifyRecording(bench.put(bytes), bench.keyring);
  const expectedSha256 = whole.content?.sha256 ?? "";
  expect(whole.intact).toBe(true);
  const cut = bench.put(bytes.subarray(0, blocks[3]?.start));
  const { findings } = await verifyRecording(cut, bench.keyring, { expectedSha256 });
  expect(findings.map(({ kind }) => kind)).toEqual(["not-closed", "other-hash"]);
});

test("another site's key opens nothing and says whose key is needed", async () => {
  using bench = new RecordingBench();
  const { bytes } = await small(bench);
  const other = new Keyring(new SeededRandom(99).bytes(32));
  const result = await verifyRecording(bench.put(bytes), other);
  expect(result).toEqual({
    intact: false,
    content: null,
    findings: [{ kind: "wrong-key", keyId: bench.keyring.keyId }],
  });
});

test("hostile files are refused as values", async () => {
  using bench = new RecordingBench();
  const random = new SeededRandom(3);
  for (const bytes of [Buffer.alloc(0), Buffer.from("RIFF"), random.bytes(5000), Buffer.from("JIKIMIREC\x09\x09")]) {
    const opened = await openRecording(bench.put(bytes), bench.keyring);
    expect(opened.kind).toBe("refused");
  }
  await expect(openRecording(`${bench.folder}/nothing`, bench.keyring)).rejects.toMatchObject({ code: "cannot-read" });
});

test("an export never writes over a file, and leaves none behind when it fails", async () => {
  using bench = new RecordingBench();
  const { bytes } = await small(bench);
  await using recording = await bench.open(bench.put(bytes));
  const taken = bench.put(Buffer.from("mine"));
  await expect(exportWav(recording, { wavPath: taken })).rejects.toMatchObject({ code: "cannot-export" });
  expect(readFileSync(taken, "utf8")).toBe("mine");
  await expect(exportWav(recording, { wavPath: `${bench.folder}/none/x.wav` })).rejects.toMatchObject({
    code: "cannot-export",
  });
});
