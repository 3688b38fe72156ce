import { sequenceDistance } from "./sequence.ts";

export type SourceVerdict =
  /** From the source we are locked on. */
  | "accepted"
  /** The same, and the lock closed (or moved) with this very packet. */
  | "locked"
  /** May become the source; this packet is not used. */
  | "probing"
  | "rejected";

export type SourceLockOptions = {
  /** Consistent packets before a source that was not announced is believed (RFC 3550 A.1 asks for 2). */
  readonly probationPackets?: number;
  /** The source must have been silent for this long before the same SSRC may go on from another address (NAT rebinding). */
  readonly relockAfterSilenceMs?: number;
};

/** An old SSRC that was heard this recently is still speaking: a new one from the same address is not believed yet. */
const SSRC_HANDOVER_MS = 30;
/**
 * Locked elsewhere, and nothing from there for this long: the announced source is believed again. After a party moved, its
 * last packets from where it was are still on their way, and three of them look like a source behind NAT.
 */
const ANNOUNCED_RETURN_MS = 200;
/** Sequence numbers may have run on by this much during the silence: one minute of 20 ms packets. */
const MAX_RUN_ON = 3000;
/** One who probes and stops for this long gives way to another. */
const PROBATION_MS = 500;
const MAX_STEP = 3;

/**
 * Symmetric RTP that cannot be stolen: locks onto the announced source at once, or onto another (NAT) after a run of
 * consistent packets, and rejects all others. It moves only when the negotiated address changes, or to a new address
 * that goes on with the same SSRC and sequence after silence, or to a new SSRC from the same address once the old one
 * has stopped, or to the announced source when another one fell silent.
 *
 * ```
 *   open ──announced source, or N consistent packets──▶ locked ──negotiated address changes──▶ open
 * ```
 */
export class SourceLock {
  readonly #probationPackets: number;
  readonly #relockAfterSilenceMs: number;
  #announcedAddress = "";
  #announcedPort = 0;
  #locked = false;
  #address = "";
  #port = 0;
  #ssrc = 0;
  #lastSequence = 0;
  #lastMs = 0;
  #candidate: { address: string; port: number; ssrc: number; sequence: number; packets: number; atMs: number } | null =
    null;
  #rejected = 0;

  constructor({ probationPackets = 3, relockAfterSilenceMs = 1000 }: SourceLockOptions = {}) {
    this.#probationPackets = probationPackets;
    this.#relockAfterSilenceMs = relockAfterSilenceMs;
  }

  /** Packets from others than the source, or that could not be told from them. */
  get rejected(): number {
    return this.#rejected;
  }

  get isLocked(): boolean {
    return this.#locked;
  }

  get address(): string {
    return this.#address;
  }

  get port(): number {
    return this.#port;
  }

  /** What was negotiated; opens the lock when it differs from what was negotiated before. */
  announce(address: string, port: number): void {
    if (address === this.#announcedAddress && port === this.#announcedPort) return;
    this.#announcedAddress = address;
    this.#announcedPort = port;
    this.#locked = false;
    this.#candidate = null;
  }

  judge(address: string, port: number, ssrc: number, sequence: number, nowMs: number): SourceVerdict {
    if (this.#locked && ssrc === this.#ssrc && port === this.#port && address === this.#address) {
      this.#lastMs = nowMs;
      this.#lastSequence = sequence;
      this.#candidate = null;
      return "accepted";
    }
    if (this.#locked) return this.#judgeChange(address, port, ssrc, sequence, nowMs);
    if (address === this.#announcedAddress && port === this.#announcedPort) {
      return this.#lock(address, port, ssrc, sequence, nowMs);
    }
    return this.#probe(address, port, ssrc, sequence, nowMs);
  }

  #judgeChange(address: string, port: number, ssrc: number, sequence: number, nowMs: number): SourceVerdict {
    const silentMs = nowMs - this.#lastMs;
    const moves = address !== this.#address || port !== this.#port;
    const isAnnounced = address === this.#announcedAddress && port === this.#announcedPort;
    if (moves && isAnnounced && silentMs >= ANNOUNCED_RETURN_MS)
      return this.#lock(address, port, ssrc, sequence, nowMs);
    if (address === this.#address && port === this.#port) {
      const verdict = this.#probe(address, port, ssrc, sequence, nowMs, silentMs >= SSRC_HANDOVER_MS);
      return verdict === "locked" ? "accepted" : verdict;
    }
    const runOn = sequenceDistance(this.#lastSequence, sequence);
    const continues = ssrc === this.#ssrc && runOn > 0 && runOn <= MAX_RUN_ON;
    if (continues && silentMs >= this.#relockAfterSilenceMs) return this.#probe(address, port, ssrc, sequence, nowMs);
    return this.#reject();
  }

  #probe(address: string, port: number, ssrc: number, sequence: number, nowMs: number, mayLock = true): SourceVerdict {
    const candidate = this.#candidate;
    if (candidate === null || nowMs - candidate.atMs > PROBATION_MS) {
      this.#candidate = { address, port, ssrc, sequence, packets: 1, atMs: nowMs };
      return "probing";
    }
    if (candidate.address !== address || candidate.port !== port) return this.#reject();
    const step = sequenceDistance(candidate.sequence, sequence);
    if (candidate.ssrc !== ssrc || step < 1 || step > MAX_STEP) {
      this.#candidate = { address, port, ssrc, sequence, packets: 1, atMs: nowMs };
      return this.#reject();
    }
    candidate.sequence = sequence;
    candidate.packets += 1;
    candidate.atMs = nowMs;
    if (candidate.packets < this.#probationPackets || !mayLock) return "probing";
    return this.#lock(address, port, ssrc, sequence, nowMs);
  }

  #lock(address: string, port: number, ssrc: number, sequence: number, nowMs: number): "locked" {
    this.#locked = true;
    this.#address = address;
    this.#port = port;
    this.#ssrc = ssrc;
    this.#lastSequence = sequence;
    this.#lastMs = nowMs;
    this.#candidate = null;
    return "locked";
  }

  #reject(): "rejected" {
    this.#rejected += 1;
    return "rejected";
  }
}
