import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { emptyDataFolder, packDataFolder } from "../src/data-folder.ts";

/** Makes `assets/empty-data-folder.br` anew; to be run after PGlite was updated. */
const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
const { version } = JSON.parse(await readFile(join(dirname(entry), "..", "package.json"), "utf8"));
const folder = await mkdtemp(join(tmpdir(), "jikimi-initdb-"));
const database = await PGlite.create(join(folder, "pgdata"));
await database.exec("CHECKPOINT");
await database.close();
const packed = await packDataFolder(join(folder, "pgdata"), version);
await writeFile(emptyDataFolder, packed);
await rm(folder, { recursive: true, force: true });
process.stdout.write(`PGlite ${version}: ${packed.length} bytes\n`);
