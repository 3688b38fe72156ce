import { expect, test } from "vitest";
import { z } from "zod";
import { apiError, errorCodes, errorTexts } from "./errors.ts";
import { type OperationName, operations } from "./operations.ts";

const names = Object.keys(operations) as OperationName[];

test.for(names)("%s can be described as JSON Schema for OpenAPI, in and out", (name) => {
  const { input, output } = operations[name];
  for (const schema of [z.toJSONSchema(input, { io: "input" }), z.toJSONSchema(output)]) {
    // One object, or one of several.
    for (const one of schema.oneOf ?? [schema]) expect(one).toMatchObject({ type: "object" });
  }
});

test.for(names)("every name in the path of %s is a field that must be given", (name) => {
  const { path, input } = operations[name];
  const required = (z.toJSONSchema(input, { io: "input" }) as { required?: string[] }).required ?? [];
  for (const [, field] of path.matchAll(/:([a-zA-Z]+)/g)) expect(required).toContain(field);
});

test("no two operations share a method and path", () => {
  const addresses = names.map(
    (name) => `${operations[name].method} ${operations[name].path.replace(/:[a-zA-Z]+/g, ":")}`,
  );
  expect(new Set(addresses).size).toBe(names.length);
});

test("a number is revealed only with a reason", () => {
  const { input } = operations["calls.show"];
  expect(input.safeParse({ callId: "call-1" }).success).toBe(true);
  for (const reveal of [{}, { reason: "" }, { reason: "    x    " }, true]) {
    expect(input.safeParse({ callId: "call-1", reveal }).success).toBe(false);
  }
  expect(input.parse({ callId: "call-1", reveal: { reason: "경찰 협조 요청" } })).toHaveProperty("reveal.reason");
});

test("no output has a place for a password that was not just made, or for a number in clear", () => {
  for (const name of names) {
    const fields = JSON.stringify(z.toJSONSchema(operations[name].output)).match(/"[a-zA-Z0-9]+":\{/g) ?? [];
    expect(fields.filter((field) => /secret|ha1|password/i.test(field)).sort()).toEqual(
      name === "users.add" || name === "users.resetPassword"
        ? ['"madePassword":{']
        : name === "setup.sample"
          ? ['"password":{']
          : name.startsWith("trunks.")
            ? ['"hasSecret":{']
            : [],
    );
  }
});

test("what a query string gives is read as numbers, and a page has a size", () => {
  expect(operations["calls.list"].input.parse({ limit: "20" })).toEqual({ limit: 20 });
  expect(operations["calls.list"].input.parse({})).toEqual({ limit: 50 });
  expect(operations["desk.calls"].input.parse({ before: "1795295306983" })).toMatchObject({ before: 1795295306983 });
  expect(operations["calls.list"].input.safeParse({ limit: "0" }).success).toBe(false);
});

test("changing a department fills in no defaults", () => {
  expect(operations["departments.set"].input.parse({ id: "tax", ringTimeoutMs: 9000 })).toEqual({
    id: "tax",
    ringTimeoutMs: 9000,
  });
});

test("every error has a code of the list and words in both languages", () => {
  for (const [code, { ko, en }] of Object.entries(errorTexts)) {
    expect(apiError.parse({ code, ko, en }).code).toBe(code);
    expect(ko).toMatch(/[가-힣].*\.$/);
    expect(en).toMatch(/^[A-Z].*\.$/);
  }
  expect(new Set(errorCodes).size).toBe(errorCodes.length);
});
