import type { CallId, LegId, Log, Speaker } from "@jikimi/kernel";
import type { PlayedWatch } from "./playing.ts";
import type { MediaPlane, Sound, Sounds } from "./ports.ts";

/** What this needs of a call. */
export type Talkers = {
  readonly id: CallId;
  readonly log: Log;
  readonly played: PlayedWatch;
  readonly ended: AbortSignal;
  leg(party: Speaker): { readonly legId: LegId; readonly gone: boolean } | null;
};

/** Why caller and agent do not hear each other just now. */
export type Apart =
  /** By the agent's telephone (re-INVITE) or from the desk. */
  | "telephone-holds"
  | "desk-holds"
  /** The agent's page is gone, and may come back. */
  | "agent-away"
  /** Somebody else is being rung for the caller. */
  | "transferring";

/** Whom the agent asks while the caller waits: being rung, not reached, or talking on this leg. */
export type Aside = { readonly kind: "ringing" | "failed" } | { readonly kind: "talking"; readonly legId: LegId };

/**
 * Who hears whom in a call that is on. Several things may keep caller and agent apart at once, and each of them comes
 * and goes by itself; this puts them together and brings the media plane to it, one change after the other.
 *
 * | apart because of            | the caller hears | the agent hears    |
 * |-----------------------------|------------------|--------------------|
 * | nothing                     | the agent        | the caller         |
 * | a transfer being rung       | ringing          | nothing            |
 * | a hold, an agent who is away | hold music      | nothing            |
 * | a consultation              | hold music       | ringing, then whom they ask |
 * | the caller's own hold       | (is away)        | hold music         |
 *
 * An announcement takes the place of what a party hears; afterwards it is made again (`refresh`).
 */
export class Conversation {
  readonly #talkers: Talkers;
  readonly #media: MediaPlane;
  readonly #sounds: Sounds;
  readonly #apart = new Set<Apart>();
  readonly #fillings = new Map<Speaker, { readonly key: string; readonly stop: () => void }>();
  #callerHolds = false;
  #aside: Aside | null = null;
  #bridged: string | null;
  #work: Promise<void> = Promise.resolve();

  /** Caller and agent have just been bridged. */
  constructor(
    talkers: Talkers,
    { media, sounds }: { readonly media: MediaPlane; readonly sounds: Sounds },
    bridged: readonly [LegId, LegId],
  ) {
    this.#talkers = talkers;
    this.#media = media;
    this.#sounds = sounds;
    this.#bridged = keyOf(bridged);
    talkers.ended.addEventListener("abort", () => this.#silence(), { once: true });
  }

  isApart(why: Apart): boolean {
    return this.#apart.has(why);
  }

  /** Held by whoever speaks for the agent. */
  get heldByAgent(): boolean {
    return this.#apart.has("telephone-holds") || this.#apart.has("desk-holds");
  }

  get heldByCaller(): boolean {
    return this.#callerHolds;
  }

  setApart(why: Apart, isApart: boolean): Promise<void> {
    if (isApart) this.#apart.add(why);
    else this.#apart.delete(why);
    return this.arrange();
  }

  setHeldByCaller(held: boolean): Promise<void> {
    this.#callerHolds = held;
    return this.arrange();
  }

  setAside(aside: Aside | null): Promise<void> {
    this.#aside = aside;
    return this.arrange();
  }

  /** Another agent has the call: what kept the caller from the first is over. */
  handOver(): Promise<void> {
    this.#apart.clear();
    this.#aside = null;
    return this.arrange();
  }

  /** An announcement is over: whoever is to hear music or ringing does so again. */
  refresh(): Promise<void> {
    this.#silence();
    return this.arrange();
  }

  /** The media is in another process now: nothing of what was asked for is there any more. */
  restore(): Promise<void> {
    this.#silence();
    this.#bridged = null;
    return this.arrange();
  }

  /** Brings the media plane to what is wanted now; also after a leg has been changed. Never rejects. */
  arrange(): Promise<void> {
    this.#work = this.#work
      .then(() => this.#arrange())
      .catch((cause: unknown) => {
        this.#bridged = null;
        this.#talkers.log.warn({ cause }, "who hears whom could not be arranged");
      });
    return this.#work;
  }

  async #arrange(): Promise<void> {
    if (this.#talkers.ended.aborted) return;
    const { id: callId } = this.#talkers;
    const legIds = this.#toBridge();
    const key = legIds === null ? "" : keyOf(legIds);
    if (key !== this.#bridged) {
      this.#bridged = key;
      if (legIds === null) await this.#media.unbridge({ callId });
      else await this.#media.bridge({ callId, legIds });
    }
    this.#fill("caller", this.#fillingOfCaller());
    this.#fill("agent", this.#fillingOfAgent());
  }

  #toBridge(): readonly [LegId, LegId] | null {
    const caller = this.#legId("caller");
    const agent = this.#legId("agent");
    if (agent === null || this.#apart.has("agent-away")) return null;
    if (this.#aside !== null) return this.#aside.kind === "talking" ? [agent, this.#aside.legId] : null;
    return caller === null || this.#apart.size > 0 ? null : [caller, agent];
  }

  #fillingOfCaller(): Sound | null {
    if (this.#callerHolds) return null;
    if (this.#apart.has("transferring")) return this.#sounds.ringback;
    return this.#apart.size > 0 || this.#aside !== null ? this.#sounds.holdMusic : null;
  }

  #fillingOfAgent(): Sound | null {
    if (this.#apart.has("agent-away")) return null;
    if (this.#aside !== null) return this.#aside.kind === "ringing" ? this.#sounds.ringback : null;
    return this.#callerHolds && this.#apart.size === 0 ? this.#sounds.holdMusic : null;
  }

  /** Never over an announcement: its end brings us back here. */
  #fill(party: Speaker, sound: Sound | null): void {
    const legId = this.#legId(party);
    const key = sound === null || legId === null ? null : `${legId} ${sound.path}`;
    const playing = this.#fillings.get(party) ?? null;
    if (key === (playing?.key ?? null)) return;
    const { id: callId, played } = this.#talkers;
    if (key !== null && played.isPlaying(callId)) return;
    this.#fillings.delete(party);
    playing?.stop();
    if (key === null || sound === null || legId === null) return;
    this.#fillings.set(party, { key, stop: played.loop({ callId, legIds: [legId], sound }) });
  }

  #silence(): void {
    for (const { stop } of this.#fillings.values()) stop();
    this.#fillings.clear();
  }

  #legId(party: Speaker): LegId | null {
    const leg = this.#talkers.leg(party);
    return leg === null || leg.gone ? null : leg.legId;
  }
}

function keyOf(legIds: readonly [LegId, LegId]): string {
  return legIds.join(" ");
}
