import type { CallId, RecognizerName } from "@jikimi/kernel";
import type { Call, Party } from "./call.ts";
import type { Hearing, HearingEvent, MediaPlane } from "./ports.ts";

/**
 * Ties each call's two sides to the ears and brings what is heard into the call's inbox. When the ears are gone the
 * call goes on: it is told, the clock and the buttons still protect, and hearing starts again when they are back.
 */
export class CallHearing {
  readonly #media: MediaPlane;
  readonly #hearing: Hearing;
  readonly #recognizer: RecognizerName;
  readonly #calls = new Map<CallId, Listened>();
  readonly #stopListening: () => void;

  constructor({ media, hearing, recognizer }: { media: MediaPlane; hearing: Hearing; recognizer: RecognizerName }) {
    this.#media = media;
    this.#hearing = hearing;
    this.#recognizer = recognizer;
    this.#stopListening = hearing.onEvent((event) => this.#hear(event));
  }

  close(): void {
    this.#stopListening();
  }

  get recognizer(): RecognizerName {
    return this.#recognizer;
  }

  /** Listens to both parties from here on; again for a new leg after a transfer or a lost media process. */
  async listen(call: Call): Promise<void> {
    const listened = this.#calls.get(call.id) ?? { call, deaf: false, setAside: new Set() };
    this.#calls.set(call.id, listened);
    const opened = await Promise.all([this.#listenTo(call, "caller"), this.#listenTo(call, "agent")]);
    this.#change(listened, { deaf: opened.includes(false) });
  }

  /** Where there is too much to hear, this call goes before others, or no longer. */
  attend(call: Call, attention: { readonly atRisk: boolean }): void {
    this.#hearing.attend(call.id, attention);
  }

  async stop(call: Call): Promise<void> {
    this.#calls.delete(call.id);
    await this.#hearing.closeCall(call.id).catch(() => {});
  }

  /** Listens to the leg that has taken this party's place; the other is heard on without a break. */
  async follow(call: Call, party: Party): Promise<void> {
    const listened = this.#calls.get(call.id);
    if (listened === undefined || listened.deaf) return this.listen(call);
    if (!(await this.#listenTo(call, party))) this.#lost(call.id);
  }

  async #listenTo(call: Call, speaker: Party): Promise<boolean> {
    const leg = call.leg(speaker);
    if (leg === null || leg.gone) return true;
    const { id: callId, startedAtMs: callStartedAtMs } = call;
    const open = (recognizer: RecognizerName) =>
      this.#hearing.openStream({ callId, speaker, recognizer, callStartedAtMs });
    try {
      let sink = await open(call.recognizer);
      // What was chosen for a department or a line may be missing on this machine: better heard otherwise than not.
      if (sink === null && call.recognizer !== this.#recognizer) sink = await open(this.#recognizer);
      if (sink === null) return false;
      await this.#media.tap({ callId, legId: leg.legId, speaker, sink });
      return true;
    } catch (cause) {
      call.log.warn({ cause, speaker }, "a party is not heard");
      return false;
    }
  }

  #hear(event: HearingEvent): void {
    switch (event.kind) {
      case "utterance": {
        const { utterance, recognizer } = event;
        this.#calls.get(event.callId)?.call.put({ kind: "heard", utterance, recognizer });
        return;
      }
      case "listen-lost":
        for (const callId of event.callIds) this.#lost(callId);
        return;
      case "listen-ready":
        for (const { call, deaf } of this.#calls.values()) if (deaf) void this.listen(call);
        return;
      case "attention":
        this.#setAside(event);
        return;
      case "lagging":
        this.#calls.get(event.callId)?.call.log.warn({ lagMs: event.lagMs }, "hearing lags behind");
        return;
      case "speech-started":
        return;
    }
  }

  #lost(callId: CallId): void {
    const listened = this.#calls.get(callId);
    if (listened === undefined || listened.deaf) return;
    // Another worker will say anew whom it cannot hear.
    this.#change(listened, { deaf: true, setAside: new Set() });
    void this.listen(listened.call);
  }

  #setAside({ callId, speaker, heard }: Extract<HearingEvent, { kind: "attention" }>): void {
    const listened = this.#calls.get(callId);
    if (listened === undefined) return;
    const setAside = new Set(listened.setAside);
    if (heard) setAside.delete(speaker);
    else setAside.add(speaker);
    this.#change(listened, { setAside });
  }

  /** Tells who is no longer heard, or is again, and why. Only the caller's silence matters to protection. */
  #change(listened: Listened, change: Partial<Omit<Listened, "call">>): void {
    const before = { ...listened };
    Object.assign(listened, change);
    const { call, deaf } = listened;
    if (deaf !== before.deaf) call.tell(deaf ? { kind: "hearing-lost", why: "down" } : { kind: "hearing-restored" });
    for (const speaker of ["caller", "agent"] as const) {
      const setAside = listened.setAside.has(speaker);
      if (deaf || setAside === before.setAside.has(speaker)) continue;
      call.tell(setAside ? { kind: "hearing-lost", why: "overload", speaker } : { kind: "hearing-restored", speaker });
    }
    const isCallerHeard = hearsCaller(listened);
    if (isCallerHeard === hearsCaller(before)) return;
    call.put({ kind: "event", event: { kind: isCallerHeard ? "hearing-restored" : "hearing-lost" } });
  }
}

type Listened = {
  readonly call: Call;
  /** No listen worker has this call. */
  deaf: boolean;
  /** Whom the worker that has it cannot hear as well. */
  setAside: ReadonlySet<Party>;
};

function hearsCaller({ deaf, setAside }: Listened): boolean {
  return !deaf && !setAside.has("caller");
}
