import type { CallEvent, CallEventBody } from "@jikimi/calls";
import type { ToldEvent } from "@jikimi/incidents";
import type { CallId, Clock } from "@jikimi/kernel";

type IncidentEvent = { readonly kind: "incident-opened" | "incident-closed"; readonly atMs: number };
export type Kind = CallEvent["kind"] | IncidentEvent["kind"];
export type EventOf<K extends Kind> = K extends CallEventBody["kind"] ? BodyOf<CallEventBody, K> : IncidentEvent;
/** The member of the union that has this kind among its own. */
type BodyOf<Body, K extends string> = Body extends { readonly kind: infer Kinds }
  ? K extends Kinds
    ? Body & { readonly kind: K; readonly atMs: number }
    : never
  : never;

/** The account of one call as it is told. */
export class WatchedCall {
  readonly callId: CallId;
  readonly events: { readonly kind: string; readonly atMs: number }[] = [];
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();

  constructor(callId: CallId, clock: Clock) {
    this.callId = callId;
    this.#clock = clock;
  }

  get kinds(): readonly string[] {
    return this.events.map(({ kind }) => kind);
  }

  all<K extends Kind>(kind: K): readonly EventOf<K>[] {
    return this.events.filter((event) => event.kind === kind) as unknown as EventOf<K>[];
  }

  /** The first event of this kind that fits, also one that came before; rejects with the account so far. */
  async until<K extends Kind>(
    kind: K,
    { withinMs = 30_000, where = () => true }: { withinMs?: number; where?: (event: EventOf<K>) => boolean } = {},
  ): Promise<EventOf<K>> {
    const find = () => this.all(kind).find(where);
    await eventually(() => find() !== undefined, {
      clock: this.#clock,
      withinMs,
      waiting: this.#waiting,
      complaint: () => `${kind} did not happen within ${withinMs} ms on ${this.callId}:\n${this.told()}`,
    });
    return find() as EventOf<K>;
  }

  told(): string {
    return this.events.map((event) => `  ${JSON.stringify(event)}`).join("\n");
  }

  take(event: { readonly kind: string; readonly atMs: number }): void {
    this.events.push(event);
    for (const look of [...this.#waiting]) look();
  }
}

/** All calls of one instance, each found by who placed or receives it, or in the order they came. */
export class CallWatch {
  readonly calls: WatchedCall[] = [];
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();

  constructor(journal: { onEvent(listener: (told: ToldEvent) => void): () => void }, clock: Clock) {
    this.#clock = clock;
    journal.onEvent(({ callId, event }) => this.#take(callId, event));
  }

  /** The first call whose INVITE says this user, `after` the first so many calls; rejects when none comes in time. */
  async from(user: string, { withinMs = 15_000, after = 0 } = {}): Promise<WatchedCall> {
    const find = () => this.calls.slice(after).find((call) => call.all("invite")[0]?.from === user);
    await eventually(() => find() !== undefined, {
      clock: this.#clock,
      withinMs,
      waiting: this.#waiting,
      complaint: () => `no call from ${user} within ${withinMs} ms`,
    });
    return find() as WatchedCall;
  }

  #take(callId: CallId, event: ToldEvent["event"]): void {
    let call = this.calls.find((one) => one.callId === callId);
    if (call === undefined) {
      call = new WatchedCall(callId, this.#clock);
      this.calls.push(call);
    }
    call.take(event);
    for (const look of [...this.#waiting]) look();
  }
}

/** Resolves when `met` holds after something happened; rejects with the complaint when time runs out. */
export function eventually(
  met: () => boolean,
  options: { clock: Clock; withinMs: number; waiting: Set<() => void>; complaint: () => string },
): Promise<void> {
  const { clock, withinMs, waiting, complaint } = options;
  return new Promise((resolve, reject) => {
    const look = () => {
      if (!met()) return;
      finish();
      resolve();
    };
    const finish = () => {
      timer.cancel();
      waiting.delete(look);
    };
    const timer = clock.after(withinMs, () => {
      finish();
      reject(new Error(complaint()));
    });
    waiting.add(look);
    look();
  });
}

/** Asks again and again, for what tells nobody when it changes (a process list, another server's answer). */
export async function poll<T>(
  ask: () => Promise<T | null | false> | T | null | false,
  { clock, withinMs, what }: { clock: Clock; withinMs: number; what: string },
): Promise<T> {
  const deadlineMs = clock.monotonicMs() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== false) return answer;
    if (clock.monotonicMs() > deadlineMs) throw new Error(`${what}: not within ${withinMs} ms`);
    await clock.sleep(50);
  }
}
