import type { AgentId } from "@jikimi/kernel";
import { expect, test } from "vitest";
import { type Access, mayDo } from "./access.ts";
import type { Principal } from "./principal.ts";

const as = (role: "agent" | "supervisor" | "administrator" | "auditor"): Principal => ({
  kind: "person",
  personId: "p" as AgentId,
  role,
  sessionId: "s",
});
const commandLine: Principal = { kind: "command-line" };

test.for<[Access, Principal | null, string]>([
  ["anyone", null, "allowed"],
  ["anyone", as("auditor"), "allowed"],
  ["signed-in", null, "not-signed-in"],
  ["signed-in", as("auditor"), "allowed"],
  ["signed-in", commandLine, "allowed"],
  [["supervisor"], null, "not-signed-in"],
  [["supervisor"], as("supervisor"), "allowed"],
  [["supervisor"], as("administrator"), "not-allowed"],
  [["supervisor"], commandLine, "not-allowed"],
  [["administrator"], commandLine, "allowed"],
  [[], as("administrator"), "not-allowed"],
  [{ people: ["administrator"] }, commandLine, "not-allowed"],
  [{ people: ["administrator"] }, as("administrator"), "allowed"],
  [{ people: ["administrator"] }, as("agent"), "not-allowed"],
  [{ people: ["administrator"] }, null, "not-signed-in"],
])("%o asked by %o is %s", ([access, who, verdict]) => {
  expect(mayDo(access, who)).toBe(verdict);
});
