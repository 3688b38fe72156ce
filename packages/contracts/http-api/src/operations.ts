import type { z } from "zod";
import * as calls from "./calls.ts";
import * as desk from "./desk.ts";
import * as directory from "./directory.ts";
import * as session from "./session.ts";
import * as setup from "./setup.ts";
import { statusInput, statusOutput } from "./status.ts";
import * as trial from "./trial.ts";

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
  session: { method: "GET", path: "/api/session", input: session.sessionInput, output: session.sessionOutput },
  "session.signIn": {
    method: "POST",
    path: "/api/session/sign-in",
    input: session.signInInput,
    output: session.signInOutput,
  },
  "session.signOut": {
    method: "POST",
    path: "/api/session/sign-out",
    input: session.signOutInput,
    output: session.signOutOutput,
  },
  "session.changePassword": {
    method: "POST",
    path: "/api/session/password",
    input: session.changePasswordInput,
    output: session.changePasswordOutput,
  },
  "session.totpBegin": {
    method: "POST",
    path: "/api/session/totp",
    input: session.totpBeginInput,
    output: session.totpBeginOutput,
  },
  "session.totpConfirm": {
    method: "POST",
    path: "/api/session/totp/confirm",
    input: session.totpConfirmInput,
    output: session.totpConfirmOutput,
  },
  "setup.administrator": {
    method: "POST",
    path: "/api/setup/administrator",
    input: setup.createAdministratorInput,
    output: setup.createAdministratorOutput,
  },
  "setup.organisation": {
    method: "POST",
    path: "/api/setup/organisation",
    input: setup.setupOrganisationInput,
    output: setup.setupOrganisationOutput,
  },
  "setup.presets": {
    method: "GET",
    path: "/api/setup/presets",
    input: setup.listPresetsInput,
    output: setup.listPresetsOutput,
  },
  "setup.policy": {
    method: "POST",
    path: "/api/setup/policy",
    input: setup.choosePresetInput,
    output: setup.choosePresetOutput,
  },
  "setup.sample": {
    method: "POST",
    path: "/api/setup/sample",
    input: setup.installSampleInput,
    output: setup.installSampleOutput,
  },
  "setup.skipPeople": {
    method: "POST",
    path: "/api/setup/skip-people",
    input: setup.skipPeopleInput,
    output: setup.skipPeopleOutput,
  },
  "desk.phone": { method: "POST", path: "/api/desk/phone", input: desk.phoneInput, output: desk.phoneOutput },
  "desk.takePhone": { method: "POST", path: "/api/desk/phone/take", input: desk.takePhoneInput, output: desk.done },
  "desk.presence": { method: "POST", path: "/api/desk/presence", input: desk.setPresenceInput, output: desk.done },
  "desk.act": { method: "POST", path: "/api/desk/calls/:callId/act", input: desk.actInput, output: desk.done },
  "desk.hold": { method: "POST", path: "/api/desk/calls/:callId/hold", input: desk.holdInput, output: desk.done },
  "desk.record": { method: "POST", path: "/api/desk/calls/:callId/record", input: desk.recordInput, output: desk.done },
  "desk.transfer": {
    method: "POST",
    path: "/api/desk/calls/:callId/transfer",
    input: desk.transferInput,
    output: desk.done,
  },
  "desk.finishTransfer": {
    method: "POST",
    path: "/api/desk/calls/:callId/transfer/finish",
    input: desk.finishTransferInput,
    output: desk.done,
  },
  "desk.requestHelp": {
    method: "POST",
    path: "/api/desk/calls/:callId/help",
    input: desk.requestHelpInput,
    output: desk.done,
  },
  "desk.colleagues": {
    method: "GET",
    path: "/api/desk/colleagues",
    input: desk.colleaguesInput,
    output: desk.colleaguesOutput,
  },
  "desk.saveWrapUp": {
    method: "POST",
    path: "/api/desk/calls/:callId/wrap-up",
    input: desk.wrapUpInput,
    output: desk.done,
  },
  "desk.extendWrapUp": {
    method: "POST",
    path: "/api/desk/calls/:callId/wrap-up/extend",
    input: desk.extendWrapUpInput,
    output: desk.done,
  },
  "desk.completeWrapUp": {
    method: "POST",
    path: "/api/desk/calls/:callId/wrap-up/complete",
    input: desk.completeWrapUpInput,
    output: desk.done,
  },
  "desk.dispositions": {
    method: "GET",
    path: "/api/desk/dispositions",
    input: desk.dispositionsInput,
    output: desk.dispositionsOutput,
  },
  "desk.calls": { method: "GET", path: "/api/desk/calls", input: desk.myCallsInput, output: desk.myCallsOutput },
  "desk.seenMissed": { method: "POST", path: "/api/desk/missed/seen", input: desk.seenMissedInput, output: desk.done },
  "desk.callBack": {
    method: "POST",
    path: "/api/desk/calls/:callId/call-back",
    input: desk.callBackInput,
    output: desk.callBackOutput,
  },
  "desk.call": { method: "GET", path: "/api/desk/calls/:callId", input: desk.myCallInput, output: desk.myCallOutput },
  "desk.comment": {
    method: "POST",
    path: "/api/desk/incidents/:incidentId/comment",
    input: desk.commentIncidentInput,
    output: desk.done,
  },
  "help.take": { method: "POST", path: "/api/help/:requestId/take", input: desk.takeHelpInput, output: desk.done },
  "trial.scenarios": {
    method: "GET",
    path: "/api/trial/scenarios",
    input: trial.listScenariosInput,
    output: trial.listScenariosOutput,
  },
  "trial.start": {
    method: "POST",
    path: "/api/trial/start",
    input: trial.startScenarioInput,
    output: trial.startScenarioOutput,
  },
  "trial.speakYourself": {
    method: "POST",
    path: "/api/trial/speak-yourself",
    input: trial.speakYourselfInput,
    output: trial.speakYourselfOutput,
  },
  status: { method: "GET", path: "/api/status", input: statusInput, output: statusOutput },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof operations;
/** What a caller may leave out is optional here. */
export type OperationInput<Name extends OperationName> = z.input<(typeof operations)[Name]["input"]>;
/** What a server works with: defaults filled in. */
export type OperationRequest<Name extends OperationName> = z.output<(typeof operations)[Name]["input"]>;
export type OperationOutput<Name extends OperationName> = z.output<(typeof operations)[Name]["output"]>;
