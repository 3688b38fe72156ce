import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeDataFolder, packDataFolder, readArchive } from "./data-folder.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-data-folder-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test("the empty data folder in the package was made by the PGlite we use", async () => {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const { version } = JSON.parse(await readFile(join(dirname(entry), "..", "package.json"), "utf8"));
  expect((await readArchive()).index.pglite).toBe(version);
});

test("a folder is unpacked whole, for its owner only, and one that is there is left alone", async () => {
  const made = join(folder, "pgdata");
  await makeDataFolder(made);
  const { index } = await readArchive();
  expect(await readdir(made, { recursive: true })).toHaveLength(index.files.length + index.folders.length);
  expect((await stat(made)).mode & 0o777).toBe(0o700);
  expect((await stat(join(made, "PG_VERSION"))).mode & 0o777).toBe(0o600);
  await writeFile(join(made, "ours"), "");
  await makeDataFolder(made);
  expect(await readdir(made)).toContain("ours");
});

test("what an unpacking that was killed left is no data folder and is made anew", async () => {
  const made = join(folder, "pgdata");
  await mkdir(`${made}.unfinished/base`, { recursive: true });
  await writeFile(`${made}.unfinished/rubbish`, "");
  await makeDataFolder(made);
  expect(await readdir(made)).not.toContain("rubbish");
  expect(await readdir(folder)).toEqual(["pgdata"]);
});

test("packing and unpacking give the same bytes, without what belongs to a process", async () => {
  const source = join(folder, "source");
  await mkdir(join(source, "empty"), { recursive: true });
  await mkdir(join(source, "base"));
  await writeFile(join(source, "PG_VERSION"), "18\n");
  await writeFile(join(source, "base", "1"), Buffer.from([0, 255, 1]));
  await writeFile(join(source, "postmaster.pid"), "1");
  const archive = join(folder, "archive.br");
  await writeFile(archive, await packDataFolder(source, "test"));
  await makeDataFolder(join(folder, "copy"), new URL(`file://${archive}`));
  expect((await readdir(join(folder, "copy"), { recursive: true })).sort()).toEqual(
    ["PG_VERSION", "base", "base/1", "empty"].sort(),
  );
  expect(await readFile(join(folder, "copy", "base", "1"))).toEqual(Buffer.from([0, 255, 1]));
});
