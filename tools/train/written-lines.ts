import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "@jikimi/kernel";
import { type AbuseLabel, abuseLabels } from "@jikimi/language";
import { type Example, type Role, truthOf } from "./example.ts";

/** A written line may name alternatives, `{너|니가} 뭔데`: that many sentences, of which so many are drawn. */
const mostVariants = 14;
const writtenWeight = 1.5;
/** Nobody may be punished for anger: wrongly accusing costs more than missing. */
const innocentWeight = 2.5;

/** Lines written for this project (Apache-2.0, as everything here): `data/*.jsonl` to learn, `data/held-out` to measure. */
export function readWritten(folder: string, random: Random): readonly Example[] {
  return [...readFolder(folder, null, random), ...readFolder(join(folder, "held-out"), "test", random)];
}

function readFolder(folder: string, role: Role | null, random: Random): readonly Example[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return files.sort().flatMap((name) => {
    const lines = readFileSync(join(folder, name), "utf8")
      .split("\n")
      .filter((line) => line !== "");
    return lines.flatMap((line, index) => {
      const { text, labels } = parseLine(line);
      // Whole lines change sides, never variants of one line. The calibration lines are never learnt from.
      const side: Role = role ?? (index % 9 === 4 ? "calibrate" : "train");
      return variants(text, random).map((variant) => ({
        text: variant,
        truth: truthOf((label) => labels.includes(label)),
        oneOf: [],
        weight: labels.length === 0 ? innocentWeight : writtenWeight,
        source: role === "test" ? "held-out" : "written",
        group: name.replace(".jsonl", ""),
        role: side,
      }));
    });
  });
}

function parseLine(line: string): { text: string; labels: readonly AbuseLabel[] } {
  const row = JSON.parse(line) as { text: string; labels: string[] };
  const labels = abuseLabels.filter((label) => row.labels.includes(label));
  if (labels.length !== row.labels.length) throw new Error(`unknown label in written line: ${line}`);
  return { text: row.text, labels };
}

/** All sentences of a line, or so many drawn by chance when there are more. */
export function variants(line: string, random: Random): readonly string[] {
  const parts = line.split(/(\{[^}]*\})/).map((part) => (part.startsWith("{") ? part.slice(1, -1).split("|") : [part]));
  const total = parts.reduce((product, part) => product * part.length, 1);
  const picked = new Set<string>();
  for (let tries = 0; picked.size < Math.min(total, mostVariants) && tries < 200; tries++) {
    const sentence = parts.map((part) => part[random.integer(part.length)] ?? "").join("");
    picked.add(sentence.replaceAll(/ +/g, " ").trim());
  }
  return [...picked];
}
