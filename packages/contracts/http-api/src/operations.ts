import type { z } from "zod";
import * as calls from "./calls.ts";
import * as directory from "./directory.ts";
import { statusInput, statusOutput } from "./status.ts";

export type Operation = {
  readonly method: "GET" | "POST" | "PATCH";
  /** `:name` takes the input's field of that name; the other fields go in the query (GET) or the JSON body. */
  readonly path: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
};

/**
 * Everything the HTTP API and the command line can ask of a running server: both go through this table, so that a
 * command and a screen cannot mean different things. Failures are `ApiError` with a status of 400 or more.
 */
export const operations = {
  "calls.list": { method: "GET", path: "/api/calls", input: calls.listCallsInput, output: calls.listCallsOutput },
  "calls.show": {
    method: "POST",
    path: "/api/calls/:callId/show",
    input: calls.showCallInput,
    output: calls.showCallOutput,
  },
  "recordings.list": {
    method: "GET",
    path: "/api/recordings",
    input: calls.listRecordingsInput,
    output: calls.listRecordingsOutput,
  },
  "recordings.export": {
    method: "POST",
    path: "/api/recordings/:callId/export",
    input: calls.exportRecordingInput,
    output: calls.exportRecordingOutput,
  },
  "incidents.list": {
    method: "GET",
    path: "/api/incidents",
    input: calls.listIncidentsInput,
    output: calls.listIncidentsOutput,
  },
  "incidents.show": {
    method: "POST",
    path: "/api/incidents/:incidentId/show",
    input: calls.showIncidentInput,
    output: calls.showIncidentOutput,
  },
  "policy.list": {
    method: "GET",
    path: "/api/policies",
    input: directory.listPoliciesInput,
    output: directory.listPoliciesOutput,
  },
  "policy.show": {
    method: "GET",
    path: "/api/policies/:id",
    input: directory.showPolicyInput,
    output: directory.showPolicyOutput,
  },
  "policy.check": {
    method: "POST",
    path: "/api/policies/check",
    input: directory.checkPolicyInput,
    output: directory.checkPolicyOutput,
  },
  "users.add": {
    method: "POST",
    path: "/api/users",
    input: directory.addUserInput,
    output: directory.addUserOutput,
  },
  "users.list": {
    method: "GET",
    path: "/api/users",
    input: directory.listUsersInput,
    output: directory.listUsersOutput,
  },
  "departments.add": {
    method: "POST",
    path: "/api/departments",
    input: directory.addDepartmentInput,
    output: directory.departmentOutput,
  },
  "departments.set": {
    method: "PATCH",
    path: "/api/departments/:id",
    input: directory.setDepartmentInput,
    output: directory.departmentOutput,
  },
  "departments.list": {
    method: "GET",
    path: "/api/departments",
    input: directory.listDepartmentsInput,
    output: directory.listDepartmentsOutput,
  },
  "numbers.add": {
    method: "POST",
    path: "/api/numbers",
    input: directory.addNumberInput,
    output: directory.numberOutput,
  },
  "numbers.list": {
    method: "GET",
    path: "/api/numbers",
    input: directory.listNumbersInput,
    output: directory.listNumbersOutput,
  },
  "trunks.add": {
    method: "POST",
    path: "/api/trunks",
    input: directory.addTrunkInput,
    output: directory.trunkOutput,
  },
  "trunks.list": {
    method: "GET",
    path: "/api/trunks",
    input: directory.listTrunksInput,
    output: directory.listTrunksOutput,
  },
  status: { method: "GET", path: "/api/status", input: statusInput, output: statusOutput },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof operations;
/** What a caller may leave out is optional here. */
export type OperationInput<Name extends OperationName> = z.input<(typeof operations)[Name]["input"]>;
/** What a server works with: defaults filled in. */
export type OperationRequest<Name extends OperationName> = z.output<(typeof operations)[Name]["input"]>;
export type OperationOutput<Name extends OperationName> = z.output<(typeof operations)[Name]["output"]>;
