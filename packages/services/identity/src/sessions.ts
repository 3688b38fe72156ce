import type { DirectoryView, Person } from "@jikimi/directory";
import type { AgentId, Clock, Log } from "@jikimi/kernel";
import { storeError, storeFailed } from "./errors.ts";
import type { AccountStore, BrowserSessions, Session } from "./ports.ts";
import type { Principal } from "./principal.ts";
import type { Visit } from "./visit.ts";

/** A long shift. After it one signs in anew, but not in the middle of a call. */
export const absoluteLimitMs = 12 * 3_600_000;
/** A browser that asked nothing for so long, and has no page open that follows the desk, is signed out. */
const idleLimitMs = 2 * 3_600_000;
/** No call lasts longer than this beyond a session's end. */
export const callGraceMs = 4 * 3_600_000;

/** How long a session's word is taken without asking the store again. */
const trustMs = 30_000;
const seenEveryMs = 60_000;
const sweepEveryMs = 15_000;
const mostRemembered = 10_000;

export type WhyOver = "expired" | "signed-out" | "deactivated";

type Remembered = { session: Session; seenAtMs: number; writtenAtMs: number; checkedAtMs: number };
type Watcher = { readonly session: Session; readonly onOver: (why: WhyOver) => void };

export type SessionsOptions = {
  readonly browsers: BrowserSessions;
  readonly store: Pick<AccountStore, "sessionSeen" | "closeSession" | "closeSessionsOf">;
  readonly directory: () => DirectoryView;
  /** Whether a person is on a call: their session waits with its end. */
  readonly onCall: (personId: AgentId) => boolean;
  readonly clock: Clock;
  readonly log: Log;
};

