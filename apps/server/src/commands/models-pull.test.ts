import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SeededRandom, SystemClock } from "@jikimi/kernel";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CommandWorld, runCommandLine } from "../cli/command.ts";
import { installationFolder } from "../config/parse-config.ts";
import { transcribe } from "./hearing.ts";
import { modelsMeasure } from "./models.ts";
import { modelsList, modelsVerify } from "./models-list.ts";
import { modelsPull } from "./models-pull.ts";

const testdata = new URL("../../../../packages/adapters/recognizers/testdata/", import.meta.url);
const TINY = fileURLToPath(new URL("tiny-transducer", testdata));
const LINE = fileURLToPath(new URL("demo-line-8k.wav", testdata));
const NAME = "zipformer-ko-streaming";

/** An installation without a model of its own but the voice detector's, and with nothing known of the one to fetch. */
let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "jikimi-models-pull-"));
  const ours = join(installationFolder(), "assets", "models");
  const models = join(root, "assets", "models");
  await mkdir(models, { recursive: true });
  cpSync(join(ours, "silero-vad"), join(models, "silero-vad"), { recursive: true });
  const manifest = JSON.parse(await readFile(join(ours, "manifest.json"), "utf8"));
  manifest.models = manifest.models.filter(({ name }: { name: string }) => name === "silero-vad");
  writeFileSync(join(models, "manifest.json"), JSON.stringify(manifest));
  const optional = JSON.parse(await readFile(join(ours, "optional.json"), "utf8"));
  for (const file of optional.models[0].files) Object.assign(file, { bytes: null, sha256: null });
  writeFileSync(join(models, "optional.json"), JSON.stringify(optional));
});
afterEach(() => rm(root, { recursive: true }));

async function run(...argv: string[]) {
  let out = "";
  let err = "";
  const world: CommandWorld = {
    language: "en",
    env: { JIKIMI_DATA: join(root, "data") },
    cwd: root,
    root,
    clock: new SystemClock(),
    random: new SeededRandom(),
    signal: new AbortController().signal,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    async *stdin() {},
  };
  const commands = [modelsList, modelsVerify, modelsPull, modelsMeasure, transcribe];
  const code = await runCommandLine(commands, argv, world);
  return { code, out, err };
}

test("what is not installed is listed as such, and whoever asks for it is told how to get it", async () => {
  expect((await run("models", "verify")).code).toBe(0);
  await writeFile(join(root, ".env"), `JIKIMI_RECOGNIZER=${NAME}\n`);
  expect(await run("models", "verify")).toMatchObject({ code: 1, out: expect.stringContaining(`✘ ${NAME}`) });
  expect((await run("models", "list")).out).toMatch(
    /zipformer-ko-streaming +not installed[\s\S]*models pull zipformer-ko-streaming\n$/,
  );
  const { code, err } = await run("transcribe", "line.wav", "--recognizer", NAME);
  expect(code).toBe(1);
  expect(err).toContain(join(root, "data", "models", NAME));
  expect(err).toContain("Way out: Fetch the model: ./jikimi models pull zipformer-ko-streaming");
});

test("fetched from a folder it is listed, verified and heard with; spoilt, it is found out", async () => {
  const pulled = await run("models", "pull", NAME, "--from", TINY, "--trust-first");
  expect(pulled.err).toBe("");
  expect(pulled.out).toContain("JIKIMI_RECOGNIZER=zipformer-ko-streaming");
  const listed = JSON.parse((await run("models", "list", "--json")).out);
  expect(listed.map(({ name, here }: { name: string; here: string }) => [name, here])).toEqual([
    ["silero-vad", "ships"],
    [NAME, "installed"],
  ]);
  const verified = await run("models", "verify");
  expect(verified.code).toBe(0);
  expect(verified.out.match(/✔ zipformer-ko-streaming/g)).toHaveLength(4);
  expect(await run("transcribe", LINE, "--recognizer", NAME)).toMatchObject({ code: 0 });
  await writeFile(join(root, "data", "models", NAME, "tokens.txt"), "other");
  const again = await run("models", "verify");
  expect(again.code).toBe(1);
  expect(again.out).toContain("✘ zipformer-ko-streaming zipformer-ko-streaming/tokens.txt wrong-size");
  const refused = await run("transcribe", LINE, "--recognizer", NAME);
  expect(refused.err).toMatch(/tokens\.txt \(wrong-size\)[\s\S]*models pull/);
});

test("what is not installed is left out of what is measured, and said to be", async () => {
  for (const name of ["whisper-base-ko", "tiny-ko-ctc-espeak"]) {
    symlinkSync(join(installationFolder(), "assets", "models", name), join(root, "assets", "models", name));
  }
  await mkdir(join(root, "own", "clips"), { recursive: true });
  cpSync(LINE, join(root, "own", "clips", "line.wav"));
  await writeFile(join(root, "own", "transcripts.tsv"), "line.wav\t책임자 바꿔 주세요\n");
  const { out, err } = await run("models", "measure", "--clips", join(root, "own"), "--json");
  expect(JSON.parse(out).models.map(({ name }: { name: string }) => name)).toEqual(["whisper-base-ko", "demo"]);
  expect(err).toContain("zipformer-ko-streaming: not installed, left out (./jikimi models pull");
});

test.for([
  { argv: [], code: 2, says: "The model's name is missing" },
  { argv: ["other"], code: 2, says: "Models that can be fetched: zipformer-ko-streaming" },
  { argv: [NAME, "--from", TINY], code: 2, says: "--trust-first" },
  { argv: [NAME, "--from", TINY, "--sha256", "abc"], code: 2, says: "sha256sum" },
  { argv: [NAME, "--from", TINY, "--sha256", "0".repeat(64)], code: 1, says: "another hash" },
  { argv: [NAME, "--from", "nowhere", "--trust-first"], code: 2, says: "Nothing can be fetched from" },
  { argv: [NAME, "--from", "http://127.0.0.1:9", "--trust-first"], code: 1, says: "cannot be reached" },
])("models pull $argv -> $code", async ({ argv, code, says }) => {
  const result = await run("models", "pull", ...argv);
  expect(result.code).toBe(code);
  expect(result.err).toContain(says);
});
