import { aesSecretSeal, Directory, type Role } from "@jikimi/directory";
import { MemoryDirectoryStore } from "@jikimi/directory/testing";
import { type AgentId, ManualClock, SeededRandom, silentLog } from "@jikimi/kernel";
import { Accounts } from "../src/accounts.ts";
import { FirstAdministrator } from "../src/first-administrator.ts";
import { Identity } from "../src/identity.ts";
import { KnownDevices } from "../src/known-devices.ts";
import { PasswordChecks } from "../src/password-checks.ts";
import { Sessions } from "../src/sessions.ts";
import { SlowingLimits } from "../src/slowing-limits.ts";
import { MemoryAccountStore } from "./memory-account-store.ts";
import { MemoryBrowserSessions } from "./memory-browser-sessions.ts";
import { PlainHasher } from "./plain-hasher.ts";

/** A whole identity service on fakes: one organisation, nobody in it yet. */
export async function openHouse() {
  const clock = new ManualClock();
  const random = new SeededRandom(11);
  const key = new Uint8Array(32).fill(5);
  const seal = aesSecretSeal({ key, random });
  const directory = await Directory.open({
    store: new MemoryDirectoryStore(),
    seal,
    checkPolicy: () => [],
    clock,
    random,
    log: silentLog,
  });
  await directory.setOrganisation({
    names: { ko: "기관", en: "Office" },
    language: "ko",
    timeZone: "Asia/Seoul",
    sipRealm: "jikimi",
  });
  const store = new MemoryAccountStore();
  const hasher = new PlainHasher();
  const checks = new PasswordChecks(hasher, "nobody's");
  const accounts = new Accounts({ store, checks, directory, seal, key, clock, random, log: silentLog });
  const browsers = new MemoryBrowserSessions(store, clock);
  const onCall = new Set<AgentId>();
  const sessions = new Sessions({
    browsers,
    store,
    directory: () => directory.view(),
    onCall: (personId) => onCall.has(personId),
    clock,
    log: silentLog,
  });
  const limits = new SlowingLimits({ clock });
  const devices = new KnownDevices({ key, clock, random });
  const parts = { accounts, sessions, store, passkeys: browsers, limits, devices, directory, log: silentLog };
  const identity = new Identity(parts);
  const firstAdministrator = new FirstAdministrator({ accounts, directory, limits, random });

  /** A person, with an account when there is a password. */
  const hire = async (sipUsername: string, password: string | null, role: Role = "agent") => {
    const name = { displayName: `${sipUsername}님`, departmentId: null };
    const added = await directory.addPerson({ ...name, sipUsername, role, password: password ?? "desk telephone" });
    if (added.kind === "refused") throw new Error(added.problem.code);
    if (password !== null) await accounts.open(added.value.person, password);
    return added.value.person;
  };
  return { clock, directory, store, hasher, checks, accounts, sessions, identity, firstAdministrator, onCall, hire };
}
