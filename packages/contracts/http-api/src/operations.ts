import type { z } from "zod";
import { type Access, desks, everybody, keepers, reviewers } from "./access.ts";
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
  readonly access: Access;
};

/**
 * Everything the HTTP API and the command line can ask of a running server: both go through this table, so that a
 * command and a screen cannot mean different things. Failures are `ApiError` with a status of 400 or more.
 */
export const operations = {
  "calls.list": {
    method: "GET",
    path: "/api/calls",
    input: calls.listCallsInput,
    output: calls.listCallsOutput,
    access: reviewers,
  },
  "calls.show": {
    method: "POST",
    path: "/api/calls/:callId/show",
    input: calls.showCallInput,
    output: calls.showCallOutput,
    access: reviewers,
  },
  "recordings.list": {
    method: "GET",
    path: "/api/recordings",
    input: calls.listRecordingsInput,
    output: calls.listRecordingsOutput,
    access: reviewers,
  },
  "recordings.export": {
    method: "POST",
    path: "/api/recordings/:callId/export",
    input: calls.exportRecordingInput,
    output: calls.exportRecordingOutput,
    access: ["administrator", "auditor"],
  },
  "incidents.list": {
    method: "GET",
    path: "/api/incidents",
    input: calls.listIncidentsInput,
    output: calls.listIncidentsOutput,
    access: reviewers,
  },
  "incidents.show": {
    method: "POST",
    path: "/api/incidents/:incidentId/show",
    input: calls.showIncidentInput,
    output: calls.showIncidentOutput,
    access: reviewers,
  },
  "policy.list": {
    method: "GET",
    path: "/api/policies",
    input: directory.listPoliciesInput,
    output: directory.listPoliciesOutput,
    access: "signed-in",
  },
  "policy.show": {
    method: "GET",
    path: "/api/policies/:id",
    input: directory.showPolicyInput,
    output: directory.showPolicyOutput,
    access: "signed-in",
  },
  "policy.check": {
    method: "POST",
    path: "/api/policies/check",
    input: directory.checkPolicyInput,
    output: directory.checkPolicyOutput,
    access: ["supervisor", "administrator"],
  },
  "users.add": {
    method: "POST",
    path: "/api/users",
    input: directory.addUserInput,
    output: directory.addUserOutput,
    access: keepers,
  },
  "users.list": {
    method: "GET",
    path: "/api/users",
    input: directory.listUsersInput,
    output: directory.listUsersOutput,
    access: reviewers,
  },
  "users.resetPassword": {
    method: "POST",
    path: "/api/users/:username/reset-password",
    input: directory.resetPasswordInput,
    output: directory.resetPasswordOutput,
    access: keepers,
  },
  "departments.add": {
    method: "POST",
    path: "/api/departments",
    input: directory.addDepartmentInput,
    output: directory.departmentOutput,
    access: keepers,
  },
  "departments.set": {
    method: "PATCH",
    path: "/api/departments/:id",
    input: directory.setDepartmentInput,
    output: directory.departmentOutput,
    access: keepers,
  },
  "departments.list": {
    method: "GET",
    path: "/api/departments",
    input: directory.listDepartmentsInput,
    output: directory.listDepartmentsOutput,
    access: reviewers,
  },
  "numbers.add": {
    method: "POST",
    path: "/api/numbers",
    input: directory.addNumberInput,
    output: directory.numberOutput,
    access: keepers,
  },
  "numbers.set": {
    method: "PATCH",
    path: "/api/numbers/:number",
    input: directory.setNumberInput,
    output: directory.numberOutput,
    access: keepers,
  },
  "numbers.list": {
    method: "GET",
    path: "/api/numbers",
    input: directory.listNumbersInput,
    output: directory.listNumbersOutput,
    access: reviewers,
  },
  "recognizers.list": {
    method: "GET",
    path: "/api/recognizers",
    input: directory.listRecognizersInput,
    output: directory.listRecognizersOutput,
    access: reviewers,
  },
  "trunks.add": {
    method: "POST",
    path: "/api/trunks",
    input: directory.addTrunkInput,
    output: directory.trunkOutput,
    access: keepers,
  },
  "trunks.list": {
    method: "GET",
    path: "/api/trunks",
    input: directory.listTrunksInput,
    output: directory.listTrunksOutput,
    access: ["administrator", "auditor"],
  },
  session: {
    method: "GET",
    path: "/api/session",
    input: session.sessionInput,
    output: session.sessionOutput,
    access: "anyone",
  },
  "session.signIn": {
    method: "POST",
    path: "/api/session/sign-in",
    input: session.signInInput,
    output: session.signInOutput,
    access: "anyone",
  },
  "session.signOut": {
    method: "POST",
    path: "/api/session/sign-out",
    input: session.signOutInput,
    output: session.signOutOutput,
    access: "anyone",
  },
  "session.changePassword": {
    method: "POST",
    path: "/api/session/password",
    input: session.changePasswordInput,
    output: session.changePasswordOutput,
    access: everybody,
  },
  "session.totpBegin": {
    method: "POST",
    path: "/api/session/totp",
    input: session.totpBeginInput,
    output: session.totpBeginOutput,
    access: everybody,
  },
  "session.totpOff": {
    method: "POST",
    path: "/api/session/totp/off",
    input: session.totpOffInput,
    output: session.totpOffOutput,
    access: everybody,
  },
  "session.totpConfirm": {
    method: "POST",
    path: "/api/session/totp/confirm",
    input: session.totpConfirmInput,
    output: session.totpConfirmOutput,
    access: everybody,
  },
  "passkeys.list": {
    method: "GET",
    path: "/api/session/passkeys",
    input: session.listPasskeysInput,
    output: session.listPasskeysOutput,
    access: everybody,
  },
  "passkeys.begin": {
    method: "POST",
    path: "/api/session/passkeys/begin",
    input: session.beginPasskeyInput,
    output: session.passkeyOptionsOutput,
    access: everybody,
  },
  "passkeys.add": {
    method: "POST",
    path: "/api/session/passkeys",
    input: session.addPasskeyInput,
    output: session.addPasskeyOutput,
    access: everybody,
  },
  "passkeys.remove": {
    method: "POST",
    path: "/api/session/passkeys/:id/remove",
    input: session.removePasskeyInput,
    output: session.removePasskeyOutput,
    access: everybody,
  },
  "passkeys.beginSignIn": {
    method: "POST",
    path: "/api/session/passkeys/begin-sign-in",
    input: session.beginPasskeySignInInput,
    output: session.passkeyOptionsOutput,
    access: "anyone",
  },
  "passkeys.signIn": {
    method: "POST",
    path: "/api/session/passkeys/sign-in",
    input: session.passkeySignInInput,
    output: session.signInOutput,
    access: "anyone",
  },
  "setup.administrator": {
    method: "POST",
    path: "/api/setup/administrator",
    input: setup.createAdministratorInput,
    output: setup.createAdministratorOutput,
    access: "anyone",
  },
  "setup.organisation": {
    method: "POST",
    path: "/api/setup/organisation",
    input: setup.setupOrganisationInput,
    output: setup.setupOrganisationOutput,
    access: keepers,
  },
  "setup.presets": {
    method: "GET",
    path: "/api/setup/presets",
    input: setup.listPresetsInput,
    output: setup.listPresetsOutput,
    access: keepers,
  },
  "setup.policy": {
    method: "POST",
    path: "/api/setup/policy",
    input: setup.choosePresetInput,
    output: setup.choosePresetOutput,
    access: keepers,
  },
  "setup.sample": {
    method: "POST",
    path: "/api/setup/sample",
    input: setup.installSampleInput,
    output: setup.installSampleOutput,
    access: keepers,
  },
  "setup.skipPeople": {
    method: "POST",
    path: "/api/setup/skip-people",
    input: setup.skipPeopleInput,
    output: setup.skipPeopleOutput,
    access: keepers,
  },
  "desk.phone": {
    method: "POST",
    path: "/api/desk/phone",
    input: desk.phoneInput,
    output: desk.phoneOutput,
    access: desks,
  },
  "desk.takePhone": {
    method: "POST",
    path: "/api/desk/phone/take",
    input: desk.takePhoneInput,
    output: desk.done,
    access: desks,
  },
  "desk.presence": {
    method: "POST",
    path: "/api/desk/presence",
    input: desk.setPresenceInput,
    output: desk.done,
    access: desks,
  },
  "desk.act": {
    method: "POST",
    path: "/api/desk/calls/:callId/act",
    input: desk.actInput,
    output: desk.done,
    access: desks,
  },
  "desk.hold": {
    method: "POST",
    path: "/api/desk/calls/:callId/hold",
    input: desk.holdInput,
    output: desk.done,
    access: desks,
  },
  "desk.record": {
    method: "POST",
    path: "/api/desk/calls/:callId/record",
    input: desk.recordInput,
    output: desk.done,
    access: desks,
  },
  "desk.transfer": {
    method: "POST",
    path: "/api/desk/calls/:callId/transfer",
    input: desk.transferInput,
    output: desk.done,
    access: desks,
  },
  "desk.finishTransfer": {
    method: "POST",
    path: "/api/desk/calls/:callId/transfer/finish",
    input: desk.finishTransferInput,
    output: desk.done,
    access: desks,
  },
  "desk.requestHelp": {
    method: "POST",
    path: "/api/desk/calls/:callId/help",
    input: desk.requestHelpInput,
    output: desk.done,
    access: desks,
  },
  "desk.colleagues": {
    method: "GET",
    path: "/api/desk/colleagues",
    input: desk.colleaguesInput,
    output: desk.colleaguesOutput,
    access: desks,
  },
  "desk.saveWrapUp": {
    method: "POST",
    path: "/api/desk/calls/:callId/wrap-up",
    input: desk.wrapUpInput,
    output: desk.done,
    access: desks,
  },
  "desk.extendWrapUp": {
    method: "POST",
    path: "/api/desk/calls/:callId/wrap-up/extend",
    input: desk.extendWrapUpInput,
    output: desk.done,
    access: desks,
  },
  "desk.completeWrapUp": {
    method: "POST",
    path: "/api/desk/calls/:callId/wrap-up/complete",
    input: desk.wrapUpInput,
    output: desk.done,
    access: desks,
  },
  "desk.dispositions": {
    method: "GET",
    path: "/api/desk/dispositions",
    input: desk.dispositionsInput,
    output: desk.dispositionsOutput,
    access: desks,
  },
  "desk.calls": {
    method: "GET",
    path: "/api/desk/calls",
    input: desk.myCallsInput,
    output: desk.myCallsOutput,
    access: desks,
  },
  "desk.seenMissed": {
    method: "POST",
    path: "/api/desk/missed/seen",
    input: desk.seenMissedInput,
    output: desk.done,
    access: desks,
  },
  "desk.callBack": {
    method: "POST",
    path: "/api/desk/calls/:callId/call-back",
    input: desk.callBackInput,
    output: desk.callBackOutput,
    access: desks,
  },
  "desk.call": {
    method: "GET",
    path: "/api/desk/calls/:callId",
    input: desk.myCallInput,
    output: desk.myCallOutput,
    access: desks,
  },
  "desk.comment": {
    method: "POST",
    path: "/api/desk/incidents/:incidentId/comment",
    input: desk.commentIncidentInput,
    output: desk.done,
    access: desks,
  },
  "help.take": {
    method: "POST",
    path: "/api/help/:requestId/take",
    input: desk.takeHelpInput,
    output: desk.done,
    access: { people: ["supervisor", "administrator"] },
  },
  "trial.scenarios": {
    method: "GET",
    path: "/api/trial/scenarios",
    input: trial.listScenariosInput,
    output: trial.listScenariosOutput,
    access: desks,
  },
  "trial.start": {
    method: "POST",
    path: "/api/trial/start",
    input: trial.startScenarioInput,
    output: trial.startScenarioOutput,
    access: desks,
  },
  "trial.speakYourself": {
    method: "POST",
    path: "/api/trial/speak-yourself",
    input: trial.speakYourselfInput,
    output: trial.speakYourselfOutput,
    access: desks,
  },
  status: { method: "GET", path: "/api/status", input: statusInput, output: statusOutput, access: reviewers },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof operations;
/** What a caller may leave out is optional here. */
export type OperationInput<Name extends OperationName> = z.input<(typeof operations)[Name]["input"]>;
/** What a server works with: defaults filled in. */
export type OperationRequest<Name extends OperationName> = z.output<(typeof operations)[Name]["input"]>;
export type OperationOutput<Name extends OperationName> = z.output<(typeof operations)[Name]["output"]>;
