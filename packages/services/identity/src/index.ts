export { type Access, mayDo } from "./access.ts";
export { Accounts } from "./accounts.ts";
export { IdentityError } from "./errors.ts";
export { FirstAdministrator } from "./first-administrator.ts";
export { Identity, type Me } from "./identity.ts";
export { KnownDevices } from "./known-devices.ts";
export { PasswordChecks } from "./password-checks.ts";
export type {
  Account,
  AccountStore,
  BrowserSessions,
  Passkey,
  PasskeyCeremonies,
  PasskeyOptions,
  PasswordHasher,
  SecondFactor,
  Session,
} from "./ports.ts";
export type { Principal } from "./principal.ts";
export type { IdentityProblemCode, Result } from "./problems.ts";
export { absoluteLimitMs, callGraceMs, Sessions, type WhyOver } from "./sessions.ts";
export { openSteps, type SetupStep, type SetupStore } from "./setup-steps.ts";
export { SlowingLimits } from "./slowing-limits.ts";
export { cookieOf, type Visit } from "./visit.ts";
