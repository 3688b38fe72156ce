import { sequenceDistance } from "./sequence.ts";

/** A jump further ahead than this is a source that began anew (RFC 3550 A.1, MAX_DROPOUT). */
const MAX_DROPOUT = 3000;
const MAX_MISORDER = 100;

/**
 * What a receiver knows of its source (RFC 3550 A.1, A.3, A.8). The source is already validated (`SourceLock`); a new
 * SSRC begins a new count of sequence numbers, and the totals go on.
 */
export class ReceiverStatistics {
  readonly #clockHz: number;
  #ssrc = -1;
  #baseSequence = 0;
  #highest = 0;
  #cycles = 0;
  #receivedOfSource = 0;
  #lostBefore = 0;
  #received = 0;
  #late = 0;
  #expectedPrior = 0;
  #receivedPrior = 0;
  #transit = Number.NaN;
  #jitterTicks = 0;

  constructor(clockHz = 8000) {
    this.#clockHz = clockHz;
  }

  update(ssrc: number, sequence: number, timestamp: number, arrivalMs: number): void {
    const distance = sequenceDistance(this.#highest, sequence);
    if (ssrc !== this.#ssrc || distance > MAX_DROPOUT || distance < -MAX_MISORDER) {
      this.#begin(ssrc, sequence);
    } else if (distance > 0) {
      if (sequence < this.#highest) this.#cycles += 65_536;
      this.#highest = sequence;
    } else {
      this.#late += 1;
    }
    this.#received += 1;
    this.#receivedOfSource += 1;

    const transit = (arrivalMs * this.#clockHz) / 1000 - timestamp;
    const difference = Math.abs(transit - this.#transit);
    // A timestamp that wrapped or was set anew says nothing of the network.
    if (difference < this.#clockHz * 5) this.#jitterTicks += (difference - this.#jitterTicks) / 16;
    this.#transit = transit;
  }

  get ssrc(): number | null {
    return this.#ssrc < 0 ? null : this.#ssrc;
  }

  get packetsReceived(): number {
    return this.#received;
  }

  /** Out of order or twice. */
  get packetsLate(): number {
    return this.#late;
  }

  /** Never negative: a packet that came twice does not make up for one that was lost. */
  get packetsLost(): number {
    return this.#lostBefore + this.#lostOfSource;
  }

  get jitterMs(): number {
    return (this.#jitterTicks * 1000) / this.#clockHz;
  }

  /** The reception report's numbers; the fraction is of what was expected since the last time this was called (A.3). */
  report(): { fractionLost: number; cumulativeLost: number; highestSequence: number; jitterTicks: number } {
    const expected = this.#expected;
    const expectedInterval = expected - this.#expectedPrior;
    const lostInterval = expectedInterval - (this.#receivedOfSource - this.#receivedPrior);
    this.#expectedPrior = expected;
    this.#receivedPrior = this.#receivedOfSource;
    return {
      fractionLost:
        expectedInterval <= 0 || lostInterval <= 0
          ? 0
          : Math.min(255, Math.floor((lostInterval * 256) / expectedInterval)),
      cumulativeLost: Math.min(this.packetsLost, 0x7fffff),
      highestSequence: (this.#cycles + this.#highest) >>> 0,
      jitterTicks: Math.floor(this.#jitterTicks),
    };
  }

  get #expected(): number {
    return this.#ssrc < 0 ? 0 : this.#cycles + this.#highest - this.#baseSequence + 1;
  }

  get #lostOfSource(): number {
    return Math.max(0, this.#expected - this.#receivedOfSource);
  }

  #begin(ssrc: number, sequence: number): void {
    this.#lostBefore += this.#lostOfSource;
    this.#ssrc = ssrc;
    this.#baseSequence = sequence;
    this.#highest = sequence;
    this.#cycles = 0;
    this.#receivedOfSource = 0;
    this.#expectedPrior = 0;
    this.#receivedPrior = 0;
    this.#transit = Number.NaN;
  }
}
