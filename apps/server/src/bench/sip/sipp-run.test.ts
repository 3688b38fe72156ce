import { expect, test } from "vitest";
import { parseStatistics } from "./sipp-run.ts";

const header = "StartTime;SuccessfulCall(P);SuccessfulCall(C);FailedCall(C);Retransmissions(P);Retransmissions(C);";

test("what counts of sipp's statistics is the last line's sums", () => {
  const csv = `${header}\n2026-11-22;90;90;0;1;1;\n2026-11-22;10;100;2;3;4;\n`;
  expect(parseStatistics(csv)).toEqual({ succeeded: 100, retransmissions: 4 });
});

test("statistics of another kind are no zero", () => {
  expect(() => parseStatistics("StartTime;Calls;\n1;2;\n")).toThrow("SuccessfulCall(C)");
  expect(() => parseStatistics("")).toThrow("SuccessfulCall(C)");
});
