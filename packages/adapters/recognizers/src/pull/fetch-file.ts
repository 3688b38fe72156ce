import { type FileHandle, open, rm, stat } from "node:fs/promises";
import type { Clock } from "@jikimi/kernel";
import { PullError } from "./pull-error.ts";

export type FetchRequest = {
  readonly url: URL;
  /** Where it is written; what an earlier fetch left there is gone on from. */
  readonly part: string;
  /** Null: not known before the server says it. */
  readonly bytes: number | null;
  /** False: whatever lies there already is not believed. */
  readonly resume: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onBytes: (got: number, whole: number | null) => void;
};

/** A server that sends nothing for so long is gone. */
const SILENT_MS = 60_000;

/**
 * Gets one file over HTTP, and goes on where the last fetch was cut off (RFC 9110 §14, one range). Rejects with `PullError`:
 * `unreachable`, `redirects` (too many), `http` (any other status), `interrupted` (the part stays), `wrong-size` (as announced, or
 * as it came: then the part does not stay), `no-space`.
 */
export async function fetchFile(request: FetchRequest): Promise<void> {
  const { url, part, bytes, resume } = request;
  const had = resume ? await sizeOf(part) : 0;
  if (bytes !== null && had === bytes) return;
  const from = bytes !== null && had > bytes ? 0 : had;
  const silent = new AbortController();
  const signal = AbortSignal.any([request.signal, silent.signal]);
  const response = await ask(url, from, signal);
  if (response.status === 416) {
    await rm(part, { force: true });
    await response.body?.cancel();
    return fetchFile({ ...request, resume: false });
  }
  const goesOn =
    response.status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${from}-`) === true;
  if (!goesOn && response.status !== 200) {
    await response.body?.cancel();
    throw new PullError("http", `${url.href} (${response.status})`);
  }
  const start = goesOn ? from : 0;
  const length = response.headers.get("content-length");
  const announced = length === null ? bytes : start + Number(length);
  if (bytes !== null && announced !== bytes) {
    await response.body?.cancel();
    throw new PullError("wrong-size", `${url.href} (${announced} ≠ ${bytes})`);
  }
  await using file = await open(part, goesOn ? "a" : "w");
  await write(response, file, { start, whole: announced }, request, silent);
}

async function ask(url: URL, from: number, signal: AbortSignal): Promise<Response> {
  // Compressed, its length would not be the file's.
  const headers = { "accept-encoding": "identity", ...(from > 0 ? { range: `bytes=${from}-` } : {}) };
  try {
    return await fetch(url, { headers, signal });
  } catch (cause) {
    if (signal.aborted) throw new PullError("interrupted", url.href, { cause });
    const why = cause instanceof Error ? cause.cause : undefined;
    const redirects = why instanceof Error && why.message.includes("redirect");
    throw new PullError(redirects ? "redirects" : "unreachable", url.href, { cause });
  }
}

async function write(
  response: Response,
  file: FileHandle,
  { start, whole }: { readonly start: number; readonly whole: number | null },
  { url, part, clock, onBytes }: FetchRequest,
  silent: AbortController,
): Promise<void> {
  let got = start;
  const watch = () => clock.after(SILENT_MS, () => silent.abort());
  let timer = watch();
  try {
    for await (const chunk of response.body ?? []) {
      timer.cancel();
      await file.appendFile(chunk);
      got += chunk.length;
      if (whole !== null && got > whole) break;
      onBytes(got, whole);
      timer = watch();
    }
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    throw new PullError(code === "ENOSPC" ? "no-space" : "interrupted", url.href, { cause });
  } finally {
    timer.cancel();
  }
  if (whole === null || got === whole) return;
  if (got < whole) throw new PullError("interrupted", url.href);
  await rm(part, { force: true });
  throw new PullError("wrong-size", `${url.href} (> ${whole})`);
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
