import { spawn } from "node:child_process";
import { readdir, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));
const sources = ["src", "build", "public", "testing", "index.html", "vite.config.ts", "../../packages/contracts"];

/** Makes `dist-testing`, the page with a telephone that needs no SIP, unless it is newer than all it is made of. */
export async function ensureTestingPages(): Promise<void> {
  const built = await changedAtMs(join(folder, "dist-testing", "index.html"));
  const newest = await Promise.all(sources.map((path) => newestAtMs(join(folder, path))));
  if (built > Math.max(...newest)) return;
  await buildPages({ mode: "testing", outFolder: join(folder, "dist-testing") });
}

/** `vite build` in a process of its own: a test's process would make a page with the slow React for development. */
export function buildPages({
  mode,
  outFolder,
}: {
  readonly mode: "production" | "testing";
  readonly outFolder: string;
}): Promise<void> {
  const vite = join(createRequire(import.meta.url).resolve("vite/package.json"), "..", "bin", "vite.js");
  const args = [vite, "build", "--mode", mode, "--logLevel", "error", "--outDir", outFolder, "--emptyOutDir"];
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_ENV: "production" };
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) return resolve();
      const failed = new Error(`vite build --mode ${mode} ended with ${code}:\n${said}`);
      void rm(outFolder, { recursive: true, force: true }).then(() => reject(failed));
    });
  });
}

async function newestAtMs(path: string): Promise<number> {
  const own = await stat(path);
  if (!own.isDirectory()) return own.mtimeMs;
  const names = (await readdir(path)).filter((name) => name !== "node_modules" && !name.endsWith(".test.ts"));
  return Math.max(0, ...(await Promise.all(names.map((name) => newestAtMs(join(path, name))))));
}

async function changedAtMs(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return 0;
  }
}
