import { operations } from "@jikimi/http-api";
import { expect, test } from "vitest";
import { backupCodeFrom } from "./backup-code.ts";

test.for([
  { typed: "7KQ2M-XN4RT", code: "7KQ2M-XN4RT" },
  { typed: "7kq2m-xn4rt", code: "7KQ2M-XN4RT" },
  { typed: " 7KQ2M XN4RT ", code: "7KQ2M-XN4RT" },
  { typed: "7KQ2MXN4RT", code: "7KQ2M-XN4RT" },
  { typed: "7KQ2M-XN4R", code: null },
  { typed: "7KQ2M-XN4RT7", code: null },
  { typed: "7KQ2M-XN4R!", code: null },
  { typed: "", code: null },
])("$typed is the backup code $code", ({ typed, code }) => {
  expect(backupCodeFrom(typed)).toBe(code);
});

test("the server takes what is read", () => {
  const backupCode = backupCodeFrom("7kq2m xn4rt");
  const { input } = operations["session.signIn"];
  expect(input.safeParse({ username: "agent1", password: "a long password", backupCode }).success).toBe(true);
});
