/** Packets further back than this are too old to be told from repeated ones (RFC 3711 §3.3.2 asks for 64 at least). */
const WINDOW = 128;

/** Remembers which packet indices of one source came, so that none is taken twice. */
export class ReplayWindow {
  readonly #seen = new Float64Array(WINDOW).fill(-1);
  #highest = -1;

  isNew(index: number): boolean {
    if (index <= this.#highest - WINDOW || index < 0) return false;
    return this.#seen[index % WINDOW] !== index;
  }

  /** Only once the packet has been authenticated. */
  note(index: number): void {
    this.#seen[index % WINDOW] = index;
    if (index > this.#highest) this.#highest = index;
  }
}
