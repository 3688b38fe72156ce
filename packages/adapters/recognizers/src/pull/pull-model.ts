import { mkdir, open, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, ResourceScope } from "@jikimi/kernel";
import { sha256Of, verifyFile } from "../models.ts";
import { type OptionalModel, type PullReceipt, receiptName, verifyPulled } from "../optional-models.ts";
import { PullError } from "./pull-error.ts";
import { extraBytes, type GetFile, openSource, type PullProgress, type PullSource, sourceName } from "./sources.ts";

export type PullOptions = {
  readonly model: OptionalModel;
  /** `<dataFolder>/models`: the model gets a folder of its own name there. */
  readonly pulledModelsDir: string;
  readonly source: PullSource;
  /** For files whose hash the catalogue does not know: one of these, in lower case, or whatever comes first. */
  readonly believe: { readonly sha256: readonly string[]; readonly first: boolean };
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PullProgress) => void;
  /** Left out: what the file system says. */
  readonly freeBytes?: (folder: string) => Promise<number>;
};

export type PullResult = { readonly kind: "pulled" | "there"; readonly folder: string };

type Got = PullReceipt["files"][number];

/** Left free beside the model. */
const SPARE_BYTES = 64 * 1024 * 1024;
/** The first byte of every ONNX file: the tag of `ir_version`. A page of HTML begins otherwise. */
const ONNX_FIRST_BYTE = 0x08;

/**
 * Fetches an optional model: each file to `FILE.part`, looked at, then given its name; the receipt last, so that a model is there
 * whole or not at all. A file with the wrong hash is removed. What was right is kept for the next time. Rejects with `PullError`.
 */
export async function pullModel(options: PullOptions): Promise<PullResult> {
  const { model, pulledModelsDir, source, believe, clock, signal, onProgress, freeBytes = bytesFree } = options;
  const folder = join(pulledModelsDir, model.name);
  if ((await verifyPulled(folder)).every(({ result }) => result === "ok")) return { kind: "there", folder };
  const unknown = model.files.find(({ sha256 }) => sha256 === null);
  if (unknown !== undefined && believe.sha256.length === 0 && !believe.first) {
    throw new PullError("hash-unknown", unknown.path);
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await rm(join(folder, receiptName), { force: true });
  await requireRoom(folder, model, source, freeBytes);
  await using scope = new ResourceScope();
  const get = await openSource(source, { model, folder, clock, signal, onProgress }, scope);
  const files: Got[] = [];
  for (const file of model.files) files.push(await getFile(file, folder, get, believe));
  const receipt: PullReceipt = {
    formatVersion: 1,
    name: model.name,
    version: model.version,
    pulledAtMs: clock.nowMs(),
    from: sourceName(source),
    files,
  };
  const part = join(folder, `${receiptName}.part`);
  await writeFile(part, `${JSON.stringify(receipt, null, 2)}\n`);
  await rename(part, join(folder, receiptName));
  return { kind: "pulled", folder };
}

async function bytesFree(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

async function requireRoom(
  folder: string,
  model: OptionalModel,
  source: PullSource,
  freeBytes: (folder: string) => Promise<number>,
): Promise<void> {
  const needed = model.files.reduce((sum, { bytes }) => sum + (bytes ?? 0), extraBytes(source, model)) + SPARE_BYTES;
  const free = await freeBytes(folder);
  if (free < needed) throw new PullError("no-space", `${folder} (${free} < ${needed})`);
}

async function getFile(
  file: OptionalModel["files"][number],
  folder: string,
  get: GetFile,
  believe: PullOptions["believe"],
): Promise<Got> {
  const target = join(folder, file.path);
  const { path, bytes, sha256 } = file;
  if (bytes !== null && sha256 !== null && (await verifyFile(target, { bytes, sha256 })) === "ok") {
    return { path, bytes, sha256, trust: "catalogue" };
  }
  const part = `${target}.part`;
  await get(file, part);
  try {
    const got = { path, bytes: (await stat(part)).size, sha256: await sha256Of(part) };
    const trust = judge(file, got, believe);
    if (path.endsWith(".onnx") && (await firstByte(part)) !== ONNX_FIRST_BYTE) throw new PullError("not-a-model", path);
    await rename(part, target);
    return { ...got, trust };
  } catch (failure) {
    await rm(part, { force: true });
    throw failure;
  }
}

function judge(
  { bytes, sha256 }: OptionalModel["files"][number],
  got: { readonly path: string; readonly bytes: number; readonly sha256: string },
  believe: PullOptions["believe"],
): Got["trust"] {
  if (bytes !== null && got.bytes !== bytes) throw new PullError("wrong-size", `${got.path} (${got.bytes} ≠ ${bytes})`);
  if (sha256 !== null) {
    if (got.sha256 !== sha256) throw new PullError("wrong-hash", `${got.path} (${got.sha256} ≠ ${sha256})`);
    return "catalogue";
  }
  if (believe.sha256.includes(got.sha256)) return "operator";
  if (believe.first && believe.sha256.length === 0) return "first";
  throw new PullError("wrong-hash", `${got.path} (${got.sha256})`);
}

async function firstByte(path: string): Promise<number | undefined> {
  await using file = await open(path);
  const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, 0);
  return bytesRead === 0 ? undefined : buffer[0];
}
