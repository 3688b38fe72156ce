import fc from "fast-check";
import { expect, test } from "vitest";
import { maskEvent, maskNumber } from "./mask.ts";

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

test("events show numbers masked and agents as they are", () => {
  expect(maskEvent({ kind: "invite", atMs: 0, from: "+821012345678", to: "sip:01012345678@host" })).toEqual({
    kind: "invite",
    atMs: 0,
    from: "010-****-5678",
    to: "010-****-5678",
  });
  expect(maskEvent({ kind: "transferred", to: "person-mg3k2p1x-4f9a1c22aa" }).to).toBe("person-mg3k2p1x-4f9a1c22aa");
  expect(maskEvent({ kind: "transferred", to: "010-1234-5678" }).to).toBe("010-****-5678");
  expect(maskEvent({ kind: "notice-started", text: "010-1234-5678" }).text).toBe("010-1234-5678");
});
