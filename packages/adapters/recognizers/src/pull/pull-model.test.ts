import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SystemClock } from "@jikimi/kernel";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FileServer, serveFiles } from "../../testing/file-server.ts";
import { TINY_TRANSDUCER, tinyModel } from "../../testing/tiny-transducer.ts";
import { type OptionalModel, verifyPulled } from "../optional-models.ts";
import { type PullOptions, pullModel } from "./pull-model.ts";
import { type PullProgress, readSource } from "./sources.ts";

const ENCODER = "encoder-epoch-99-avg-1.int8.onnx";

function contents(path: string): Buffer {
  return readFileSync(join(TINY_TRANSDUCER, path));
}

/** The tiny transducer, known file by file. */
const known: OptionalModel = {
  ...tinyModel,
  files: tinyModel.files.map(({ path }) => ({
    path,
    bytes: contents(path).length,
    sha256: createHash("sha256").update(contents(path)).digest("hex"),
  })),
};

let root = "";
let folder = "";
let server: FileServer;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "jikimi-pull-"));
  folder = join(root, "models", known.name);
  server = await serveFiles(Object.fromEntries(known.files.map(({ path }) => [`/m/${path}`, contents(path)])));
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

async function pull(from: string | undefined, options: Partial<PullOptions> = {}) {
  const model = options.model ?? known;
  const progress: PullProgress[] = [];
  const result = await pullModel({
    model,
    pulledModelsDir: join(root, "models"),
    source: await readSource(from, model),
    believe: { sha256: [], first: false },
    clock: new SystemClock(),
    signal: new AbortController().signal,
    onProgress: (one) => progress.push(one),
    ...options,
  });
  return { ...result, progress };
}

/** The connection breaks off when 1000 bytes of the encoder were received and written. */
async function cutOff(): Promise<void> {
  const breakOff = server.holdAfter(`/m/${ENCODER}`, 1000);
  const onProgress = ({ bytes }: PullProgress) => (bytes === 1000 ? breakOff() : undefined);
  await expect(pull(webFolder(), { onProgress })).rejects.toMatchObject({ code: "interrupted" });
  expect((await stat(join(folder, `${ENCODER}.part`))).size).toBe(1000);
}

const webFolder = () => `${server.url}/m`;
const receipt = async () => JSON.parse(await readFile(join(folder, "pulled.json"), "utf8"));

test("from an address: every file, its progress, and a receipt that later checks hold it to", async () => {
  const { kind, progress } = await pull(webFolder());
  expect(kind).toBe("pulled");
  const whole = known.files[0]?.bytes ?? null;
  const encoder = progress.filter(({ file }) => file === ENCODER);
  expect(encoder.at(-1)).toEqual({ file: ENCODER, bytes: whole, wholeBytes: whole });
  expect((await verifyPulled(folder)).map(({ result }) => result)).toEqual(["ok", "ok", "ok", "ok"]);
  expect(await receipt()).toMatchObject({ version: "tiny", from: `${server.url}/m/`, files: known.files });
  expect((await readdir(folder)).sort()).toEqual([...known.files.map(({ path }) => path), "pulled.json"].sort());
  await writeFile(join(folder, "tokens.txt"), "other");
  expect((await verifyPulled(folder)).find(({ path }) => path.endsWith("tokens.txt"))?.result).toBe("wrong-size");
});

test("what is there and right is not fetched again; what was spoilt is, and nothing else", async () => {
  await pull(webFolder());
  const before = server.requests.length;
  expect((await pull(webFolder())).kind).toBe("there");
  expect(server.requests.length).toBe(before);
  await writeFile(join(folder, "tokens.txt"), "other");
  expect((await pull(webFolder())).kind).toBe("pulled");
  expect(server.requests.slice(before)).toEqual([{ path: "/m/tokens.txt", range: undefined }]);
});

test("the official place is where it goes without a source", async () => {
  const model = { ...known, from: { ...known.from, files: `${server.url}/m/` } };
  expect((await pull(undefined, { model })).kind).toBe("pulled");
});

test("a fetch that was cut off goes on where it stopped", async () => {
  await cutOff();
  await pull(webFolder());
  expect(server.requests.map(({ range }) => range).filter(Boolean)).toEqual(["bytes=1000-"]);
  expect((await verifyPulled(folder)).every(({ result }) => result === "ok")).toBe(true);
});

test.for(["ignores", "refuses"] as const)("a server that %s ranges sends it from the beginning", async (ranges) => {
  await cutOff();
  server.ranges = ranges;
  expect((await pull(webFolder())).kind).toBe("pulled");
});

