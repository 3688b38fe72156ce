import type {
  CallChange,
  CallJournal,
  CallOpening,
  Durability,
  IncidentRecorder,
  IncidentStart,
  JournalEntry,
  JournalEvent,
  JournalHealth,
  OpenIncident,
  ToldEvent,
} from "@jikimi/incidents";
import { type CallId, type EpochMs, type IncidentId, Listeners } from "@jikimi/kernel";

type Told = JournalEvent & { readonly [field: string]: unknown };

/** Keeps every call's account in memory, unchained: what a call's flow writes, in order. */
export class MemoryJournal implements CallJournal, IncidentRecorder {
  readonly accounts = new Map<CallId, Told[]>();
  readonly rows = new Map<CallId, CallChange & Partial<CallOpening>>();
  readonly #listeners = new Listeners<ToldEvent>();
  readonly #openings = new Map<CallId, CallOpening>();
  #incidents = 0;

  async settled(): Promise<Durability> {
    return "stored";
  }

  onEvent(listener: (told: ToldEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  health(): JournalHealth {
    return { state: "direct", waiting: 0, lost: 0 };
  }

  append<Event extends JournalEvent>(callId: CallId, event: Event, change: CallChange = {}): JournalEntry {
    const account = this.accounts.get(callId) ?? [];
    this.accounts.set(callId, account);
    account.push({ ...event });
    this.rows.set(callId, { ...this.rows.get(callId), ...change });
    const seq = account.length;
    const opening = this.#openings.get(callId);
    this.#listeners.emit({ callId, seq, event, change, ...(seq > 1 || opening === undefined ? {} : { opening }) });
    const { kind, atMs } = event;
    return {
      callId,
      seq,
      atMs,
      recordedAtMs: 0 as EpochMs,
      kind,
      body: {},
      personal: null,
      personalHash: null,
      previousHash: "",
      hash: "",
    };
  }

  async annotate<Event extends JournalEvent>(callId: CallId, event: Event, change?: CallChange): Promise<JournalEntry> {
    return this.append(callId, event, change);
  }

  open(callId: CallId, opening: IncidentStart): Promise<OpenIncident>;
  open<Event extends JournalEvent>(opening: CallOpening, event: Event): JournalEntry;
  open(first: CallId | CallOpening, second: IncidentStart | JournalEvent): Promise<OpenIncident> | JournalEntry {
    if (typeof first !== "string") {
      this.rows.set(first.callId, first);
      this.#openings.set(first.callId, first);
      return this.append(first.callId, second as JournalEvent);
    }
    return Promise.resolve(this.#openIncident(first, second as IncidentStart));
  }

  #openIncident(callId: CallId, { atMs, ...start }: IncidentStart): OpenIncident {
    const id = `incident-${++this.#incidents}` as IncidentId;
    this.append(callId, { kind: "incident-opened", atMs, incidentId: id, ...start });
    return {
      id,
      durability: "stored",
      append: (event, change) => this.append(callId, event, change),
      close: async ({ atMs: closedAtMs, outcome }) => {
        this.append(callId, { kind: "incident-closed", atMs: closedAtMs, incidentId: id, outcome } as JournalEvent);
        return "stored";
      },
    };
  }
}
