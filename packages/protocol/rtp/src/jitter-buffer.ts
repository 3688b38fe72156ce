import { sequenceDistance } from "./sequence.ts";

/** Takes packets in sequence. `payload` is a view that must be used or copied before the call returns. */
export interface OrderedPackets {
  packet(packet: OrderedPacket): void;
}

export type OrderedPacket = {
  ssrc: number;
  timestamp: number;
  payload: Uint8Array;
  codec: string;
  arrivalMs: number;
  /** Packets that never came between the one before and this. */
  lostBefore: number;
};

type Held = { sequence: number; timestamp: number; payload: Uint8Array; codec: string; arrivalMs: number };

const MAX_DROPOUT = 3000;
const MAX_MISORDER = 100;

export type JitterBufferOptions = {
  readonly out: OrderedPackets;
  /** A missing packet is waited for this long, then given up. */
  readonly holdMs?: number;
  /** Packets that may wait behind a missing one. */
  readonly capacity?: number;
};

/**
 * Brings packets of one source back into sequence for the tap and the recording. A packet that comes in sequence goes
 * through at once, without copy or delay; only behind a hole do packets wait, for `holdMs` at most. What comes after its
 * turn was given up is counted as late and dropped; a new SSRC begins anew.
 */
export class JitterBuffer {
  readonly #out: OrderedPackets;
  readonly #holdMs: number;
  readonly #held: (Held | null)[];
  /** Handed to `out` again and again: nothing is allocated for a packet in sequence. */
  readonly #packet: OrderedPacket = {
    ssrc: -1,
    timestamp: 0,
    payload: new Uint8Array(0),
    codec: "",
    arrivalMs: 0,
    lostBefore: 0,
  };
  #heldCount = 0;
  #next = 0;
  #lost = 0;
  #late = 0;

  constructor({ out, holdMs = 100, capacity = 16 }: JitterBufferOptions) {
    this.#out = out;
    this.#holdMs = holdMs;
    this.#held = new Array<Held | null>(capacity).fill(null);
  }

  get late(): number {
    return this.#late;
  }

  /** True while packets wait behind a missing one: `expire` has something to do. */
  get isHolding(): boolean {
    return this.#heldCount > 0;
  }

  push(ssrc: number, sequence: number, timestamp: number, payload: Uint8Array, codec: string, arrivalMs: number): void {
    let distance = sequenceDistance(this.#next, sequence);
    if (ssrc !== this.#packet.ssrc || distance > MAX_DROPOUT || distance < -MAX_MISORDER) {
      this.flush();
      this.#packet.ssrc = ssrc;
      this.#next = sequence;
      this.#lost = 0;
      distance = 0;
    }
    if (distance < 0) {
      this.#late += 1;
      return;
    }
    while (distance >= this.#held.length && this.#heldCount > 0) {
      this.#giveUp();
      distance = sequenceDistance(this.#next, sequence);
    }
    if (distance >= this.#held.length) {
      this.#lost += distance;
      this.#next = sequence;
      distance = 0;
    }
    if (distance === 0) {
      this.#release(timestamp, payload, codec, arrivalMs);
      if (this.#heldCount > 0) this.#drain();
      return;
    }
    const slot = sequence % this.#held.length;
    if (this.#held[slot] !== null) {
      this.#late += 1;
      return;
    }
    this.#held[slot] = { sequence, timestamp, payload: payload.slice(), codec, arrivalMs };
    this.#heldCount += 1;
  }

  /** Gives up a missing packet whose time has come. */
  expire(nowMs: number): void {
    while (this.#heldCount > 0 && nowMs - this.#oldestArrivalMs() >= this.#holdMs) this.#giveUp();
  }

  /** Lets out everything that waits. */
  flush(): void {
    while (this.#heldCount > 0) this.#giveUp();
  }

  #release(timestamp: number, payload: Uint8Array, codec: string, arrivalMs: number): void {
    const packet = this.#packet;
    packet.timestamp = timestamp;
    packet.payload = payload;
    packet.codec = codec;
    packet.arrivalMs = arrivalMs;
    packet.lostBefore = this.#lost;
    this.#lost = 0;
    this.#next = (this.#next + 1) & 0xffff;
    this.#out.packet(packet);
  }

  /** Goes on to the first packet that waits; what lies before it is lost. */
  #giveUp(): void {
    while (this.#held[this.#next % this.#held.length] == null) {
      this.#lost += 1;
      this.#next = (this.#next + 1) & 0xffff;
    }
    this.#drain();
  }

  #drain(): void {
    for (;;) {
      const slot = this.#next % this.#held.length;
      const held = this.#held[slot] ?? null;
      if (held === null) return;
      this.#held[slot] = null;
      this.#heldCount -= 1;
      this.#release(held.timestamp, held.payload, held.codec, held.arrivalMs);
    }
  }

  #oldestArrivalMs(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const held of this.#held) if (held !== null && held.arrivalMs < oldest) oldest = held.arrivalMs;
    return oldest;
  }
}
