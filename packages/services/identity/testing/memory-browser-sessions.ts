import type { AgentId, Clock, EpochMs } from "@jikimi/kernel";
import type { BrowserSessions, PasskeyCeremonies, Session } from "../src/ports.ts";
import { cookieOf, type Visit } from "../src/visit.ts";
import type { MemoryAccountStore } from "./memory-account-store.ts";

const cookieName = "test.session";

/** Sessions in cookies without a signature, and passkeys that are their own proof: `{ id }` answers any challenge. */
export class MemoryBrowserSessions implements BrowserSessions, PasskeyCeremonies {
  readonly #store: MemoryAccountStore;
  readonly #clock: Clock;
  #count = 0;

  constructor(store: MemoryAccountStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async open(personId: AgentId, visit: Visit): Promise<Session> {
    if (this.#store.failing) throw new Error("the database does not answer");
    this.#count += 1;
    const nowMs = this.#clock.nowMs();
    const session = { id: `session-${this.#count}`, personId, openedAtMs: nowMs, seenAtMs: nowMs };
    this.#store.sessions.set(session.id, { ...session });
    visit.setCookie(`${cookieName}=${session.id}; Path=/; HttpOnly; SameSite=Lax`);
    return session;
  }

  claimed(visit: Visit): string | null {
    return cookieOf(visit.cookies, cookieName);
  }

  async read(visit: Visit): Promise<Session | null> {
    if (this.#store.failing) throw new Error("the database does not answer");
    const found = this.#store.sessions.get(this.claimed(visit) ?? "");
    if (found === undefined) return null;
    return { ...found, openedAtMs: found.openedAtMs as EpochMs, seenAtMs: found.seenAtMs as EpochMs };
  }

  forget(visit: Visit): void {
    visit.setCookie(`${cookieName}=; Max-Age=0; Path=/`);
  }

  offeredAt(origin: string): boolean {
    return origin.startsWith("https:");
  }

  async begin(_visit: Visit, label: string) {
    return { user: { name: label } };
  }

  async add(visit: Visit, response: unknown, name: string): Promise<"added" | "refused"> {
    const session = await this.read(visit);
    const id = idIn(response);
    if (session === null || id === null) return "refused";
    const passkey = { id, name, createdAtMs: this.#clock.nowMs() };
    this.#store.passkeys.set(id, { personId: session.personId, passkey });
    return "added";
  }

  async beginSignIn() {
    return { challenge: "any" };
  }

  async signIn(visit: Visit, response: unknown): Promise<Session | null> {
    const found = this.#store.passkeys.get(idIn(response) ?? "");
    return found === undefined ? null : this.open(found.personId, visit);
  }
}

function idIn(response: unknown): string | null {
  return typeof response === "object" && response !== null && "id" in response ? String(response.id) : null;
}
