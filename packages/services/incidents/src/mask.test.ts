import fc from "fast-check";
import { expect, test } from "vitest";
import { maskNumber } from "./mask.ts";

test.for([
  ["+821012345678", "010-****-5678"],
  ["01012345678", "010-****-5678"],
  ["+82212345678", "02-****-5678"],
  ["+8223456789", "02-***-6789"],
  ["+82311234567", "031-***-4567"],
  ["+827012345678", "070-****-5678"],
  ["+8215881234", "+******1234"],
  ["+14155550123", "+*******0123"],
  ["112", "****"],
  ["anonymous", "****"],
  ["", "****"],
  [null, null],
] as const)("%s is shown as %s", ([number, shown]) => {
  expect(maskNumber(number)).toBe(shown);
});

test("never shows more than four digits after the area code, nor anything of a short number", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\+?[0-9]{0,15}$/), (number) => {
      const shown = maskNumber(number) ?? "";
      const hidden = shown.split("*").length - 1;
      expect(hidden).toBeGreaterThanOrEqual(3);
      expect(shown.slice(shown.lastIndexOf("*") + 1).replace("-", "").length).toBeLessThanOrEqual(4);
    }),
  );
});
