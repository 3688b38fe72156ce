import { hostname } from "node:os";
import type { Database } from "@jikimi/database";
import { aesSecretSeal, type Directory } from "@jikimi/directory";
import {
  Accounts,
  absoluteLimitMs,
  callGraceMs,
  FirstAdministrator,
  Identity,
  KnownDevices,
  PasswordChecks,
  Sessions,
  SlowingLimits,
} from "@jikimi/identity";
import type { AgentId, Clock, EpochMs, Log, Random } from "@jikimi/kernel";
import type { Keyring } from "@jikimi/recording";
import { argon2Hasher, openSessions } from "@jikimi/sign-in";
import type { Config } from "./config/index.ts";
import { Addresses } from "./http/address.ts";
import { visitOf } from "./http-side.ts";
import type { WhoAsks } from "./who-asks.ts";

type Kept = { readonly database: Database; readonly directory: Directory; readonly keyring: Keyring };
type Tools = { readonly clock: Clock; readonly random: Random; readonly log: Log };

const sweepEveryMs = 6 * 3_600_000;

/** Accounts, whether or not a server runs. */
export function openAccounts({ database, directory, keyring }: Kept, { clock, random, log }: Tools) {
  const checks = new PasswordChecks(argon2Hasher, random.hex(16));
  return new Accounts({
    store: database.accounts,
    checks,
    directory,
    seal: aesSecretSeal({ key: keyring.derive("second factors"), random }),
    key: keyring.derive("backup codes"),
    clock,
    random,
    log,
  });
}

export type SignIn = {
  readonly identity: Identity;
  readonly firstAdministrator: FirstAdministrator;
  readonly addresses: Addresses;
  readonly authenticate: WhoAsks;
};

/** Everything that signing in over HTTP needs. `onCall`: whose session waits with its end. */
export async function openSignIn(
  kept: Kept & { readonly accounts: Accounts },
  tools: Tools & { readonly config: Config; readonly onCall: (personId: AgentId) => boolean },
): Promise<SignIn> {
  const { database, directory, keyring, accounts } = kept;
  const { clock, random, log, config, onCall } = tools;
  const secret = Buffer.from(keyring.derive("session cookies")).toString("base64url");
  const browsers = await openSessions({ tables: database.signIn, secret, random, log });
  const limits = new SlowingLimits({ clock });
  const identity = new Identity({
    accounts,
    sessions: new Sessions({
      browsers,
      store: database.accounts,
      directory: () => directory.view(),
      onCall,
      clock,
      log,
    }),
    store: database.accounts,
    passkeys: browsers,
    limits,
    devices: new KnownDevices({ key: keyring.derive("known devices"), clock, random }),
    directory,
    log,
  });
  const firstAdministrator = new FirstAdministrator({ accounts, directory, limits, random });
  const { publicUrl, trustedProxies } = config;
  const machine = hostname().toLowerCase();
  const addresses = new Addresses({ publicUrl, trustedProxies, names: [machine, `${machine}.local`] });
  await accounts.ready();
  sweep(database, { clock, log });
  return {
    identity,
    firstAdministrator,
    addresses,
    authenticate: async (request) => {
      const address = addresses.read(request);
      return address === null ? null : identity.whoAsks(visitOf(request, address, () => {}));
    },
  };
}

/** Sessions that nobody can use any more are not kept. */
function sweep(database: Database, { clock, log }: { clock: Clock; log: Log }): void {
  const before = (clock.nowMs() - absoluteLimitMs - callGraceMs) as EpochMs;
  database.accounts
    .removeSessionsBefore(before)
    .catch((failure: unknown) => log.warn({ failure: String(failure) }, "old sessions could not be swept away"));
  clock.after(sweepEveryMs, () => sweep(database, { clock, log }));
}
