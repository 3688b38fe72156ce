import type { AgentId, CallId } from "@jikimi/kernel";
import { expect, test } from "vitest";
import { numberToCallBack } from "./number-to-call-back.ts";

const me = "me" as AgentId;
const number = "+821012345678";
const row = { callerNumber: number as string | null, agentId: null as string | null, simulated: false };

test.for([
  { what: "a call they talked on", call: { agentId: "me" }, events: [], expected: number },
  { what: "a call that rang them in vain", call: {}, events: [{ kind: "ringing", agentId: "me" }], expected: number },
  {
    what: "a call they handed over",
    call: { agentId: "other" },
    events: [{ kind: "bridged", agentId: "me" }],
    expected: number,
  },
  { what: "somebody else's call", call: { agentId: "other" }, events: [], expected: null },
  {
    what: "a call that rang somebody else",
    call: {},
    events: [{ kind: "ringing", agentId: "other" }],
    expected: null,
  },
  { what: "practice", call: { agentId: "me", simulated: true }, events: [], expected: null },
  { what: "a withheld number", call: { agentId: "me", callerNumber: null }, events: [], expected: null },
])("$what: $expected", async ({ call, events, expected }) => {
  const records = {
    findCall: async () => ({ ...row, ...call }) as never,
    listEvents: async () => events as never,
  };
  expect(await numberToCallBack("c-1" as CallId, me, records)).toBe(expected);
});

test("a call that is not there has no number", async () => {
  const records = { findCall: async () => null, listEvents: async () => [] };
  expect(await numberToCallBack("c-1" as CallId, me, records)).toBeNull();
});
