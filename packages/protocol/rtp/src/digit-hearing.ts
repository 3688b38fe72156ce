import type { Clock, Timer } from "@jikimi/kernel";
import type { RtpReader } from "./packet.ts";
import { DigitReceiver, type HeardDigit } from "./telephone-event.ts";

const DIGIT_LOST_END_MS = 200;

/** The digits of one party, each told once, also where its end got lost. */
export class DigitHearing {
  readonly #clock: Clock;
  readonly #heard: (digit: HeardDigit) => void;
  #receiver = new DigitReceiver();
  #ssrc = -1;
  #ticksPerMs = 8;
  #watch: Timer | null = null;

  constructor(clock: Clock, heard: (digit: HeardDigit) => void) {
    this.#clock = clock;
    this.#heard = heard;
  }

  push(packet: RtpReader, nowMs: number, ticksPerMs = 8): void {
    if (packet.ssrc !== this.#ssrc || ticksPerMs !== this.#ticksPerMs) {
      this.#ssrc = packet.ssrc;
      this.#ticksPerMs = ticksPerMs;
      this.#receiver = new DigitReceiver(ticksPerMs);
    }
    const digit = this.#receiver.push(packet.payload(), packet.timestamp, nowMs);
    if (digit !== null) this.#heard(digit);
    this.#watch ??= this.#clock.after(DIGIT_LOST_END_MS, () => this.#expire());
  }

  close(): void {
    this.#watch?.cancel();
    this.#watch = null;
  }

  #expire(): void {
    this.#watch = null;
    const digit = this.#receiver.expire(this.#clock.monotonicMs());
    if (digit !== null) this.#heard(digit);
    else if (this.#receiver.isOpen) this.#watch = this.#clock.after(DIGIT_LOST_END_MS, () => this.#expire());
  }
}
