import type { Timer } from "@jikimi/kernel";
import type { Binding, Flow } from "@jikimi/sip";
import { announce, plainEvents } from "./announce.ts";
import type { AgentKeeping, Call } from "./call.ts";
import type { CallDeps } from "./call-deps.ts";
import { isPage } from "./is-page.ts";
import { watchAgentOffers } from "./renegotiation.ts";
import { type RingResult, ringAgent } from "./ring-agent.ts";
import { watchTransfers } from "./transfer.ts";

/** Says to a page which call it is asked back into: it answers by itself. */
export const resumeHeader = "X-Jikimi-Resume";

/** How long a caller is kept for an agent whose page is gone. */
export const agentGraceMs = 45_000;
/** A connection that closed while the voice goes on is no loss yet: looked at this often. */
const soundCheckMs = 1000;
/** A page that was heard within this time is there. */
const soundFreshMs = 600;
/** A page answers by itself; one that does not within this time is asked again. */
const resumeAnswerMs = 10_000;
const resumeRetryMs = 2000;

/** Why the agent's page counts as lost. */
type LostWhy = "connection-closed" | "no-audio" | "connection-lost" | "media-lost";

type State =
  | { readonly kind: "attached" }
  | { readonly kind: "doubtful"; readonly check: Timer }
  | { readonly kind: "lost"; readonly sinceMs: number; readonly grace: Timer }
  | { readonly kind: "over" };

/**
 * Keeps a call for an agent whose browser is gone for a while: reloaded, closed, out of reach. A desk telephone needs
 * none of it: it does not vanish with a connection.
 *
 * ```
 *             connection closed                 nothing heard
 *   attached ───────────────────▶ doubtful ────────────────────▶ lost ──45 s──▶ over: said, then ended
 *    ▲  │  ▲                         │          silence reported ─┘ │
 *    │  │  └──── heard again ────────┼──────────────────────────────┤
 *    │  └─ another tab takes it ─┐   │ page registers               │ page registers
 *    └────────── it answers ─────┴───┴──────────────────────────────┘
 * ```
 *
 * A page that registers is sent a new INVITE which names the call; when it answers, its leg takes the agent's place.
 * Until then nothing is taken down: a tab that takes the call over does so without a gap. While the agent is away the
 * caller hears music, recording, hearing, protection and the clock go on.
 */
export class AgentLine implements AgentKeeping {
  readonly #call: Call;
  readonly #deps: CallDeps;
  readonly #stopWatching: (() => void)[] = [];
  #state: State = { kind: "attached" };
  /** The page that is being asked, and the one to be asked after it. */
  #asking: Binding | null = null;
  #next: Binding | null = null;

  private constructor(call: Call, deps: CallDeps) {
    this.#call = call;
    this.#deps = deps;
  }

  /** Watches until the call is over. */
  static watch(call: Call, deps: CallDeps): AgentLine {
    const line = new AgentLine(call, deps);
    line.#start();
    return line;
  }

