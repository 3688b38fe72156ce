import type { CallStore, JournalWrite } from "../src/ports.ts";
import { MemoryCallStore } from "./memory-store.ts";

/** A store that is well, hangs, fails, or refuses certain writes: on demand, as databases do at night. */
export class FaultyCallStore extends MemoryCallStore implements CallStore {
  mode: "well" | "hanging" | "failing" | "failing-after-writing" = "well";
  refuses: (write: JournalWrite) => Error | null = () => null;
  attempts = 0;
  readonly #hung: (() => void)[] = [];

  override async write(writes: readonly JournalWrite[]): Promise<void> {
    this.attempts += 1;
    const mode = this.mode;
    if (mode === "hanging") await new Promise<void>((resolve) => this.#hung.push(resolve));
    if (mode === "failing") throw new Error("connection refused");
    for (const write of writes) {
      const refusal = this.refuses(write);
      if (refusal !== null) throw refusal;
    }
    await super.write(writes);
    if (mode === "failing-after-writing") throw new Error("connection lost before the answer came");
  }

  /** Lets every hung write go on, late. */
  release(): void {
    for (const resolve of this.#hung.splice(0)) resolve();
  }
}
