import { type AgentId, type Clock, type EpochMs, Listeners, type Log, type Timer } from "@jikimi/kernel";
import type { Binding, Flow } from "@jikimi/sip";

/** Who is at the other end of a page's connection, as its session proved when the connection was opened. */
export type PageOwner = {
  readonly agentId: AgentId;
  readonly sessionId: string;
  /** The browser tab's own name for itself; it keeps it over a reload. */
  readonly tab: string;
};

/** What a page is told of its person's telephones. */
export type PhoneView = {
  readonly holder: "this-tab" | "other-tab" | "nobody";
  /** The tab that is the telephone is registered: calls can come. */
  readonly registered: boolean;
  /** Telephones registered besides the browser's. */
  readonly otherPhones: number;
};

/** What this needs of the registrar. */
export type PhoneBindings = {
  lookup(agentId: AgentId): readonly Binding[];
  withdraw(binding: Binding): void;
};

/** A tab that closes or reloads stays the telephone this long before another may become it unasked. */
export const tabGraceMs = 10_000;

type Page = { readonly flow: Flow; readonly owner: PageOwner; signedOut: boolean };
type Holder = { readonly tab: string; forget: Timer | null };

/**
 * The pages that are somebody's telephone. Of one person's tabs one is the telephone: the first that registers, and
 * from then on whichever asked for it last. Another tab's registration is refused, so that opening a second tab takes
 * nothing away; the one that loses the telephone is told.
 *
 * ```
 *   nobody ──a tab registers, or takes it──▶ held by a tab ──another takes it──▶ held by the other
 *      ▲                                           │
 *      └──── its registration is gone for 10 s ────┘
 * ```
 */
export class BrowserPhones {
  readonly #clock: Clock;
  readonly #bindings: PhoneBindings;
  readonly #pages = new Map<string, Page>();
  readonly #holders = new Map<AgentId, Holder>();
  readonly #changes: Listeners<{ readonly agentId: AgentId }>;
  readonly #taken: Listeners<{ readonly agentId: AgentId; readonly tab: string; readonly atMs: EpochMs }>;

  constructor({ clock, bindings, log }: { clock: Clock; bindings: PhoneBindings; log: Log }) {
    this.#clock = clock;
    this.#bindings = bindings;
    const onFailure = (failure: unknown) => log.error({ failure }, "a listener of browser telephones failed");
    this.#changes = new Listeners(onFailure);
    this.#taken = new Listeners(onFailure);
  }

  /** `PhoneView` of this person may have changed. */
  onChange(listener: (change: { readonly agentId: AgentId }) => void): () => void {
    return this.#changes.add(listener);
  }

  /** This tab was the telephone and is no longer, because another one asked. */
  onTaken(
    listener: (taken: { readonly agentId: AgentId; readonly tab: string; readonly atMs: EpochMs }) => void,
  ): () => void {
    return this.#taken.add(listener);
  }

  view(agentId: AgentId, tab: string | null): PhoneView {
    const bindings = this.#bindings.lookup(agentId);
    const holder = this.#holders.get(agentId);
    const ofTab = (binding: Binding) => this.ownerOf(binding.flow)?.tab;
    return {
      holder: holder === undefined ? "nobody" : holder.tab === tab ? "this-tab" : "other-tab",
      registered: holder !== undefined && bindings.some((binding) => ofTab(binding) === holder.tab),
      otherPhones: bindings.filter((binding) => ofTab(binding) === undefined).length,
    };
  }

  /** The person asks for the telephone in this tab: the newest such wish wins. */
  take(agentId: AgentId, tab: string): void {
    const before = this.#holders.get(agentId);
    before?.forget?.cancel();
    this.#hold(agentId, tab);
    for (const binding of this.#bindings.lookup(agentId)) {
      const owner = this.ownerOf(binding.flow);
      if (owner !== null && owner.tab !== tab) this.#bindings.withdraw(binding);
    }
    if (before !== undefined && before.tab !== tab) {
      this.#taken.emit({ agentId, tab: before.tab, atMs: this.#clock.nowMs() });
    }
    if (!this.view(agentId, tab).registered) this.#forgetLater(agentId);
    this.#changes.emit({ agentId });
  }

  /** A page has connected, and its session says whose it is. */
  opened(flow: Flow, owner: PageOwner): void {
    if (flow.connectionId !== null) this.#pages.set(flow.connectionId, { flow, owner, signedOut: false });
  }

  /** After the registrar has heard of it. */
  closed(flow: Flow): void {
    if (flow.connectionId !== null) this.#pages.delete(flow.connectionId);
  }

  /** Null: no page of a session's, or one that has been signed out. */
  ownerOf(flow: Flow): PageOwner | null {
    return flow.connectionId === null ? null : (this.#pages.get(flow.connectionId)?.owner ?? null);
  }

  /** Why this page may not be a telephone now; null: it may. */
  refusalOf(flow: Flow): "signed-out" | "another-tab" | null {
    const page = flow.connectionId === null ? undefined : this.#pages.get(flow.connectionId);
    if (page === undefined || page.signedOut) return "signed-out";
    const holder = this.#holders.get(page.owner.agentId);
    return holder === undefined || holder.tab === page.owner.tab ? null : "another-tab";
  }

  /** A session is over: its pages are no telephones any more. A call that is on goes on. */
  sessionEnded(sessionId: string): void {
    for (const page of this.#pages.values()) {
      if (page.owner.sessionId !== sessionId || page.signedOut) continue;
      page.signedOut = true;
      const { agentId } = page.owner;
      for (const binding of this.#bindings.lookup(agentId)) {
        if (binding.flow.connectionId === page.flow.connectionId) this.#bindings.withdraw(binding);
      }
    }
  }

  /** Tells what the registrar says. */
  registered(agentId: AgentId, binding: Binding): void {
    const owner = this.ownerOf(binding.flow);
    if (owner !== null) {
      this.#holders.get(agentId)?.forget?.cancel();
      this.#hold(agentId, owner.tab);
      this.#supersede(agentId, owner.tab, binding);
    }
    this.#changes.emit({ agentId });
  }

  unregistered(agentId: AgentId): void {
    const holder = this.#holders.get(agentId);
    if (holder !== undefined && !this.view(agentId, null).registered) this.#forgetLater(agentId);
    this.#changes.emit({ agentId });
  }

  #hold(agentId: AgentId, tab: string): void {
    this.#holders.set(agentId, { tab, forget: null });
  }

  #forgetLater(agentId: AgentId): void {
    const holder = this.#holders.get(agentId);
    if (holder === undefined) return;
    holder.forget?.cancel();
    holder.forget = this.#clock.after(tabGraceMs, () => {
      if (this.#holders.get(agentId) !== holder) return;
      this.#holders.delete(agentId);
      this.#changes.emit({ agentId });
    });
  }

  /** A page that came back has a new address; what its tab had before leads nowhere. */
  #supersede(agentId: AgentId, tab: string, newest: Binding): void {
    for (const binding of this.#bindings.lookup(agentId)) {
      const isOld = binding.flow.connectionId !== newest.flow.connectionId;
      if (isOld && this.ownerOf(binding.flow)?.tab === tab) this.#bindings.withdraw(binding);
    }
  }
}
