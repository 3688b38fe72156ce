import { byte } from "./packet.ts";
import { timestampDistance } from "./sequence.ts";

const DIGITS = "0123456789*#ABCD";
const TICKS_PER_MS = 8;
const EVENT_BYTES = 4;
const STRAGGLER_MS = 10_000;
const END = 0x80;
/** -10 dBm0, as common phones send. */
const VOLUME = 10;
const STEP_TICKS = 160;
/** The last packet goes out three times (RFC 4733 §2.5.1.4). */
const END_REPEATS = 3;

export type HeardDigit = { readonly digit: string; readonly durationMs: number };

/**
 * Digits from telephone-event packets (RFC 4733), at 8 kHz or beside Opus at 48. An event is known by its timestamp: however often its packets
 * come, it is heard once, at its first end packet, or by `expire` and the next event where the ends were lost.
 */
export class DigitReceiver {
  #open: { event: number; timestamp: number; ticks: number; atMs: number } | null = null;
  #doneTimestamp: number | null = null;
  readonly #ticksPerMs: number;

  constructor(ticksPerMs = TICKS_PER_MS) {
    this.#ticksPerMs = ticksPerMs;
  }

  /** A digit has begun whose end has not come yet. */
  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** Null unless this packet completes a digit. Anything that is no event is ignored. */
  push(payload: Uint8Array, timestamp: number, nowMs: number): HeardDigit | null {
    if (payload.length < EVENT_BYTES) return null;
    const event = byte(payload, 0);
    if (event >= DIGITS.length) return null;
    const ticks = (byte(payload, 2) << 8) | byte(payload, 3);
    const ended = (byte(payload, 1) & END) !== 0;
    if (this.#doneTimestamp !== null && timestampDistance(this.#doneTimestamp, timestamp) <= 0) {
      // A repeated end, or a straggler of a digit already told; far back means that the source began anew.
      if (timestampDistance(this.#doneTimestamp, timestamp) > -STRAGGLER_MS * this.#ticksPerMs) return null;
    }
    const open = this.#open;
    if (open !== null && open.timestamp === timestamp) {
      open.ticks = Math.max(open.ticks, ticks);
      open.atMs = nowMs;
      return ended ? this.#close(open) : null;
    }
    const previous = open === null ? null : this.#close(open);
    const next = { event, timestamp, ticks, atMs: nowMs };
    if (ended && previous === null) return this.#close(next);
    this.#open = next;
    return previous;
  }

  /** The digit whose end never came, once nothing was heard of it for `afterMs`. */
  expire(nowMs: number, afterMs = 150): HeardDigit | null {
    return this.#open !== null && nowMs - this.#open.atMs >= afterMs ? this.#close(this.#open) : null;
  }

  #close(open: { event: number; timestamp: number; ticks: number }): HeardDigit {
    this.#open = null;
    this.#doneTimestamp = open.timestamp;
    return { digit: DIGITS[open.event] ?? "", durationMs: open.ticks / this.#ticksPerMs };
  }
}

/** What one 20 ms step of sending digits puts on the wire. */
export type DigitStep = {
  readonly payload: Uint8Array;
  /** The event's own start: the packet's timestamp is the same for the whole digit. */
  readonly isFirst: boolean;
  /** How often this packet is sent now. */
  readonly copies: number;
  /** The digit's whole length, once it has ended. */
  readonly endedTicks: number | null;
};

/** Sends digits one after the other: 100 ms each, with 60 ms between. Driven by the pacing loop, one step each 20 ms. */
export class DigitSender {
  readonly #waiting: number[] = [];
  #current: { event: number; ticks: number } | null = null;
  #pauseSteps = 0;
  readonly #digitSteps: number;
  readonly #gapSteps: number;

  constructor({ digitMs = 100, gapMs = 60 }: { digitMs?: number; gapMs?: number } = {}) {
    this.#digitSteps = Math.max(2, Math.round(digitMs / 20));
    this.#gapSteps = Math.max(1, Math.round(gapMs / 20));
  }

  /** False, and nothing queued, when a character is no digit or more than 64 would wait. */
  queue(digits: string): boolean {
    const events = [...digits.toUpperCase()].map((digit) => DIGITS.indexOf(digit));
    if (events.some((event) => event < 0) || this.#waiting.length + events.length > 64) return false;
    this.#waiting.push(...events);
    return true;
  }

  /** While busy the leg's audio gives way. */
  get busy(): boolean {
    return this.#current !== null || this.#waiting.length > 0 || this.#pauseSteps > 0;
  }

  /** Null in the pause between two digits and when there is nothing to send. */
  step(): DigitStep | null {
    if (this.#pauseSteps > 0) {
      this.#pauseSteps -= 1;
      return null;
    }
    const isFirst = this.#current === null;
    const current = this.#current ?? this.#next();
    if (current === null) return null;
    current.ticks += STEP_TICKS;
    const ended = current.ticks >= this.#digitSteps * STEP_TICKS;
    const payload = Uint8Array.of(current.event, (ended ? END : 0) | VOLUME, current.ticks >> 8, current.ticks);
    if (ended) {
      this.#current = null;
      this.#pauseSteps = this.#gapSteps;
    }
    return { payload, isFirst, copies: ended ? END_REPEATS : 1, endedTicks: ended ? current.ticks : null };
  }

  #next(): { event: number; ticks: number } | null {
    const event = this.#waiting.shift();
    this.#current = event === undefined ? null : { event, ticks: 0 };
    return this.#current;
  }
}
