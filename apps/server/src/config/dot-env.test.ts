import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDotEnv } from "./dot-env.ts";

describe("a .env file", () => {
  test.for([
    { line: "A=1", value: "1" },
    { line: "  A = 1  ", value: "1" },
    { line: "export A=1", value: "1" },
    { line: "A=one two", value: "one two" },
    { line: "A=one # a comment", value: "one" },
    { line: "A=one#two", value: "one#two" },
    { line: "A=# nothing", value: "" },
    { line: "A=", value: "" },
    { line: "A='one # two'", value: "one # two" },
    { line: "A='\\n'", value: "\\n" },
    { line: 'A="one\\ntwo"', value: "one\ntwo" },
    { line: 'A="say \\"hi\\" \\\\"', value: 'say "hi" \\' },
    { line: 'A="one" # a comment', value: "one" },
    { line: "A=postgres://u:p=w@h/d", value: "postgres://u:p=w@h/d" },
    { line: "\uFEFFA=1", value: "1" },
  ])("reads $line", ({ line, value }) => {
    expect(parseDotEnv(line)).toEqual({ values: new Map([["A", value]]), problems: [] });
  });

  test.for(["A 1", "just words", "1A=1", "=1", "A='open", 'A="open', 'A="shut" and more', "A-B=1"])(
    "names the line of what it cannot read: %s",
    (line) => {
      expect(parseDotEnv(`FIRST=1\n${line}\nLAST=2`)).toEqual({
        values: new Map([
          ["FIRST", "1"],
          ["LAST", "2"],
        ]),
        problems: [{ line: 2 }],
      });
    },
  );

  test("skips blank lines and comments, takes any line ending, and lets the last value win", () => {
    expect(parseDotEnv("# A=0\r\n\r\nA=1\rA=2\n").values).toEqual(new Map([["A", "2"]]));
  });

  test("never throws, and gives back every value that a double-quoted line can hold", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        expect(() => parseDotEnv(value)).not.toThrow();
        const line = value.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n");
        if (/\r/.test(line)) return;
        expect(parseDotEnv(`A="${line}"`).values.get("A")).toBe(value);
      }),
    );
  });
});
