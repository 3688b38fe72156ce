import { timingSafeEqual } from "node:crypto";
import type { Directory, Person } from "@jikimi/directory";
import type { Random } from "@jikimi/kernel";
import type { Accounts } from "./accounts.ts";
import { done, type Result, refused } from "./problems.ts";
import type { SlowingLimits } from "./slowing-limits.ts";
import type { Visit } from "./visit.ts";

export type NewAdministrator = {
  readonly username: string;
  readonly displayName: string;
  readonly password: string;
  readonly setupCode?: string | undefined;
};

/**
 * Makes the first administrator, who nobody can be asked for: only from this machine, or with the code that the
 * server printed when it started. Once there is an administrator who can sign in, this door is shut.
 */
export class FirstAdministrator {
  /** Eight characters in two groups, new with each start: 39 bits, and few may be tried. */
  readonly setupCode: string;
  readonly #accounts: Accounts;
  readonly #directory: Pick<Directory, "view" | "addPerson" | "changePassword">;
  readonly #limits: SlowingLimits;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: {
    accounts: Accounts;
    directory: Pick<Directory, "view" | "addPerson" | "changePassword">;
    limits: SlowingLimits;
    random: Random;
  }) {
    this.#accounts = options.accounts;
    this.#directory = options.directory;
    this.#limits = options.limits;
    this.setupCode = makeCode(options.random);
  }

  async isMissing(): Promise<boolean> {
    return (await this.#accounts.administrators()).length === 0;
  }

  /** One at a time: of two who ask at once, the second finds an administrator there. */
  create(visit: Visit, request: NewAdministrator): Promise<Result<Person>> {
    const turn = this.#last.then(() => this.#create(visit, request));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #create(visit: Visit, { username, displayName, password, setupCode }: NewAdministrator) {
    if (!(await this.isMissing())) return refused("already-set-up");
    const refusal = this.#refusalOf(visit, setupCode);
    if (refusal !== null) return refusal;
    const sipUsername = username.toLowerCase();
    const there = this.#directory.view().personByUsername(sipUsername);
    if (there?.role === "administrator" && there.active) return this.#adopt(there, password);
    const request = { sipUsername, displayName, role: "administrator", departmentId: null, password } as const;
    const added = await this.#directory.addPerson(request);
    if (added.kind === "refused") return { kind: "directory-refused", problem: added.problem } as const;
    await this.#accounts.open(added.value.person, password);
    return done(added.value.person);
  }

  /** An administrator from before there were accounts. */
  async #adopt(person: Person, password: string): Promise<Result<Person>> {
    const changed = await this.#directory.changePassword(person.sipUsername, password);
    if (changed.kind === "refused") return { kind: "directory-refused", problem: changed.problem };
    await this.#accounts.open(person, password);
    return done(person);
  }

  #refusalOf({ local, source }: Visit, given: string | undefined) {
    if (local) return null;
    if (given === undefined || given === "") return refused("setup-code-required");
    const slowing = { free: 5, firstWaitMs: 5000, longestWaitMs: 15 * 60_000, forgiven: true } as const;
    const attempt = this.#limits.begin([{ ...slowing, name: `setup ${source}` }]);
    if (attempt.kind === "wait") return refused("too-many-attempts", { retryAfterMs: attempt.forMs });
    if (!isSame(given, this.setupCode)) return refused("setup-code-required");
    attempt.succeeded();
    return null;
  }
}

/** However it was typed: in small letters, without the hyphen, with spaces. */
function isSame(given: string, wanted: string): boolean {
  const one = Buffer.from(given.toUpperCase().replaceAll(/[^A-Z0-9]/g, ""), "utf8");
  const other = Buffer.from(wanted.replace("-", ""), "utf8");
  return one.length === other.length && timingSafeEqual(one, other);
}

function makeCode(random: Random): string {
  const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  const letters = Array.from({ length: 8 }, () => alphabet[random.integer(alphabet.length)] ?? "A").join("");
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