test("a part of something else is found out by its hash, and gone the next time", async () => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${ENCODER}.part`), "x".repeat(1000));
  await expect(pull(webFolder())).rejects.toMatchObject({ code: "wrong-hash" });
  expect((await pull(webFolder())).kind).toBe("pulled");
});

test("a file with another hash is named with both, removed, and no receipt is written", async () => {
  const altered = Buffer.from(contents("tokens.txt"));
  altered[0] = 0x41;
  server.files.set("/m/tokens.txt", altered);
  const expected = known.files.at(-1)?.sha256 ?? "";
  await expect(pull(webFolder())).rejects.toMatchObject({
    code: "wrong-hash",
    subject: expect.stringMatching(new RegExp(`^tokens.txt \\([0-9a-f]{64} ≠ ${expected}\\)$`)),
  });
  expect(await readdir(folder)).not.toContain("tokens.txt.part");
  expect(await readdir(folder)).not.toContain("pulled.json");
});

test.for([
  { bytes: 5_000_000, announces: true },
  { bytes: 5_000_000, announces: false },
  { bytes: 10, announces: true },
])("$bytes bytes in place of the file's are refused (announced: $announces)", async ({ bytes, announces }) => {
  server.announces = announces;
  server.files.set("/m/tokens.txt", Buffer.alloc(bytes));
  await expect(pull(webFolder())).rejects.toMatchObject({ code: "wrong-size" });
  expect(await readdir(folder)).not.toContain("tokens.txt.part");
});

test("a server that does not say how long the file is can give it all the same", async () => {
  server.announces = false;
  expect((await pull(webFolder())).kind).toBe("pulled");
});

test("a file that is not on the server, a server that sends round in circles, and none at all are told apart", async () => {
  await expect(pull(`${server.url}/nowhere`)).rejects.toMatchObject({
    code: "http",
    subject: `${server.url}/nowhere/${ENCODER} (404)`,
  });
  await expect(pull(`${server.url}/circle`)).rejects.toMatchObject({ code: "redirects" });
  await expect(pull("http://127.0.0.1:9")).rejects.toMatchObject({ code: "unreachable" });
});

test("a pull that is stopped says so, and keeps what it has", async () => {
  const stop = new AbortController();
  const onProgress = () => stop.abort();
  await expect(pull(webFolder(), { signal: stop.signal, onProgress })).rejects.toMatchObject({ code: "interrupted" });
  expect((await stat(join(folder, `${ENCODER}.part`))).size).toBeGreaterThan(0);
});

test("too little room is said before anything is fetched", async () => {
  const freeBytes = async () => 64 * 1024 * 1024;
  await expect(pull(webFolder(), { freeBytes })).rejects.toMatchObject({ code: "no-space" });
  expect(server.requests).toEqual([]);
});

test("from a folder, and one that lacks a file", async () => {
  expect((await pull(TINY_TRANSDUCER)).kind).toBe("pulled");
  await rm(folder, { recursive: true });
  const poor = join(root, "poor");
  cpSync(TINY_TRANSDUCER, poor, { recursive: true });
  await rm(join(poor, "tokens.txt"));
  await expect(pull(poor)).rejects.toMatchObject({ code: "file-missing", subject: join(poor, "tokens.txt") });
});

test.for(["ftp://127.0.0.1/m", "http://", "/nowhere", TINY_TRANSDUCER.concat("/tokens.txt")])(
  "%s is no source",
  async (text) => {
    await expect(readSource(text, known)).rejects.toMatchObject({ code: "no-such-source", subject: text });
  },
);

describe("from an archive", () => {
  let path = "";
  beforeEach(() => {
    cpSync(TINY_TRANSDUCER, join(root, "tiny"), { recursive: true });
    writeFileSync(join(root, "tiny", "test.wav"), "not wanted");
    path = join(root, "tiny.tar.bz2");
    execFileSync("tar", ["-cjf", path, "-C", root, "tiny"]);
  });

  test("here: the files alone are taken out of it", async () => {
    expect((await pull(path)).kind).toBe("pulled");
    expect((await readdir(folder)).sort()).toEqual([...known.files.map((file) => file.path), "pulled.json"].sort());
  });

  test("there: fetched whole, checked, and removed when its files are out", async () => {
    const bytes = readFileSync(path);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    server.files.set("/tiny.tar.bz2", bytes);
    const archive = { ...known.from.archive, bytes: bytes.length, sha256 };
    const model = { ...known, from: { ...known.from, archive } };
    const wrong = { ...model, from: { ...model.from, archive: { ...archive, sha256: "0".repeat(64) } } };
    await expect(pull(`${server.url}/tiny.tar.bz2`, { model: wrong })).rejects.toMatchObject({ code: "wrong-hash" });
    expect(await readdir(folder)).toEqual([]);
    expect((await pull(`${server.url}/tiny.tar.bz2`, { model })).kind).toBe("pulled");
    expect((await readdir(folder)).sort()).toEqual([...known.files.map((file) => file.path), "pulled.json"].sort());
  });

  test("that is none, or lacks the files, is refused, and nothing stays", async () => {
    await writeFile(path, "no archive");
    await expect(pull(path)).rejects.toMatchObject({ code: "bad-archive" });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("files whose hash nobody knows", () => {
  const sha256 = known.files.map((file) => file.sha256 ?? "");

  test("are fetched only on somebody's word", async () => {
    await expect(pull(webFolder(), { model: tinyModel })).rejects.toMatchObject({ code: "hash-unknown" });
    expect(server.requests).toEqual([]);
  });

  test("are held to the hashes that were given", async () => {
    const some = { sha256: sha256.slice(0, 3), first: false };
    await expect(pull(webFolder(), { model: tinyModel, believe: some })).rejects.toMatchObject({ code: "wrong-hash" });
    await pull(webFolder(), { model: tinyModel, believe: { sha256, first: false } });
    expect((await receipt()).files[0].trust).toBe("operator");
  });

  test("are trusted as they come where that was said, and held to it from then on", async () => {
    await pull(webFolder(), { model: tinyModel, believe: { sha256: [], first: true } });
    expect((await receipt()).files).toEqual(known.files.map((file) => ({ ...file, trust: "first" })));
  });

  test("must be models all the same: a page in their place is refused", async () => {
    server.files.set(`/m/${ENCODER}`, Buffer.from("<html>please log in</html>"));
    const believe = { sha256: [], first: true };
    await expect(pull(webFolder(), { model: tinyModel, believe })).rejects.toMatchObject({ code: "not-a-model" });
    expect(await readdir(folder)).toEqual([]);
  });
});
