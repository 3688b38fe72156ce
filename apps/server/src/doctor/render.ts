import type { Language } from "../cli/text.ts";
import type { DoctorResult } from "./result.ts";

const marks: Record<DoctorResult["level"], string> = { ok: "✔", warn: "!", fail: "✘" };

/** One line a check, its way out below it, and a sum at the end. */
export function renderDoctor(results: readonly DoctorResult[], language: Language): string {
  const lines = results.flatMap(({ name, level, found, wayOut }) => [
    `${marks[level]} ${name[language]}: ${found[language]}`,
    ...(wayOut === null ? [] : [`    → ${wayOut[language]}`]),
  ]);
  const { warn, fail } = countLevels(results);
  const sum =
    warn + fail === 0
      ? { ko: "모두 좋습니다.", en: "All is well." }
      : { ko: `고칠 것 ${fail}개, 살펴볼 것 ${warn}개`, en: `${fail} to be mended, ${warn} to be looked at` };
  return `${[...lines, "", sum[language]].join("\n")}\n`;
}

/** The same for machines. `ok` is false when something must be mended before calls can be trusted to work. */
export function doctorReport(results: readonly DoctorResult[]): {
  readonly ok: boolean;
  readonly checks: readonly DoctorResult[];
} {
  return { ok: countLevels(results).fail === 0, checks: results };
}

function countLevels(results: readonly DoctorResult[]): { warn: number; fail: number } {
  return {
    warn: results.filter(({ level }) => level === "warn").length,
    fail: results.filter(({ level }) => level === "fail").length,
  };
}
