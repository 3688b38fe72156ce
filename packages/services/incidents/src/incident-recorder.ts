import { type CallId, type Clock, type IncidentId, type Log, makeId, type Random } from "@jikimi/kernel";
import type { Durability, IncidentRecorder, IncidentStart, OpenIncident } from "./api.ts";
import { toJson } from "./canonical-json.ts";
import type { SpoolingJournal } from "./spooling-journal.ts";
import type { CallChange, JournalEvent, Json } from "./types.ts";

/** Incidents as entries of their call's journal: one chain, one spool, one order. */
export class JournaledIncidents implements IncidentRecorder {
  readonly #journal: SpoolingJournal;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Log;
  readonly #openWithinMs: number;

  constructor(options: {
    journal: SpoolingJournal;
    clock: Clock;
    random: Random;
    log: Log;
    /** How long an ending may wait for its record to be safe. */
    openWithinMs?: number;
  }) {
    this.#journal = options.journal;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#log = options.log;
    this.#openWithinMs = options.openWithinMs ?? 1000;
  }

  async open(callId: CallId, { atMs, cause, policyId, policyVersion }: IncidentStart): Promise<OpenIncident> {
    const openedAtMs = this.#clock.nowMs();
    const incidentId = makeId("incident", openedAtMs, this.#random) as IncidentId;
    const why = recordable(cause);
    const event = { kind: "incident-opened", atMs, incidentId, cause: why, policyId, policyVersion };
    this.#journal.appendWith(callId, event, ({ seq }) => ({
      change: { policyId, policyVersion },
      incidentOpening: { incidentId, callId, openedAtMs, openedSeq: seq, cause: why, policyId, policyVersion },
    }));
    const durability = await this.#journal.settled({ withinMs: this.#openWithinMs });
    if (durability === "memory") this.#log.error({ callId, incidentId }, "an incident is not yet safe on disk");
    return this.#handle(callId, incidentId, durability);
  }

  #handle(callId: CallId, incidentId: IncidentId, durability: Durability): OpenIncident {
    const journal = this.#journal;
    let closed = false;
    return {
      id: incidentId,
      durability,
      append: <Event extends JournalEvent>(event: Event, change?: CallChange) => journal.append(callId, event, change),
      close: async ({ atMs, outcome }) => {
        if (!closed) {
          closed = true;
          const closedAtMs = this.#clock.nowMs();
          const what = recordable(outcome);
          journal.appendWith(callId, { kind: "incident-closed", atMs, incidentId, outcome: what }, ({ seq }) => ({
            incidentClosing: { incidentId, closedAtMs, closedSeq: seq, outcome: what },
          }));
        }
        return journal.settled({ withinMs: this.#openWithinMs });
      },
    };
  }
}

function recordable(value: unknown): Json {
  try {
    return toJson(value);
  } catch {
    return { unrecordable: true };
  }
}