  #start(): void {
    const { signalling, phones, media } = this.#deps;
    const { ended } = this.#call;
    this.#stopWatching.push(
      signalling.userAgent.onFlowClosed((flow) => this.#flowClosed(flow)),
      phones.onPage(({ agentId, binding }) => {
        if (agentId === this.#call.agentId) this.#pageCame(binding);
      }),
      media.onEvent((event) => {
        if (event.kind === "rtp-timeout" && this.#isPageLeg(event.legId)) this.#lose("no-audio");
        else if (event.kind === "rtp-resumed" && this.#isPageLeg(event.legId)) this.#heardAgain();
      }),
    );
    ended.addEventListener("abort", () => this.#stop(), { once: true });
    // It may have gone while the notice played.
    const source = this.#call.leg("agent")?.dialog.source;
    if (source !== undefined && !signalling.userAgent.isFlowOpen(source)) this.#flowClosed(source);
  }

  get isAway(): boolean {
    return this.#state.kind === "lost";
  }

  dialogLost(): boolean {
    if (!this.#isPage) return false;
    this.#lose("connection-lost");
    return true;
  }

  mediaLost(): boolean {
    if (!this.#isPage) return false;
    this.#lose("media-lost");
    return true;
  }

  handedOver(): void {
    if (this.#state.kind !== "over") this.#settle({ kind: "attached" });
    this.#next = null;
  }

  get #isPage(): boolean {
    const leg = this.#call.leg("agent");
    return leg !== null && isPage(leg.dialog.source);
  }

  #isPageLeg(legId: string): boolean {
    return this.#isPage && this.#call.leg("agent")?.legId === legId;
  }

  #flowClosed(flow: Flow): void {
    const leg = this.#call.leg("agent");
    if (this.#state.kind !== "attached" || leg === null || !isPage(flow)) return;
    if (leg.dialog.source.connectionId === flow.connectionId) this.#doubt();
  }

  /** The voice does not need the connection: as long as it comes, two people are talking. */
  #doubt(): void {
    const check = this.#deps.clock.after(soundCheckMs, () => {
      void this.#isHeard().then((heard) => {
        if (this.#state.kind !== "doubtful" || this.#state.check !== check) return;
        if (heard) this.#doubt();
        else this.#lose("connection-closed");
      });
    });
    this.#state = { kind: "doubtful", check };
  }

  async #isHeard(): Promise<boolean> {
    const { media, clock } = this.#deps;
    const legId = this.#call.leg("agent")?.legId;
    const legs = await media.stats(this.#call.id).catch(() => []);
    const lastMs = legs.find((leg) => leg.legId === legId)?.lastPacketAtMs ?? null;
    return lastMs !== null && clock.nowMs() - lastMs < soundFreshMs;
  }

  #lose(why: LostWhy): void {
    const { kind } = this.#state;
    if (kind === "lost" || kind === "over" || this.#call.ended.aborted) return;
    const { clock } = this.#deps;
    const grace = clock.after(agentGraceMs, () => void this.#giveUp());
    this.#settle({ kind: "lost", sinceMs: clock.monotonicMs(), grace });
    this.#call.tell({ kind: "agent-lost", agentId: this.#call.agentId, why, graceMs: agentGraceMs });
    void this.#call.conversation?.setApart("agent-away", true);
    const page = this.#registeredPage();
    if (page !== null) this.#ask(page);
  }

  /** The same page is back on the same leg: the network was gone, not the browser. */
  #heardAgain(): void {
    if (this.#state.kind === "lost" && !this.#call.leg("agent")?.gone) this.#returned();
  }

  #pageCame(binding: Binding): void {
    const leg = this.#call.leg("agent");
    if (this.#state.kind === "over" || leg === null || !isPage(leg.dialog.source)) return;
    if (this.#state.kind === "attached" && leg.dialog.source.connectionId === binding.flow.connectionId) return;
    this.#ask(binding);
  }

  /** One page at a time, the newest last. */
  #ask(binding: Binding): void {
    if (this.#asking !== null) {
      this.#next = binding;
      return;
    }
    this.#asking = binding;
    void this.#resume(binding)
      .catch((cause: unknown) => this.#call.log.warn({ cause }, "a page could not be asked back into its call"))
      .finally(() => {
        this.#asking = null;
        const next = this.#next;
        this.#next = null;
        if (next !== null) this.#ask(next);
        else if (this.#state.kind === "lost") this.#askAgainLater();
      });
  }

  #askAgainLater(): void {
    this.#deps.clock.after(resumeRetryMs, () => {
      const page = this.#registeredPage();
      if (this.#state.kind === "lost" && this.#asking === null && page !== null) this.#ask(page);
    });
  }

  /** The agent's page that can be reached, if it is not the one that was lost. */
  #registeredPage(): Binding | null {
    const { agentId } = this.#call;
    const person = agentId === null ? null : this.#deps.directory().person(agentId);
    if (person === null) return null;
    const { userAgent } = this.#deps.signalling;
    const pages = this.#deps.phones.lookup(person).filter(({ flow }) => isPage(flow) && userAgent.isFlowOpen(flow));
    const leg = this.#call.leg("agent");
    const gone = leg?.gone ?? true;
    return pages.find(({ flow }) => gone || flow.connectionId !== leg?.dialog.source.connectionId) ?? null;
  }

