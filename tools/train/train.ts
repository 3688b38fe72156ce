import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SeededRandom, SystemClock } from "@jikimi/kernel";
import { createClassifier, defaultThresholds, encodeClassifier, featureSet } from "@jikimi/language";
import { build, defaultRecipe } from "./build.ts";
import { readCorpora, readProbe } from "./corpora.ts";
import { dataSets } from "./data-sets.ts";
import { keepApart } from "./guard.ts";
import { measureAll } from "./report.ts";
import { readWritten } from "./written-lines.ts";

/**
 * `npm run train [-- --data DIR --out DIR --seed N]`: reads the data sets and the written lines, learns, calibrates, measures,
 * and writes `weights.bin` and `model-card.json`. A few minutes on one core; the same data and seed give the same weights.
 */
const root = resolve(fileURLToPath(import.meta.url), "../../..");
const { values } = parseArgs({
  options: {
    data: { type: "string", default: join(root, "..", "shared", "data", "abuse-text") },
    out: { type: "string", default: join(root, "assets", "models", "abuse-linear") },
    seed: { type: "string", default: "20261122" },
  },
});

const clock = new SystemClock();
const startedAtMs = clock.monotonicMs();
const say = (line: string) =>
  process.stderr.write(`${((clock.monotonicMs() - startedAtMs) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);

if (!existsSync(values.data)) {
  process.stderr.write(
    `학습 데이터 폴더가 없습니다: ${values.data}\nThe training data is not there: ${values.data}\n` +
      "--data DIR 로 알려 주십시오. Name its place with --data DIR (tools/train/README.md).\n",
  );
  process.exit(1);
}

const random = new SeededRandom(Number(values.seed));
say("reading the data");
const probe = readProbe(values.data);
const written = readWritten(join(root, "tools", "train", "data"), random);
const heldOut = written.filter((example) => example.role === "test");
const { kept, dropped } = keepApart(
  written.filter((example) => example.role !== "test"),
  [...probe, ...heldOut],
);
say(`${dropped.length} written sentences left out: too near a line that measures`);
const examples = [...readCorpora(values.data), ...kept, ...heldOut];

const { model, used, rows } = build(examples, defaultRecipe, random, say);
const bytes = encodeClassifier(model);
say("measuring");
const metrics = measureAll(createClassifier(model), examples, probe);

const card = {
  name: "abuse-linear",
  version: model.version,
  date: new Date(clock.nowMs()).toISOString().slice(0, 10),
  what: "hashed linear model with five calibrated labels; packages/domain/language/README.md explains it",
  licence: "CC BY-SA 4.0 (weights learnt from CC BY-SA 4.0 data); the code is Apache-2.0",
  file: { path: "weights.bin", bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") },
  featureSet,
  seed: Number(values.seed),
  recipe: defaultRecipe,
  features: used,
  trainingTexts: rows,
  operatingPoint: defaultThresholds,
  dataSets,
  metrics,
};
mkdirSync(values.out, { recursive: true });
writeWhole(join(values.out, "weights.bin"), bytes);
writeWhole(join(values.out, "model-card.json"), `${JSON.stringify(card, null, 2)}\n`);
say(`wrote ${bytes.length} bytes to ${values.out}`);

function writeWhole(path: string, content: Uint8Array | string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}
