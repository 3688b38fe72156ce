import type { Directory } from "@jikimi/directory";
import type { OperationOutput, OperationRequest } from "@jikimi/http-api";
import type { Identity, Me, Principal, SetupStep, Visit } from "@jikimi/identity";
import { failure, granted } from "./operation-failure.ts";

export type SessionDeps = {
  readonly identity: Identity;
  readonly directory: Pick<Directory, "view">;
  readonly openSteps: () => Promise<SetupStep[]>;
};

/** Signing in and out, and what people change about how they do. */
export function sessionOperations({ identity, directory, openSteps }: SessionDeps) {
  return {
    session: async (_: OperationRequest<"session">, _who: Principal | null, visit: Visit | null) => {
      const { organisation } = directory.view();
      const me = visit === null ? null : await identity.me(visit);
      return {
        setup: await openSteps(),
        me: me === null ? null : told(me),
        organisation: organisation === null ? null : { ...organisation.names },
        language: organisation?.language ?? "ko",
      } satisfies OperationOutput<"session">;
    },
    "session.signIn": async (
      credentials: OperationRequest<"session.signIn">,
      _who: Principal | null,
      visit: Visit | null,
    ) => ({ me: told(granted(await identity.signIn(browser(visit), credentials))) }),
    "session.signOut": async (_: OperationRequest<"session.signOut">, _who: Principal | null, visit: Visit | null) => {
      await identity.signOut(browser(visit));
      return {};
    },
    "session.changePassword": async (request: OperationRequest<"session.changePassword">, who: Principal | null) =>
      granted(await identity.changePassword(person(who), request)),
    "session.totpBegin": async ({ password }: OperationRequest<"session.totpBegin">, who: Principal | null) =>
      granted(await identity.beginTotp(person(who), password)),
    "session.totpConfirm": async ({ code }: OperationRequest<"session.totpConfirm">, who: Principal | null) =>
      granted(await identity.confirmTotp(person(who), code)),
    "session.totpOff": async ({ password }: OperationRequest<"session.totpOff">, who: Principal | null) =>
      granted(await identity.removeTotp(person(who), password)),
    "passkeys.list": async (_: OperationRequest<"passkeys.list">, who: Principal | null, visit: Visit | null) => {
      const { offered, passkeys } = await identity.passkeysOf(person(who), browser(visit));
      return { offered, passkeys: passkeys.map((one) => ({ ...one })) };
    },
    "passkeys.begin": async (_: OperationRequest<"passkeys.begin">, who: Principal | null, visit: Visit | null) => ({
      options: granted(await identity.beginPasskey(person(who), browser(visit))),
    }),
    "passkeys.add": async (
      { response, name }: OperationRequest<"passkeys.add">,
      _who: Principal | null,
      visit: Visit | null,
    ) => granted(await identity.addPasskey(browser(visit), response, name)),
    "passkeys.remove": async ({ id }: OperationRequest<"passkeys.remove">, who: Principal | null) =>
      granted(await identity.removePasskey(person(who), id)),
    "passkeys.beginSignIn": async (
      _: OperationRequest<"passkeys.beginSignIn">,
      _who: Principal | null,
      visit: Visit | null,
    ) => ({ options: granted(await identity.beginPasskeySignIn(browser(visit))) }),
    "passkeys.signIn": async (
      { response }: OperationRequest<"passkeys.signIn">,
      _who: Principal | null,
      visit: Visit | null,
    ) => ({ me: told(granted(await identity.signInWithPasskey(browser(visit), response))) }),
  };
}

export function told({ person: { id, sipUsername, ...rest }, secondFactor, sessionExpiresAtMs }: Me) {
  const { displayName, role, departmentId } = rest;
  return {
    personId: id,
    username: sipUsername,
    displayName,
    role,
    departmentId,
    secondFactor: { ...secondFactor },
    sessionExpiresAtMs,
  } satisfies NonNullable<OperationOutput<"session">["me"]>;
}

/** Only over HTTP can one sign in. */
export function browser(visit: Visit | null): Visit {
  if (visit === null) throw failure("not-allowed");
  return visit;
}

function person(who: Principal | null): Extract<Principal, { kind: "person" }> {
  if (who?.kind !== "person") throw failure("not-allowed");
  return who;
}
