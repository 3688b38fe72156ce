import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

export type WebFile = {
  readonly body: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
};

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".mp3": "audio/mpeg",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".wav": "audio/wav",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

type Stored = {
  readonly plain: Buffer;
  readonly brotli: Buffer | null;
  readonly gzip: Buffer | null;
  readonly etag: string;
  readonly type: string;
  readonly caching: string;
};

/**
 * The built web app in memory: a few megabytes, read and compressed once. What is not in it does not exist, so that no
 * path leads anywhere else. Hashed files may be kept for ever, the others are asked for each time.
 */
export class WebApp {
  readonly #files: ReadonlyMap<string, Stored>;

  private constructor(files: ReadonlyMap<string, Stored>) {
    this.#files = files;
  }

  /** Null when the folder holds no page: nobody has built it. */
  static async load(folder: string): Promise<WebApp | null> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = new Map<string, Stored>();
    for (const entry of entries) {
      const type = types[extname(entry.name)];
      // Neither dot files (`.vite/manifest.json`) nor what we have no type for.
      const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/");
      if (!entry.isFile() || type === undefined || /(?:^|\/)\./.test(path)) continue;
      files.set(`/${path}`, await store(join(folder, path), path, type));
    }
    return files.has("/index.html") ? new WebApp(files) : null;
  }

  /** The file at a path of a URL; for any other path without a dot the page itself, which knows its own addresses. */
  find(path: string, acceptEncoding: string): WebFile | null {
    const name = /\.[a-z0-9]+$/i.test(path) ? path : "/index.html";
    const file = this.#files.get(name);
    if (file === undefined) return null;
    const encodings = acceptEncoding.split(",").map((one) => one.trim().split(";"));
    const takes = (encoding: string) => encodings.some(([name, q]) => name === encoding && q?.trim() !== "q=0");
    const [encoding, body] =
      file.brotli !== null && takes("br")
        ? ["br", file.brotli]
        : file.gzip !== null && takes("gzip")
          ? ["gzip", file.gzip]
          : [null, file.plain];
    return {
      body,
      etag: encoding === null ? `"${file.etag}"` : `"${file.etag}-${encoding}"`,
      headers: {
        "content-type": file.type,
        "cache-control": file.caching,
        ...(file.brotli === null ? {} : { vary: "accept-encoding" }),
        ...(encoding === null ? {} : { "content-encoding": encoding }),
      },
    };
  }
}

async function store(file: string, path: string, type: string): Promise<Stored> {
  const plain = await readFile(file);
  // Vite puts what has its content's hash in its name under assets/.
  const hashed = /^assets\/.+-[\w-]{8,}\.\w+$/.test(path);
  const worthwhile = plain.length > 1000 && /^(?:text|application\/(?:json|manifest|wasm)|image\/svg)/.test(type);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  const [brotli, zipped] = worthwhile
    ? await Promise.all([promisify(brotliCompress)(plain, quality), promisify(gzip)(plain, { level: 9 })])
    : [null, null];
  return {
    plain,
    brotli,
    gzip: zipped,
    etag: createHash("sha256").update(plain).digest("base64url").slice(0, 22),
    type,
    caching: hashed ? "public, max-age=31536000, immutable" : "no-cache",
  };
}
