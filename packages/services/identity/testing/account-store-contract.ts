import type { AgentId, EpochMs } from "@jikimi/kernel";
import { beforeEach, describe, expect, test } from "vitest";
import type { AccountStore, SecondFactor } from "../src/ports.ts";

const kim = "person-kim" as AgentId;
const lee = "person-lee" as AgentId;
const account = { personId: kim, passwordHash: "$h$1", displayName: "김상담", atMs: 1_700_000_000_000 as EpochMs };
const factor: SecondFactor = { sealedSecret: "sealed", on: false, lastStep: 0, backupCodeHashes: ["a", "b"] };

/** What every `AccountStore` does. `open` gives an empty one whose directory has the people `person-kim` and `-lee`. */
export function accountStoreContract(name: string, open: () => Promise<AccountStore>): void {
  describe(`accounts: ${name}`, () => {
    let store: AccountStore;
    beforeEach(async () => {
      store = await open();
      await store.put(account);
    });

    test("an account is found by its person, and its password can be replaced", async () => {
      expect(await store.find(kim)).toEqual({ personId: kim, passwordHash: "$h$1" });
      expect(await store.find(lee)).toBeNull();
      await store.put({ ...account, passwordHash: "$h$2" });
      expect((await store.find(kim))?.passwordHash).toBe("$h$2");
      expect([...(await store.people())]).toEqual([kim]);
    });

    test("a time step is taken once, also by two at the same moment, and none before it", async () => {
      await store.putSecondFactor(kim, factor);
      const taken = await Promise.all([store.takeStep(kim, 58_000_000), store.takeStep(kim, 58_000_000)]);
      expect(taken.sort()).toEqual([false, true]);
      expect(await store.takeStep(kim, 57_999_999)).toBe(false);
      expect(await store.secondFactor(kim)).toEqual({ ...factor, on: true, lastStep: 58_000_000 });
      expect(await store.takeStep(kim, 58_000_001)).toBe(true);
      expect(await store.takeStep(lee, 58_000_001)).toBe(false);
    });

    test("a second factor that is on is not replaced until it is removed", async () => {
      await store.putSecondFactor(kim, factor);
      await store.putSecondFactor(kim, { ...factor, sealedSecret: "second try" });
      await store.takeStep(kim, 1);
      await store.putSecondFactor(kim, { ...factor, sealedSecret: "thief's" });
      expect((await store.secondFactor(kim))?.sealedSecret).toBe("second try");
      await store.removeSecondFactor(kim);
      expect(await store.secondFactor(kim)).toBeNull();
    });

    test("a backup code is taken once, and only where the factor is on", async () => {
      await store.putSecondFactor(kim, factor);
      expect(await store.takeBackupCode(kim, "a")).toBe(false);
      await store.takeStep(kim, 1);
      const taken = await Promise.all([store.takeBackupCode(kim, "a"), store.takeBackupCode(kim, "a")]);
      expect(taken.sort()).toEqual([false, true]);
      expect(await store.takeBackupCode(kim, "c")).toBe(false);
      expect(await store.takeBackupCode(kim, "b")).toBe(true);
      expect(await store.takeBackupCode(lee, "a")).toBe(false);
    });

    test("what is not there is removed without complaint", async () => {
      await store.closeSession("none");
      await store.closeSessionsOf(lee, { except: null });
      await store.sessionSeen("none", account.atMs);
      await store.removeSessionsBefore(account.atMs);
      await store.removePasskeysOf(lee);
      expect(await store.removePasskey(kim, "none")).toBe(false);
      expect(await store.passkeysOf(kim)).toEqual([]);
    });
  });
}
