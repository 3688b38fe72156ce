import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildPages } from "./build-pages.ts";

type Chunk = {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
};

const budgetBytes = 250_000;

let folder: string;
let manifest: Readonly<Record<string, Chunk>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-pages-"));
  await buildPages({ mode: "production", outFolder: folder });
  manifest = JSON.parse(await readFile(join(folder, ".vite", "manifest.json"), "utf8"));
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** These chunks with all that they import at once, as their names in the manifest. */
function withImports(names: readonly string[]): Set<string> {
  const all = new Set<string>();
  const take = (name: string) => {
    if (all.has(name)) return;
    all.add(name);
    for (const imported of manifest[name]?.imports ?? []) take(imported);
  };
  for (const name of names) take(name);
  return all;
}

function named(part: RegExp): string {
  const found = Object.keys(manifest).filter((name) => part.test(name));
  expect(found, `one chunk of ${part}`).toHaveLength(1);
  return String(found[0]);
}

async function gzippedBytes(names: Iterable<string>): Promise<number> {
  const files = new Set([...names].map((name) => manifest[name]?.file ?? ""));
  const sizes = [...files]
    .filter((file) => file.endsWith(".js"))
    .map(async (file) => gzipSync(await readFile(join(folder, file))).length);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

test("the desk's first screen needs less than 250 kB of script, in English too, which comes beside Korean", async () => {
  const korean = withImports([named(/^index\.html$/), named(/screens\/desk\/desk\.tsx$/)]);
  const english = withImports([...korean, named(/language\/en\.ts$/)]);
  expect(await gzippedBytes(korean)).toBeGreaterThan(50_000);
  expect(await gzippedBytes(english)).toBeLessThan(budgetBytes);
});

test("the telephone comes when the desk is drawn", () => {
  const screen = withImports([named(/^index\.html$/), named(/screens\/desk\/desk\.tsx$/)]);
  expect(screen).not.toContain(named(/telephone\/sip-telephone\.ts$/));
});

test("no other screen's script comes with the desk's", () => {
  const screen = withImports([named(/^index\.html$/), named(/screens\/desk\/desk\.tsx$/)]);
  const others = [...screen].filter(
    (name) => /src\/screens\/(?!desk\/)/.test(name) && !/screens\/calls\/call-list/.test(name),
  );
  expect(others).toEqual([]);
});