  async #resume(binding: Binding): Promise<void> {
    const { agentId, ended, id } = this.#call;
    const person = agentId === null ? null : this.#deps.directory().person(agentId);
    if (person === null || ended.aborted) return;
    const signal = AbortSignal.any([ended, this.#deps.clock.deadline(resumeAnswerMs)]);
    const headers = [[resumeHeader, id]] as const;
    const rung = await ringAgent(this.#call, person, this.#deps, { signal, only: [binding], headers });
    if (rung.kind !== "answered") return;
    if (ended.aborted || this.#state.kind === "over" || this.#call.agentId !== agentId) {
      await rung.dialog.bye();
      await this.#deps.media.release({ callId: id, legId: rung.legId }).catch(() => {});
      return;
    }
    await this.#takePlace(rung);
  }

  /** The new leg is heard and hears before the old one goes. */
  async #takePlace({ legId, dialog }: Extract<RingResult, { kind: "answered" }>): Promise<void> {
    const call = this.#call;
    const { media, hearing, recordings } = this.#deps;
    const before = call.leg("agent");
    call.seat("agent", legId, dialog);
    if (call.conversation?.isApart("telephone-holds")) await call.conversation.setApart("telephone-holds", false);
    if (this.#state.kind === "lost") this.#returned();
    else {
      this.#settle({ kind: "attached" });
      call.tell({ kind: "agent-moved", agentId: call.agentId });
      await call.conversation?.arrange();
    }
    watchAgentOffers(call, this.#deps);
    watchTransfers(call, this.#deps);
    if (recordings.isOn(call.id)) {
      await media.assignRecordingChannel({ callId: call.id, channel: "agent", legId }).catch((cause: unknown) => {
        call.log.error({ cause }, "the agent who came back is not recorded");
      });
    }
    await hearing.follow(call, "agent");
    if (before === null) return;
    await media.release({ callId: call.id, legId: before.legId }).catch(() => {});
    void before.dialog.bye({ reason: { protocol: "SIP", cause: 200, text: "Call completed elsewhere" } });
  }

  #returned(): void {
    if (this.#state.kind !== "lost") return;
    const awayMs = Math.round(this.#deps.clock.monotonicMs() - this.#state.sinceMs);
    this.#settle({ kind: "attached" });
    this.#call.tell({ kind: "agent-returned", agentId: this.#call.agentId, awayMs });
    void this.#call.conversation?.setApart("agent-away", false);
  }

  /** Nobody came back: the caller is told so, and let go. */
  async #giveUp(): Promise<void> {
    const call = this.#call;
    this.#settle({ kind: "over" });
    await call.played.quiet(call.id);
    const legId = call.leg("caller")?.legId;
    if (legId !== undefined && !call.ended.aborted) {
      const events = plainEvents("service-fault");
      const request = { name: "service-fault", legIds: [legId], events } as const;
      await announce(call, request, this.#deps.sounds, { signal: call.ended });
    }
    call.finish({ by: "jikimi", reason: "connection-lost" });
  }

  #settle(state: State): void {
    if (this.#state.kind === "doubtful") this.#state.check.cancel();
    if (this.#state.kind === "lost") this.#state.grace.cancel();
    this.#state = state;
  }

  #stop(): void {
    for (const stop of this.#stopWatching.splice(0)) stop();
    this.#settle({ kind: "over" });
  }
}
