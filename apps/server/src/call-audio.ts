import type { Desk } from "@jikimi/desk";
import { type CallRecords, IncidentsError } from "@jikimi/incidents";
import type { AgentId, CallId, Clock, Log, Timer } from "@jikimi/kernel";
import { type Keyring, RecordedCall, RecordingError } from "@jikimi/recording";
import { failure } from "./operations/operation-failure.ts";

/** A player asks for many pieces: what it listens to stays open this long after the last. */
const idleMs = 60_000;
/** Sounds open at once; the one that was listened to longest ago makes room. */
const maxOpen = 16;

type Open = { readonly call: RecordedCall; listeners: number; idle: Timer | null };

export type HeardSound = AsyncDisposable & { readonly call: RecordedCall };

/**
 * The recordings of people's own calls, to listen to. That somebody listens is in the call's account before they hear
 * the first byte: once for as long as the sound stays open, however often the player seeks.
 */
export class CallAudio implements AsyncDisposable {
  readonly #desk: Pick<Desk["calls"], "joined">;
  readonly #records: Pick<CallRecords, "listEvents" | "noteAccess">;
  readonly #keyring: Keyring;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #open = new Map<string, Promise<Open>>();

  constructor(parts: {
    desk: Pick<Desk["calls"], "joined">;
    records: Pick<CallRecords, "listEvents" | "noteAccess">;
    keyring: Keyring;
    clock: Clock;
    log: Log;
  }) {
    this.#desk = parts.desk;
    this.#records = parts.records;
    this.#keyring = parts.keyring;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /** Throws `OperationFailure` for a call that is not theirs, that still goes on, or that has no readable recording. */
  async listen(agentId: AgentId, callId: CallId): Promise<HeardSound> {
    const key = `${agentId} ${callId}`;
    const known = this.#open.get(key);
    const opening = known ?? this.#openSound(agentId, callId);
    if (known === undefined) {
      this.#open.set(key, opening);
      // A failure is told to who asked; the next who asks may have more luck.
      opening.catch(() => this.#open.delete(key));
      this.#makeRoom();
    }
    const sound = await opening;
    sound.idle?.cancel();
    sound.idle = null;
    sound.listeners += 1;
    return { call: sound.call, [Symbol.asyncDispose]: async () => this.#letGo(key, sound) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.keys()].map((key) => this.#close(key)));
  }

  async #openSound(agentId: AgentId, callId: CallId): Promise<Open> {
    const mine = await this.#desk.joined(agentId, callId);
    if (mine === null) throw failure("not-your-call");
    const { call, leftAtMs } = mine;
    if (call.state !== "ended") throw failure("recording-unknown");
    const paths = (await this.#records.listEvents(callId)).flatMap((event) =>
      event.kind === "recording-started" && typeof event.path === "string" ? [event] : [],
    );
    const [first] = paths;
    if (first === undefined) throw failure("recording-unknown");
    const untilMs = leftAtMs === null ? {} : { untilMs: leftAtMs - call.startedAtMs - first.atMs };
    await this.#records
      .noteAccess(callId, { kind: "recording-listened", by: agentId, reason: "own call" })
      .catch((cause: unknown) => {
        if (cause instanceof IncidentsError) throw failure("store-unavailable", { cause });
        throw cause;
      });
    const files = paths.map(({ path }) => path as string);
    const opened = await RecordedCall.open(files, this.#keyring, untilMs).catch((cause: unknown) => {
      if (cause instanceof RecordingError) throw failure("recording-unreadable", { cause });
      throw cause;
    });
    if (opened.kind === "refused") throw failure("recording-unreadable", { cause: opened.finding });
    return { call: opened.call, listeners: 0, idle: null };
  }

  #letGo(key: string, sound: Open): void {
    sound.listeners -= 1;
    if (sound.listeners > 0) return;
    sound.idle = this.#clock.after(idleMs, () => void this.#close(key));
  }

  #makeRoom(): void {
    const [oldest] = this.#open.keys();
    if (this.#open.size > maxOpen && oldest !== undefined) void this.#close(oldest);
  }

  async #close(key: string): Promise<void> {
    const opening = this.#open.get(key);
    this.#open.delete(key);
    const sound = await opening?.catch(() => null);
    if (sound == null) return;
    sound.idle?.cancel();
    await sound.call[Symbol.asyncDispose]().catch((cause: unknown) => {
      this.#log.warn({ cause }, "a recording could not be closed");
    });
  }
}

/** One `bytes=` range (RFC 9110 §14.1.2) of so many bytes; `whole` where none or several were asked for. */
export function rangeOf(
  header: string | undefined,
  byteLength: number,
): { readonly from: number; readonly to: number } | "whole" | "unsatisfiable" {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (match === null) return "whole";
  const [first, last] = [match[1] ?? "", match[2] ?? ""];
  if (first === "" && last === "") return "whole";
  const from = first === "" ? Math.max(0, byteLength - Number(last)) : Number(first);
  const to = first === "" || last === "" ? byteLength : Math.min(byteLength, Number(last) + 1);
  if (from >= byteLength || (first === "" && Number(last) === 0)) return "unsatisfiable";
  return to <= from ? "whole" : { from, to };
}
