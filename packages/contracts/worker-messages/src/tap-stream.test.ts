import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeTapFrame, encodeTapOpening, TapDecoder } from "./tap-stream.ts";

test("frames survive being cut anywhere", () => {
  const stream = Buffer.concat([
    encodeTapOpening("t0ken"),
    encodeTapFrame(1000, Int16Array.from([1, -2, 300])),
    encodeTapFrame(1020, Int16Array.from([-32768, 32767])),
  ]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: stream.length - 1 })), (cuts) => {
      const decoder = new TapDecoder();
      const edges = [0, ...[...new Set(cuts)].sort((a, b) => a - b), stream.length];
      const events = edges.slice(1).flatMap((end, i) => decoder.push(stream.subarray(edges[i], end)));
      expect(events).toEqual([
        { kind: "token", token: "t0ken" },
        { kind: "frame", frame: { atMs: 1000, pcm: Int16Array.from([1, -2, 300]) } },
        { kind: "frame", frame: { atMs: 1020, pcm: Int16Array.from([-32768, 32767]) } },
      ]);
    }),
  );
});

test("hostile bytes break the stream and never throw", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 })), (pieces) => {
      const decoder = new TapDecoder();
      const events = pieces.flatMap((piece) => decoder.push(Buffer.from(piece)));
      expect(events.filter((event) => event.kind === "broken").length).toBeLessThanOrEqual(1);
    }),
  );
});