/**
 * Sessions as the server goes by them. The store is asked at most every 30 s for each; while it does not answer,
 * sessions that were good stay good, so that somebody can still end a call when the database is gone. Whose session
 * it is, is looked up in the directory each time: who was deactivated or given another role, is so at once.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #remembered = new Map<string, Remembered>();
  readonly #watchers = new Set<Watcher>();
  #sweeping = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Who a visit is from; null: nobody. Throws `store-failed` when the store does not answer about an unknown session. */
  async whoAsks(visit: Visit): Promise<Principal | null> {
    const session = await this.current(visit);
    return session === null ? null : this.#principal(session);
  }

  async current(visit: Visit): Promise<Session | null> {
    const { browsers, clock } = this.#options;
    const claimed = browsers.claimed(visit);
    if (claimed === null) return null;
    const nowMs = clock.nowMs();
    const known = this.#remembered.get(claimed);
    const fresh = known !== undefined && nowMs - known.checkedAtMs < trustMs ? known : await this.#read(claimed, visit);
    if (fresh === null) return null;
    const over = this.#whyOver(fresh.session, Math.max(fresh.seenAtMs, fresh.session.seenAtMs));
    if (over !== null) {
      await this.#end(fresh.session.id, over);
      return null;
    }
    this.#seen(fresh, nowMs);
    return fresh.session;
  }

  async open(personId: AgentId, visit: Visit): Promise<Session> {
    return this.#options.browsers.open(personId, visit).catch(storeFailed);
  }

  /** Signs this browser out. Another that copied its cookie is out as well. */
  async signOut(visit: Visit): Promise<void> {
    const session = await this.current(visit).catch(() => null);
    if (session !== null) await this.#end(session.id, "signed-out");
    this.#options.browsers.forget(visit);
  }

  /** Takes the cookie away; the session itself is not touched. */
  forget(visit: Visit): void {
    this.#options.browsers.forget(visit);
  }

  async endAllOf(personId: AgentId, { except }: { except: string | null }): Promise<void> {
    const ours = [...this.#remembered.values(), ...this.#watchers].map(({ session }) => session);
    await this.#options.store.closeSessionsOf(personId, { except }).catch(storeFailed);
    for (const { id } of ours.filter((session) => session.personId === personId && session.id !== except)) {
      this.#over(id, "signed-out");
    }
  }

  /**
   * For a page that follows its desk: `onOver` is called once, when the session is over for whatever reason. A page
   * that follows counts as being there, so that nobody who waits for calls is signed out. Returns the way to stop.
   */
  watch(sessionId: string, onOver: (why: WhyOver) => void): () => void {
    const session = [...this.#remembered.values()].find((one) => one.session.id === sessionId)?.session;
    if (session === undefined) {
      queueMicrotask(() => onOver("signed-out"));
      return () => {};
    }
    const watcher = { session, onOver };
    this.#watchers.add(watcher);
    this.#sweepLater();
    return () => this.#watchers.delete(watcher);
  }

  async #read(claimed: string, visit: Visit): Promise<Remembered | null> {
    const { browsers, clock, log } = this.#options;
    const known = this.#remembered.get(claimed);
    let session: Session | null;
    try {
      session = await browsers.read(visit);
    } catch (cause) {
      if (known === undefined) throw storeError(cause);
      log.warn({ sessionId: known.session.id }, "sessions cannot be read; one that was good stays good");
      this.#remembered.set(claimed, { ...known, checkedAtMs: clock.nowMs() });
      return known;
    }
    this.#remembered.delete(claimed);
    if (session === null) {
      if (known !== undefined) this.#over(known.session.id, "signed-out");
      return null;
    }
    const seenAtMs = Math.max(session.seenAtMs, known?.seenAtMs ?? 0);
    const fresh = { session, seenAtMs, writtenAtMs: session.seenAtMs, checkedAtMs: clock.nowMs() };
    this.#remembered.set(claimed, fresh);
    const oldest = this.#remembered.keys().next();
    if (this.#remembered.size > mostRemembered && !oldest.done) this.#remembered.delete(oldest.value);
    return fresh;
  }

  #principal({ id, personId }: Session): Principal | null {
    const person = this.#options.directory().person(personId);
    return person === null || !person.active ? null : principalOf(person, id);
  }

  #whyOver({ personId, openedAtMs }: Session, seenAtMs: number): WhyOver | null {
    const { clock, directory, onCall } = this.#options;
    if (directory().person(personId)?.active !== true) return "deactivated";
    const ageMs = clock.nowMs() - openedAtMs;
    const late = ageMs > absoluteLimitMs || clock.nowMs() - seenAtMs > idleLimitMs;
    if (!late) return null;
    return onCall(personId) && ageMs < absoluteLimitMs + callGraceMs ? null : "expired";
  }

  #seen(remembered: Remembered, nowMs: number): void {
    const { store, log } = this.#options;
    remembered.seenAtMs = nowMs;
    if (nowMs - remembered.writtenAtMs < seenEveryMs) return;
    remembered.writtenAtMs = nowMs;
    store
      .sessionSeen(remembered.session.id, nowMs as Session["seenAtMs"])
      .catch(() => log.warn({ sessionId: remembered.session.id }, "that a session is in use could not be kept"));
  }

  async #end(sessionId: string, why: WhyOver): Promise<void> {
    this.#over(sessionId, why);
    await this.#options.store.closeSession(sessionId).catch(storeFailed);
  }

  #over(sessionId: string, why: WhyOver): void {
    for (const [claimed, { session }] of this.#remembered) {
      if (session.id === sessionId) this.#remembered.delete(claimed);
    }
    for (const watcher of [...this.#watchers]) {
      if (watcher.session.id !== sessionId) continue;
      this.#watchers.delete(watcher);
      watcher.onOver(why);
    }
  }

  #sweepLater(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    this.#options.clock.after(sweepEveryMs, () => {
      this.#sweeping = false;
      this.#sweep();
      if (this.#watchers.size > 0) this.#sweepLater();
    });
  }

  #sweep(): void {
    const nowMs = this.#options.clock.nowMs();
    const watched = new Set([...this.#watchers].map(({ session }) => session.id));
    for (const remembered of this.#remembered.values()) {
      if (watched.has(remembered.session.id)) this.#seen(remembered, nowMs);
    }
    for (const { session } of [...this.#watchers]) {
      const why = this.#whyOver(session, nowMs);
      if (why !== null) this.#end(session.id, why).catch(() => {});
    }
  }
}

function principalOf({ id, role }: Person, sessionId: string): Principal {
  return { kind: "person", personId: id, role, sessionId };
}
