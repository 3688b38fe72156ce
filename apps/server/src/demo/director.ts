import type { CallEvent } from "@jikimi/calls";
import type { Clock } from "@jikimi/kernel";

/** Somebody on the telephone whom the director tells what to do. */
export interface Actor {
  /** Says one committed line; resolves when its last packet left. */
  say(path: string): Promise<void>;
  press(digits: string): void;
  hangUp(): void;
}

/** One step of a scene; the next begins when it is done. A step whose time runs out is told, and the scene goes on. */
export type Beat =
  | { readonly kind: "wait-for"; readonly event: Awaited; readonly withinMs: number }
  | { readonly kind: "pause"; readonly forMs: number }
  | { readonly kind: "say"; readonly who: Role; readonly lines: readonly string[]; readonly pauseMs: number }
  /** Says line after line, over and over, until one of the events has happened since the scene's last wait. */
  | {
      readonly kind: "say-until";
      readonly who: Role;
      readonly lines: readonly string[];
      readonly pauseMs: number;
      readonly events: readonly Awaited[];
      readonly withinMs: number;
    }
  | { readonly kind: "press"; readonly digits: string }
  | { readonly kind: "hang-up"; readonly who: Role };

export type Role = "caller" | "agent";
export type Awaited = CallEvent["kind"] | "incident-opened" | "incident-closed" | "over";

/**
 * Plays a scene: watches the call's account as it grows and tells the two telephones what to do. It has no hand in
 * what Jikimi does; it only speaks, presses keys and hangs up, as people would.
 */
export class Director {
  readonly #clock: Clock;
  readonly #actors: Readonly<Record<Role, Actor>>;
  readonly #seen: Awaited[] = [];
  readonly #waiting = new Set<() => void>();
  /** Events before this index do not satisfy a wait. */
  #from = 0;
  readonly complaints: string[] = [];

  constructor({ clock, actors }: { clock: Clock; actors: Readonly<Record<Role, Actor>> }) {
    this.#clock = clock;
    this.#actors = actors;
  }

  /** Tells the director what happened on the call. */
  saw(kind: Awaited): void {
    this.#seen.push(kind);
    for (const wake of [...this.#waiting]) wake();
  }

  async play(beats: readonly Beat[], { signal }: { signal: AbortSignal }): Promise<void> {
    for (const beat of beats) {
      if (signal.aborted || this.#seen.includes("over")) return;
      await this.#playBeat(beat, signal);
    }
    await this.#until(["over"], 60_000, signal);
  }

  async #playBeat(beat: Beat, signal: AbortSignal): Promise<void> {
    switch (beat.kind) {
      case "wait-for":
        if (!(await this.#until([beat.event], beat.withinMs, signal))) {
          this.complaints.push(`${beat.event} did not happen within ${beat.withinMs} ms`);
        }
        this.#from = this.#seen.length;
        return;
      case "pause":
        return this.#rest(beat.forMs, signal);
      case "say":
        for (const line of beat.lines) {
          if (this.#seen.includes("over")) return;
          await this.#actors[beat.who].say(line);
          await this.#rest(beat.pauseMs, signal);
        }
        return;
      case "say-until":
        return this.#sayUntil(beat, signal);
      case "press":
        return this.#actors.agent.press(beat.digits);
      case "hang-up":
        return this.#actors[beat.who].hangUp();
    }
  }

  async #sayUntil(beat: Extract<Beat, { kind: "say-until" }>, signal: AbortSignal): Promise<void> {
    const wanted = [...beat.events, "over" as const];
    const deadlineMs = this.#clock.monotonicMs() + beat.withinMs;
    for (let i = 0; !this.#happened(wanted) && this.#clock.monotonicMs() < deadlineMs; i++) {
      const line = beat.lines[i % beat.lines.length];
      if (line === undefined || signal.aborted) break;
      await this.#actors[beat.who].say(line);
      await this.#until(wanted, beat.pauseMs, signal);
    }
    if (!this.#happened(wanted)) this.complaints.push(`none of ${beat.events.join(", ")} happened`);
  }

  #happened(kinds: readonly Awaited[]): boolean {
    return this.#seen.slice(this.#from).some((kind) => kinds.includes(kind));
  }

  #until(kinds: readonly Awaited[], withinMs: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const look = () => {
        const happened = this.#happened(kinds);
        if (!happened && !signal.aborted && !this.#seen.includes("over")) return;
        finish(happened);
      };
      const finish = (happened: boolean) => {
        this.#waiting.delete(look);
        signal.removeEventListener("abort", look);
        timer.cancel();
        resolve(happened);
      };
      const timer = this.#clock.after(withinMs, () => finish(false));
      this.#waiting.add(look);
      signal.addEventListener("abort", look);
      look();
    });
  }

  async #rest(forMs: number, signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(forMs, { signal }).catch(() => {});
  }
}
