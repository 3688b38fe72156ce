import fc from "fast-check";
import { expect, test } from "vitest";
import { type Bencoded, decodeBencode, encodeBencode } from "./bencode.ts";

const bencoded = fc.letrec<{ value: Bencoded }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string({ unit: "grapheme" }),
    fc.integer(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

test("what is written is read back", () => {
  fc.assert(
    fc.property(bencoded, (value) => {
      expect(decodeBencode(Buffer.from(encodeBencode(value)))).toEqual(value);
    }),
  );
});

test("what was cut off is no value", () => {
  const bytes = Buffer.from(encodeBencode({ result: "ok", list: ["a", 1], sdp: "v=0\r\n" }));
  for (let end = 0; end < bytes.length; end++) expect(decodeBencode(bytes.subarray(0, end))).toBeNull();
});

test("it is written as rtpengine's documentation shows it", () => {
  expect(encodeBencode({ command: "ping", n: 7, l: ["한"] })).toBe("d7:command4:ping1:ni7e1:ll3:한ee");
});
