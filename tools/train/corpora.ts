import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Example, innocent, nothingKnown, type Role, type Truth } from "./example.ts";
import { holdsSwearing } from "./swearing.ts";

/** Everything foreign that the classifier learns from or is measured on. Origins and licences: the package's README. */
export function readCorpora(folder: string): readonly Example[] {
  return [
    ...readRows(folder, "kmhas/train.jsonl").map((row, index) => fromKmhas(row, webRole(index))),
    ...readRows(folder, "kmhas/official_test.jsonl").map((row) => fromKmhas(row, "test")),
    ...readRows(folder, "kocohub/train.jsonl").map((row, index) => fromKocohub(row, webRole(index))),
    ...readRows(folder, "kocohub/official_dev.jsonl").map((row) => fromKocohub(row, "test")),
    ...readRows(folder, "curse/train.jsonl").map((row, index) => fromBinary(row, "curse", webRole(index))),
    ...readRows(folder, "curse/fixed_test20.jsonl").map((row) => fromBinary(row, "curse", "test")),
    ...readRows(folder, "apeach/official_test.jsonl").map((row) => fromBinary(row, "apeach", "test")),
    ...readRows(folder, "hatescore/train.jsonl").map((row, index) => fromHatescore(row, webRole(index))),
    ...ordinaryTalk(folder, "neg_chatbot", "train.jsonl"),
    ...ordinaryTalk(folder, "neg_3i4k", "train.jsonl.gz"),
    ...ordinaryTalk(folder, "neg_parakqc", "train.jsonl"),
    ...ordinaryTalk(folder, "neg_stylekqc", "train.jsonl.gz"),
    ...readRows(folder, "neg_3i4k/official_test.jsonl.gz").map((row) => talk(row, "neg_3i4k", "test", "official")),
  ];
}

/** The probe is for looking only; nothing of it, nor anything near it, may be trained on. */
export function readProbe(folder: string): readonly Example[] {
  return readRows(folder, "spoken_probe/probe_dev.jsonl").map((row) => ({
    ...fromBinary(row, "spoken_probe", "test"),
    group: text(row, "cat"),
  }));
}

type Row = Readonly<Record<string, unknown>>;

function readRows(folder: string, file: string): readonly Row[] {
  const path = join(folder, file);
  if (!existsSync(path)) throw new Error(`training data is missing: ${path} (see tools/train/README.md)`);
  const bytes = readFileSync(path);
  const lines = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").split("\n");
  return lines.filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as Row);
}

const text = (row: Row, field: string): string => {
  const value = row[field];
  return typeof value === "string" || typeof value === "number" ? `${value}` : "";
};

/** Web comments are written, not spoken, and mostly about third persons: they count less than lines of our own. */
const webWeight = 1;

/** One web row in ten calibrates. */
const webRole = (index: number): Role => (index % 10 === 7 ? "calibrate" : "train");

const kmhasHate = new Set(["origin", "age", "gender", "race", "religion"]);

function fromKmhas(row: Row, role: Role): Example {
  const groups = Array.isArray(row.labels) ? row.labels.map(String) : [];
  const base = { text: text(row, "text"), weight: webWeight, source: "kmhas", group: groups.join("+"), role };
  if (groups.includes("none")) return { ...base, truth: innocent, oneOf: [] };
  const truth: Truth = {
    ...nothingKnown,
    profanity: groups.includes("profanity"),
    discrimination: groups.some((group) => kmhasHate.has(group)) ? true : null,
    // Jeers at looks and at politicians are insults, when they are anything that counts here.
    insult: groups.includes("physical") ? true : null,
  };
  return { ...base, truth, oneOf: groups.length === 1 && groups[0] === "politics" ? ["insult", "discrimination"] : [] };
}

function fromKocohub(row: Row, role: Role): Example {
  const [hate, bias] = [text(row, "hate"), text(row, "bias")];
  const base = { text: text(row, "text"), weight: webWeight, source: "kocohub", group: hate, role };
  if (hate === "none")
    return { ...base, truth: bias === "none" ? innocent : { ...innocent, discrimination: null }, oneOf: [] };
  if (bias !== "none") return { ...base, truth: { ...nothingKnown, discrimination: true }, oneOf: [] };
  // Half of what is marked `offensive` is gossip about stars, not an insult to anyone present.
  const weight = hate === "hate" ? webWeight : webWeight / 2;
  return { ...base, weight, truth: nothingKnown, oneOf: ["profanity", "insult", "discrimination"] };
}

function fromBinary(row: Row, source: string, role: Role): Example {
  const abuse = row.abuse === 1;
  return {
    text: text(row, "text"),
    truth: abuse ? nothingKnown : innocent,
    oneOf: abuse ? ["profanity", "insult", "discrimination", "sexual_harassment"] : [],
    weight: webWeight,
    source,
    group: abuse ? "abuse" : "innocent",
    role,
  };
}

function fromHatescore(row: Row, role: Role): Example {
  const macro = text(row, "macro");
  const base = { text: text(row, "text"), source: "hatescore", group: macro, role };
  // The rule-made sentences name every group without malice: they teach that a name is no insult.
  if (macro === "Clean") return { ...base, truth: innocent, oneOf: [], weight: webWeight };
  if (macro === "혐오발언")
    return { ...base, truth: { ...nothingKnown, discrimination: true }, oneOf: [], weight: webWeight };
  return { ...base, truth: nothingKnown, oneOf: ["profanity", "insult"], weight: webWeight };
}

/** Stretches this long, so that paraphrases, which stand together, stay on one side of the split. */
const blockRows = 400;
/** Of eight blocks one measures, one calibrates, and six are learnt from. */
const blocks: readonly Role[] = ["train", "train", "train", "test", "train", "train", "train", "calibrate"];

function ordinaryTalk(folder: string, source: string, file: string): readonly Example[] {
  return readRows(folder, `${source}/${file}`).map((row, index) => {
    const block = Math.floor(index / blockRows);
    return talk(row, source, blocks[block % blocks.length] ?? "train", "ordinary");
  });
}

/** The sets are not checked by hand: dialogue lines that do swear are marked and used for nothing. */
function talk(row: Row, source: string, role: Role, group: string): Example {
  const said = text(row, "text");
  const swears = holdsSwearing(said);
  return {
    text: said,
    truth: swears ? nothingKnown : innocent,
    oneOf: [],
    weight: 1,
    source,
    group: swears ? "swears" : group,
    role,
  };
}
