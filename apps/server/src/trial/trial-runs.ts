import { type AgentRoster, type TrialLines, trialPrefix } from "@jikimi/calls";
import type { Person, Trunk } from "@jikimi/directory";
import type { ToldEvent } from "@jikimi/incidents";
import type { AgentId, CallId, Clock, Log, TrunkId } from "@jikimi/kernel";
import { type Awaited, Director } from "../demo/director.ts";
import { readLines } from "../demo/lines.ts";
import { PhoneProcess } from "../demo/phone-process.ts";
import { policyOf } from "../demo/policy-of-seconds.ts";
import type { Scenario } from "../demo/scenarios.ts";
import { liveBeats } from "./live-scene.ts";

/** The simulated citizen's, in a range that is told apart at once: nobody could take it for a real caller's. */
const citizen = { dialled: "01012345678", number: "+821012345678" };
const maxRuns = 4;
/** Nobody answers, or the agent never dials: the telephone is not kept. */
const longestMs = 10 * 60_000;
const phoneStartMs = 20_000;

export type TrialStarted =
  | { readonly kind: "started"; readonly callNumber: string; readonly dial: string | null }
  | { readonly kind: "refused"; readonly why: "trial-unavailable" | "on-a-call" | "resting" };

export type TrialRunsOptions = {
  /** Where `apps/` and `assets/` lie. */
  readonly root: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly lines: TrialLines;
  readonly roster: Pick<AgentRoster, "presence">;
  readonly journal: { onEvent(listener: (told: ToldEvent) => void): () => void };
  /** Where this server takes calls; the telephone is bound to the same address. */
  readonly server: () => { readonly host: string; readonly port: number };
};

/**
 * The simulated caller on the line of a person who tries it out: a telephone in a process of its own, as in the demo,
 * against this very server. It rings the one who asked, or is rung by them; its words are committed, its voice is
 * synthetic, and everything that Jikimi does with it is real.
 */
export class TrialRuns implements AsyncDisposable {
  readonly #options: TrialRunsOptions;
  readonly #runs = new Map<AgentId, AbortController>();
  readonly #over = new Set<Promise<void>>();

  constructor(options: TrialRunsOptions) {
    this.#options = options;
  }

  /** Resolves when the caller rings, or waits to be rung. */
  async start(person: Person, scenario: Scenario): Promise<TrialStarted> {
    const presence = this.#options.roster.presence(person.id);
    if (presence.kind === "protected-rest") return { kind: "refused", why: "resting" };
    if (presence.kind === "talking" || presence.kind === "ringing") return { kind: "refused", why: "on-a-call" };
    const isFull = this.#runs.size >= maxRuns && !this.#runs.has(person.id);
    if (isFull || (presence.kind !== "ready" && scenario.direction === "inbound")) {
      return { kind: "refused", why: "trial-unavailable" };
    }
    // A trial that was begun and not answered gives way to the next.
    this.#runs.get(person.id)?.abort();
    const stop = new AbortController();
    this.#runs.set(person.id, stop);
    const phone = this.#phone();
    const ready = await phone.until("ready", { withinMs: phoneStartMs });
    if (ready === null || stop.signal.aborted) {
      this.#forget(person.id, stop);
      await phone[Symbol.asyncDispose]();
      this.#options.log.error({ scenario: scenario.name }, "the simulated caller's telephone did not start");
      return { kind: "refused", why: "trial-unavailable" };
    }
    const { dialled, over } = this.#play(person.id, scenario, { phone, sipPort: ready.sipPort, stop });
    this.#over.add(over);
    void over.finally(() => this.#over.delete(over));
    const isInbound = scenario.direction === "inbound";
    if (isInbound) phone.send({ kind: "call", number: dialled });
    return { kind: "started", callNumber: citizen.dialled, dial: isInbound ? null : dialled };
  }

  /** Hangs up every simulated caller. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const stop of this.#runs.values()) stop.abort();
    await Promise.all(this.#over);
  }

  #phone(): PhoneProcess {
    const { root, clock, server } = this.#options;
    const { host, port } = server();
    return new PhoneProcess({
      root,
      clock,
      config: {
        name: "simulated caller",
        user: citizen.dialled,
        displayName: null,
        bindHost: host,
        server: { host, port },
        answerAfterMs: 500,
        heardPath: null,
      },
    });
  }

  #play(
    agentId: AgentId,
    scenario: Scenario,
    { phone, sipPort, stop }: { phone: PhoneProcess; sipPort: number; stop: AbortController },
  ): { dialled: string; over: Promise<void> } {
    const { root, clock, lines, journal, log, server } = this.#options;
    const director = new Director({ clock, actors: { caller: phone, agent: nobody } });
    let callId: CallId | null = null;
    const stopWatching = journal.onEvent((told) => {
      if (told.callId !== callId) return;
      director.saw(told.event.kind as Awaited);
      if (told.event.kind === "ended") director.saw("over");
    });
    const token = lines.open({
      kind: "simulated",
      agentId,
      recognizer: "demo",
      policy: policyOf(scenario),
      callee:
        scenario.direction === "inbound" ? null : { number: citizen.number, trunk: trunkTo(server().host, sipPort) },
      onCall: (id) => {
        callId = id;
      },
    });
    const signal = AbortSignal.any([stop.signal, clock.deadline(longestMs)]);
    const perform = async (): Promise<void> => {
      try {
        await director.play(liveBeats(scenario.beats(await readLines(root, scenario.name))), { signal });
      } catch (cause) {
        log.error({ cause, scenario: scenario.name }, "a trial call could not be played");
      } finally {
        stopWatching();
        lines.close(token);
        this.#forget(agentId, stop);
        await phone[Symbol.asyncDispose]();
      }
    };
    return { dialled: `${trialPrefix}${token}`, over: perform() };
  }

  #forget(agentId: AgentId, stop: AbortController): void {
    if (this.#runs.get(agentId) === stop) this.#runs.delete(agentId);
  }
}

/** The agent is a person: nobody says their lines. */
const nobody = { say: async () => {}, press: () => {}, hangUp: () => {} };

/** The way to the simulated telephone, and to nowhere else. */
function trunkTo(host: string, port: number): Trunk {
  return {
    id: "trial" as TrunkId,
    name: "trial",
    host,
    port,
    transport: "udp",
    route: { kind: "address", sources: [] },
    numberFormat: "national",
    priority: 0,
    active: true,
    hasSecret: false,
  };
}
