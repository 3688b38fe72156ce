// `npm run gallery`: a picture of every screen in both languages, both themes and all sizes, in `gallery/`.
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { refuseOldNode } from "./lib/node-version.mjs";

refuseOldNode();
const [{ ensureInstalled }, { ensurePeers }, { inLanguage }, { Progress }] = await Promise.all([
  import("./lib/install.mjs"),
  import("./lib/peers.mjs"),
  import("./lib/language.mjs"),
  import("./lib/progress.mjs"),
]);

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const usage = {
  ko: `npm run gallery -- [--only 이름]… [--language ko|en] [--theme light|dark] [--size 1440|1280|390|zoomed] [--out 폴더]
  모든 화면을 그림으로 남깁니다. 이름은 화면 이름의 일부입니다(예: desk). 결과: gallery/index.html
  폴더에 있던 것은 지워집니다.`,
  en: `npm run gallery -- [--only NAME]… [--language ko|en] [--theme light|dark] [--size 1440|1280|390|zoomed] [--out FOLDER]
  Takes a picture of every screen. NAME is part of a screen's name, as in desk. The result: gallery/index.html
  What was in the folder goes.`,
};
const choices = {
  language: ["ko", "en"],
  theme: ["light", "dark"],
  size: ["1440", "1280", "390", "zoomed"],
};

process.exitCode = await main();

async function main() {
  const asked = readArguments();
  if (asked === null) return 2;
  if (!(await ensureInstalled({ root, scope: "all" }))) return 1;
  if ((await ensurePeers([{ program: "chromium", debianPackage: "chromium" }])).length > 0) return 1;
  const { register } = await import("tsx/esm/api");
  register({ tsconfig: join(root, "tsconfig.json") });
  const { planPictures, takePictures } = await import(
    pathToFileURL(join(root, "apps/web/testing/gallery/take-pictures.ts")).href
  );
  const plan = planPictures(asked);
  if (plan.length === 0) {
    console.error(inLanguage({ ko: "그런 이름의 화면이 없습니다.", en: "No screen has such a name." }));
    return 2;
  }
  const progress = new Progress();
  const { folder } = asked;
  const { pictures, problems } = await takePictures({
    plan,
    folder,
    told: ({ taken, all, name }) => progress.update((seconds) => `${taken} / ${all} · ${seconds} s · ${name}`),
  });
  progress.finish(inLanguage({ ko: `그림 ${pictures.length}장`, en: `${pictures.length} pictures` }));
  for (const problem of problems) console.error(problem);
  console.log(join(folder, "index.html"));
  return problems.length === 0 ? 0 : 1;
}

function readArguments() {
  try {
    const list = { type: "string", multiple: true };
    const { values } = parseArgs({
      options: { only: list, language: list, theme: list, size: list, out: { type: "string" } },
    });
    for (const [name, allowed] of Object.entries(choices)) {
      for (const value of values[name] ?? []) {
        if (!allowed.includes(value)) throw new Error(`--${name} ${value}: ${allowed.join(", ")}`);
      }
    }
    return {
      folder: resolve(values.out ?? join(root, "gallery")),
      only: values.only ?? [],
      languages: values.language ?? choices.language,
      themes: values.theme ?? choices.theme,
      sizes: values.size ?? choices.size,
    };
  } catch (failure) {
    console.error(`${failure.message}\n\n${inLanguage(usage)}`);
    return null;
  }
}
