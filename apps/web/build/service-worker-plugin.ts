import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Plugin, transformWithOxc } from "vite";

const sourcePath = fileURLToPath(new URL("../service-worker.ts", import.meta.url));
/** Fetched when a page needs them, and kept then; all at once would be 3 MB of characters that nobody reads. */
const notAtOnce = /\.woff2$|\.map$/;

/** Writes `service-worker.js` beside the page, with the list of files that make it open without a network. */
export function serviceWorker(): Plugin {
  return {
    name: "jikimi-service-worker",
    apply: "build",
    async generateBundle(_options, bundle) {
      const files = Object.keys(bundle)
        .filter((name) => !notAtOnce.test(name))
        .sort();
      const version = createHash("sha256");
      for (const name of files) {
        const item = bundle[name];
        version.update(name).update(item?.type === "asset" ? item.source : (item?.code ?? ""));
      }
      const { code } = await transformWithOxc(await readFile(sourcePath, "utf8"), sourcePath, { sourcemap: false });
      const source = code
        .replace("__FILES__", JSON.stringify(files.map((name) => `/${name}`)))
        .replace("__VERSION__", JSON.stringify(version.digest("hex").slice(0, 12)));
      this.emitFile({ type: "asset", fileName: "service-worker.js", source });
    },
  };
}
