import { expect, test } from "vitest";
import { type OperationDeps, operationsOf } from "./index.ts";

/** What is refused at the door reaches no part of the server. */
const operations = operationsOf({ live: null } as OperationDeps);
const operate = (name: string, input: unknown) => operations(name, input, { kind: "command-line" });

test("what is wrong with an input is said in both languages, with the field", async () => {
  const request = { id: "carrier", name: "carrier", host: "sip.example.net", transport: "tls" };
  await expect(operate("trunks.add", { ...request, route: { kind: "address", sources: [] } })).rejects.toMatchObject({
    error: {
      code: "invalid-input",
      field: "transport",
      ko: expect.stringMatching(/입력값을 확인해 주세요.*transport.*잘못된/),
      en: expect.stringMatching(/Check what was entered.*transport.*Invalid/),
    },
  });
});

test.for(["nothing.of.the.kind", "__proto__", "constructor"])("'%s' is no operation", async (name) => {
  await expect(operate(name, {})).rejects.toMatchObject({ error: { code: "not-found" } });
});
