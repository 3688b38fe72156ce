import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const script = fileURLToPath(new URL("../../../../scripts/gallery.mjs", import.meta.url));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-gallery-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const gallery = (...asked: string[]) => promisify(execFile)(process.execPath, [script, "--out", folder, ...asked]);

test("a picture for each look that was asked for, and a page to leaf through them", async () => {
  await gallery("--only", "not found", "--language", "ko", "--language", "en", "--theme", "dark", "--size", "390");
  const files = (await readdir(folder)).sort();
  expect(files).toEqual(["index.html", "not-found-en-390-dark.png", "not-found-ko-390-dark.png"]);
  const page = await readFile(join(folder, "index.html"), "utf8");
  for (const file of files.slice(1)) expect(page).toContain(file);
}, 120_000);

test("a name that no screen has, or a size that there is not, is refused by name", async () => {
  await expect(gallery("--only", "no such screen")).rejects.toMatchObject({ code: 2 });
  await expect(gallery("--size", "9")).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--size 9: 1440, 1280, 390, zoomed"),
  });
}, 60_000);
