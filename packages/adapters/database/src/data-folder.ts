import { access, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants } from "node:zlib";

/**
 * PGlite's empty data folder as it is right after initdb, kept in the package: unpacking it takes a third of the time
 * that initdb takes in WebAssembly, and a kill in the middle leaves no half-made folder, because it is renamed into place.
 * The archive is Brotli over: length of the index (4 bytes, big endian), index (JSON), then the files' bytes in order.
 */
export async function makeDataFolder(folder: string, archive: URL = emptyDataFolder): Promise<void> {
  if (await exists(join(folder, "PG_VERSION"))) return;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const { index, contents } = await readArchive(archive);
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  for (const path of index.folders) await mkdir(join(unfinished, path), { mode: 0o700 });
  let offset = 0;
  for (const [path, size] of index.files) {
    await writeFile(join(unfinished, path), contents.subarray(offset, offset + size), { mode: 0o600 });
    offset += size;
  }
  await rename(unfinished, folder);
}

/** Packs a data folder whose database is closed; for `scripts/make-empty-data-folder.ts`. */
export async function packDataFolder(folder: string, pglite: string): Promise<Uint8Array> {
  const folders: string[] = [];
  const files: [path: string, size: number][] = [];
  const contents: Buffer[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
  for (const path of paths) {
    if (leftOut.test(path)) continue;
    if ((await stat(join(folder, path))).isDirectory()) {
      folders.push(path);
      continue;
    }
    const bytes = await readFile(join(folder, path));
    files.push([path, bytes.length]);
    contents.push(bytes);
  }
  const index = Buffer.from(JSON.stringify({ pglite, folders, files } satisfies ArchiveIndex), "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(index.length);
  const all = Buffer.concat([length, index, ...contents]);
  const params = { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: all.length };
  return promisify(brotliCompress)(all, { params });
}

export async function readArchive(archive: URL = emptyDataFolder) {
  const all = await promisify(brotliDecompress)(await readFile(archive));
  const indexEnd = 4 + all.readUInt32BE(0);
  const index = JSON.parse(all.toString("utf8", 4, indexEnd)) as ArchiveIndex;
  return { index, contents: all.subarray(indexEnd) };
}

export const emptyDataFolder = new URL("../assets/empty-data-folder.br", import.meta.url);

type ArchiveIndex = {
  /** The version of PGlite that made it. */
  readonly pglite: string;
  readonly folders: readonly string[];
  readonly files: readonly (readonly [path: string, size: number])[];
};

/** What belongs to the process that made it. */
const leftOut = /^postmaster\.(pid|opts)$/;

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
