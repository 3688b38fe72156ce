import type { Text } from "../cli/text.ts";
import { renderTable } from "../commands/table.ts";
import type { BenchResult } from "./result.ts";

/** For people: the figures, what each round said, under which conditions, and what went wrong. */
export function renderResult(result: BenchResult, say: (text: Text) => string): string {
  const { conditions, measured, target } = result;
  const summary = renderTable(
    ["", result.unit, ""],
    [
      [say({ ko: "우리", en: "ours" }), String(result.ours), measured.ours],
      [say({ ko: "상대", en: "peer" }), String(result.peer), measured.peer],
      [
        say({ ko: "비율", en: "ratio" }),
        String(result.ratio),
        target === null
          ? ""
          : say({ ko: `목표 ${target.ratioAtMost} 이하`, en: `at most ${target.ratioAtMost} wanted` }),
      ],
    ],
  );
  const facts = renderTable(
    [say({ ko: "조건", en: "conditions" }), ""],
    [
      [
        say({ ko: "기계", en: "machine" }),
        `${conditions.machine}, ${conditions.cores} × CPU, ${conditions.memoryGiB} GiB`,
      ],
      ["Node", conditions.node],
      [say({ ko: "때", en: "date" }), conditions.date],
      [say({ ko: "부하", en: "load" }), `${conditions.load.before} → ${conditions.load.after}`],
      [say({ ko: "측정", en: "measured" }), `${conditions.calls} × ${conditions.seconds} s`],
      ...conditions.notes.map((note) => ["", note]),
    ],
  );
  const columns = [...new Set(result.rounds.flatMap((row) => Object.keys(row)))];
  const rounds = renderTable(
    columns,
    result.rounds.map((row) => columns.map((column) => String(row[column] ?? ""))),
  );
  const more = Object.keys(result.more).length === 0 ? "" : `\n${JSON.stringify(result.more, null, 2)}\n`;
  const problems = result.problems.map((problem) => `  · ${problem}\n`).join("");
  const verdict = result.ok
    ? say({ ko: "목표대로입니다.", en: "As it should be." })
    : `${say({ ko: "목표에 못 미친 점", en: "What is not as it should be" })}:`;
  return `${summary}\n${rounds}${more}\n${facts}\n${verdict}\n${problems}`;
}
