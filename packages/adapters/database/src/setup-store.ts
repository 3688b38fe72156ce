import type { SetupStep, SetupStore } from "@jikimi/identity";
import type { Clock } from "@jikimi/kernel";
import type { Db } from "./db.ts";
import { setupSteps } from "./schema.ts";

export class PostgresSetupStore implements SetupStore {
  readonly #db: Db;
  readonly #clock: Clock;

  constructor(db: Db, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  async done(): Promise<ReadonlySet<SetupStep>> {
    const rows = await this.#db.select({ step: setupSteps.step }).from(setupSteps);
    return new Set(rows.map(({ step }) => step));
  }

  async markDone(step: SetupStep): Promise<void> {
    await this.#db.insert(setupSteps).values({ step, doneAt: this.#clock.nowMs() }).onConflictDoNothing();
  }
}
