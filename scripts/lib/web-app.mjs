import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { inLanguage } from "./language.mjs";
import { Progress } from "./progress.mjs";

/** What the page is made of. */
const sources = [
  "apps/web/src",
  "apps/web/build",
  "apps/web/public",
  "apps/web/index.html",
  "apps/web/package.json",
  "apps/web/service-worker.ts",
  "apps/web/vite.config.ts",
  "packages/contracts/http-api/src",
  "packages/contracts/live-events/src",
  "packages/domain/routing/src",
  "packages/foundation/kernel/src",
  "assets/fonts/pretendard",
  "package-lock.json",
];

/**
 * Makes `apps/web/dist` what the sources say, building only when it is not. Without the page the server still runs:
 * a failure is told and nothing more.
 *
 * @param {{ root: string, build?: (root: string) => Promise<{ code: number, output: string }> }} options
 * @returns {Promise<"fresh" | "built" | "failed">}
 */
export async function ensureWebApp({ root, build = viteBuild }) {
  const stampPath = join(root, "apps/web/dist/.built");
  const stamp = fingerprint(root);
  if (readIfThere(stampPath) === stamp) return "fresh";
  const progress = new Progress();
  progress.update(() => inLanguage({ ko: "화면을 만들고 있습니다.", en: "Building the pages." }));
  const ticking = setInterval(() => {
    progress.update((seconds) =>
      inLanguage({ ko: `화면을 만들고 있습니다 · ${seconds}초`, en: `Building the pages · ${seconds} s` }),
    );
  }, 500);
  const startedAtMs = Date.now();
  const { code, output } = await build(root);
  clearInterval(ticking);
  const seconds = Math.max(1, Math.round((Date.now() - startedAtMs) / 1000));
  if (code !== 0) {
    progress.finish(
      inLanguage({
        ko: "화면을 만들지 못했습니다. 전화는 받을 수 있지만 브라우저 화면은 열리지 않습니다. 만드는 도구가 한 말:",
        en: "The pages could not be built. Calls work, but the browser has nothing to show. The builder said:",
      }),
    );
    process.stderr.write(`${output.trim().split("\n").slice(-20).join("\n")}\n`);
    return "failed";
  }
  writeFileSync(stampPath, stamp);
  progress.finish(inLanguage({ ko: `화면을 만들었습니다 · ${seconds}초`, en: `Pages built · ${seconds} s` }));
  return "built";
}

/** Paths, sizes and contents: times differ between clones and say nothing. */
function fingerprint(root) {
  const hash = createHash("sha256");
  for (const path of sources.flatMap((source) => filesUnder(join(root, source)))) {
    hash.update(path.slice(root.length)).update("\0").update(readFileSync(path));
  }
  return hash.digest("hex");
}

function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesUnder(join(path, name)));
}

function readIfThere(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function viteBuild(root) {
  const folder = join(root, "apps/web");
  const vite = join(createRequire(join(folder, "package.json")).resolve("vite/package.json"), "../bin/vite.js");
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [vite, "build", "--logLevel", "warn"], {
      cwd: folder,
      // Whoever asks: a test's environment would make a page with the slow React for development.
      env: { ...process.env, NODE_ENV: "production" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", (failure) => resolve({ code: 1, output: failure.message }));
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
