import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebApp } from "./web-app.ts";

let folder: string;
let app: WebApp;
const script = `export const text = "${"지킴이 ".repeat(500)}";`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-web-app-"));
  await mkdir(join(folder, "assets"));
  await mkdir(join(folder, ".vite"));
  await writeFile(join(folder, "index.html"), "<!doctype html><title>page</title>");
  await writeFile(join(folder, "assets/index-B1gHash0.js"), script);
  await writeFile(join(folder, ".vite/manifest.json"), "{}");
  await writeFile(join(folder, "notes.secret"), "not for anybody");
  const loaded = await WebApp.load(folder);
  if (loaded === null) throw new Error("the page was not found");
  app = loaded;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a folder without a page is no page", async () => {
  expect(await WebApp.load(join(folder, "assets"))).toBeNull();
  expect(await WebApp.load(join(folder, "nothing"))).toBeNull();
});

test("every screen's address is the page; what looks like a file and is none, is not there", () => {
  for (const path of ["/", "/desk", "/calls/c-1", "/first-run"]) {
    expect(app.find(path, "")?.body.toString(), path).toContain("<title>page</title>");
  }
  const hidden = ["/assets/gone.js", "/.vite/manifest.json", "/notes.secret", "/../package.json", "/assets/../../x.js"];
  for (const path of hidden) {
    expect(app.find(path, "")?.body.toString() ?? "", path).not.toMatch(/not for anybody|^\{\}$|jikimi/);
  }
  expect(app.find("/assets/gone.js", "")).toBeNull();
});

test.for([
  ["br, gzip", "br", brotliDecompressSync],
  ["gzip", "gzip", gunzipSync],
  ["", undefined, (body: Buffer) => body],
] as const)("a script for who takes '%s' comes as %s and is the same", ([accepts, encoding, open]) => {
  const file = app.find("/assets/index-B1gHash0.js", accepts);
  expect(file?.headers["content-encoding"]).toBe(encoding);
  expect(open(file?.body ?? Buffer.alloc(0)).toString()).toBe(script);
  expect(file?.headers["cache-control"]).toMatch(/immutable/);
});

test("the page itself is asked for each time", () => {
  expect(app.find("/", "")?.headers["cache-control"]).toMatch(/no-cache/);
});
