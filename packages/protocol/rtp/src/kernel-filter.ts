import type { Socket } from "node:dgram";

/** The lock must have held for this long without a stranger being turned away. */
const STEADY_MS = 3000;
/** Silence may mean that the party moved: everybody is heard again, and judged. */
const SILENCE_MS = 1000;

/**
 * Once a leg's source is settled, the kernel is told of it (a connected UDP socket): strangers are dropped before they
 * reach us, and a packet costs a twentieth less, since it needs no route of its own. When the source falls silent the
 * filter goes off for good, because it could be the filter's fault: the kernel may route answers by another of the
 * machine's addresses. For that reason it never goes on for a socket that is bound to all addresses.
 */
export class KernelFilter {
  readonly #socket: Socket;
  #isAllowed: boolean;
  #isOn = false;
  #steadySinceMs: number | null = null;
  #rejected = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#isAllowed = socket.address().address !== "0.0.0.0";
  }

  /** While on, the socket sends to the source alone, and is to be given no address. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** About once a second. */
  review(
    nowMs: number,
    lock: { isLocked: boolean; address: string; port: number; rejected: number },
    lastPacketMs: number | null,
  ): void {
    const isSilent = lastPacketMs === null || nowMs - lastPacketMs > SILENCE_MS;
    if (this.#isOn && isSilent) {
      this.off();
      this.#isAllowed = false;
    }
    if (!lock.isLocked || isSilent || lock.rejected !== this.#rejected) {
      this.#rejected = lock.rejected;
      this.#steadySinceMs = null;
      return;
    }
    this.#steadySinceMs ??= nowMs;
    if (this.#isAllowed && !this.#isOn && nowMs - this.#steadySinceMs >= STEADY_MS) this.#turnOn(lock);
  }

  off(): void {
    this.#steadySinceMs = null;
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#socket.disconnect();
  }

  /** What a connected socket is told of (nobody listens at the party's port) is silence, and noticed as such. */
  isItsOwn(failure: NodeJS.ErrnoException): boolean {
    return failure.code === "ECONNREFUSED";
  }

  #turnOn({ address, port }: { address: string; port: number }): void {
    try {
      this.#socket.connect(port, address);
      // Throws where the kernel refused; done at once, since these sockets look no name up (see `openUdpPair`).
      this.#socket.remoteAddress();
      this.#isOn = true;
    } catch {
      this.#isAllowed = false;
    }
  }
}
