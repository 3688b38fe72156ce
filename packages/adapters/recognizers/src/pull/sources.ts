import { execFile } from "node:child_process";
import { copyFile, lstat, mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import type { Clock, ResourceScope } from "@jikimi/kernel";
import { sha256Of } from "../models.ts";
import type { OptionalModel } from "../optional-models.ts";
import { fetchFile } from "./fetch-file.ts";
import { PullError } from "./pull-error.ts";

type ModelFile = OptionalModel["files"][number];

export type PullSource =
  | { readonly kind: "web"; readonly base: URL }
  | { readonly kind: "web-archive"; readonly url: URL }
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "archive"; readonly path: string };

export type PullProgress = { readonly file: string; readonly bytes: number; readonly wholeBytes: number | null };

export type SourceContext = {
  readonly model: OptionalModel;
  /** Where the model will lie; parts and what an archive holds lie there for the time being. */
  readonly folder: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PullProgress) => void;
};

/** Brings one file of the model to `part`. */
export type GetFile = (file: ModelFile, part: string) => Promise<void>;

const archiveEnding = ".tar.bz2";

/**
 * What the operator means: nothing (the official place), an address under which the files lie by their names, a folder, or a
 * `.tar.bz2`, here or there. Rejects with `PullError` `no-such-source`.
 */
export async function readSource(text: string | undefined, { from }: OptionalModel): Promise<PullSource> {
  if (text === undefined) return { kind: "web", base: folderUrl(from.files) };
  if (/^https?:\/\//.test(text)) {
    if (!URL.canParse(text)) throw new PullError("no-such-source", text);
    const url = new URL(text);
    return url.pathname.endsWith(archiveEnding) ? { kind: "web-archive", url } : { kind: "web", base: folderUrl(text) };
  }
  const found = await stat(text).catch(() => null);
  if (found?.isDirectory() === true) return { kind: "folder", path: text };
  if (found?.isFile() === true && text.endsWith(archiveEnding)) return { kind: "archive", path: text };
  throw new PullError("no-such-source", text);
}

/** As it is written into the receipt: without a password, without a query. */
export function sourceName(source: PullSource): string {
  if (source.kind === "folder" || source.kind === "archive") return source.path;
  const { origin, pathname } = source.kind === "web" ? source.base : source.url;
  return `${origin}${pathname}`;
}

/** Bytes that have to fit beside the files themselves: an archive that is fetched first. */
export function extraBytes(source: PullSource, { from }: OptionalModel): number {
  return source.kind === "web-archive" ? from.archive.bytes : 0;
}

/** Makes the files ready to be had; what it laid down for the time being goes with `scope`. */
export async function openSource(source: PullSource, context: SourceContext, scope: ResourceScope): Promise<GetFile> {
  switch (source.kind) {
    case "web":
      return (file, part) => fetchPart(new URL(file.path, source.base), file, part, context);
    case "folder":
      return (file, part) => copyPart(join(source.path, file.path), part);
    case "archive":
      return unpacked(source.path, context, scope);
    case "web-archive": {
      const { archive } = context.model.from;
      const name = basename(new URL(archive.url).pathname);
      const path = join(context.folder, `${name}.part`);
      await fetchPart(source.url, { path: name, bytes: archive.bytes, sha256: archive.sha256 }, path, context);
      scope.defer(() => rm(path, { force: true }));
      if ((await sha256Of(path)) !== archive.sha256) throw new PullError("wrong-hash", source.url.href);
      return unpacked(path, context, scope);
    }
  }
}

function folderUrl(address: string): URL {
  const url = new URL(address);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

/** A file whose hash is not known is never put together from two fetches: nothing would tell if they were of two files. */
function fetchPart(url: URL, file: ModelFile, part: string, context: SourceContext): Promise<void> {
  const { clock, signal, onProgress } = context;
  const onBytes = (bytes: number, wholeBytes: number | null) => onProgress({ file: file.path, bytes, wholeBytes });
  return fetchFile({ url, part, bytes: file.bytes, resume: file.sha256 !== null, clock, signal, onBytes });
}

async function copyPart(path: string, part: string): Promise<void> {
  try {
    await copyFile(path, part);
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    throw new PullError(code === "ENOSPC" ? "no-space" : "file-missing", path, { cause });
  }
}

/** The system's `tar` takes out the files by their exact names, which are plain: nothing lands outside. */
async function unpacked(
  path: string,
  { model, folder, signal }: SourceContext,
  scope: ResourceScope,
): Promise<GetFile> {
  const inside = join(folder, "unpacked.part");
  await rm(inside, { recursive: true, force: true });
  scope.defer(() => rm(inside, { recursive: true, force: true }));
  await mkdir(inside);
  const members = model.files.map((file) => `${model.from.archive.folder}/${file.path}`);
  try {
    await promisify(execFile)("tar", ["-xjf", path, "-C", inside, ...members], { signal });
  } catch (cause) {
    const { code, stderr } = cause as { code?: unknown; stderr?: string };
    if (signal.aborted) throw new PullError("interrupted", path, { cause });
    if (code === "ENOENT") throw new PullError("no-tar", path, { cause });
    throw new PullError("bad-archive", `${path} (${stderr?.trim().split("\n")[0] ?? ""})`, { cause });
  }
  return async (file, part) => {
    const out = join(inside, model.from.archive.folder, file.path);
    if (!(await lstat(out)).isFile()) throw new PullError("bad-archive", `${path} (${file.path})`);
    await rename(out, part);
  };
}
