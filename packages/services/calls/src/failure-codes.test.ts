import fc from "fast-check";
import { expect, test } from "vitest";
import { mapFailure } from "./failure-codes.ts";

test.for([
  [486, 486, "busy"],
  [600, 486, "busy"],
  [480, 480, "unreachable"],
  [408, 480, "no-answer"],
  [404, 404, "unknown-number"],
  [407, 403, "forbidden"],
  [302, 480, "unreachable"],
  [500, 503, "fault"],
  [699, 603, "declined"],
] as const)("a leg's %i is told as %i (%s)", ([from, status, meaning]) => {
  expect(mapFailure({ kind: "status", status: from })).toMatchObject({ status, meaning });
});

test("whatever comes, a final failure is told: never a redirect, never a challenge of somebody else's", () => {
  fc.assert(
    fc.property(fc.integer({ min: 300, max: 699 }), (from) => {
      const { status } = mapFailure({ kind: "status", status: from });
      expect(status).toBeGreaterThanOrEqual(403);
      expect([401, 407]).not.toContain(status);
    }),
  );
});
