import type { DepartmentId, TrunkId } from "@jikimi/kernel";
import type { PhoneNumber } from "@jikimi/routing";
import { describe, expect, test } from "vitest";
import type { DirectoryStore } from "../src/ports.ts";
import { aDepartment, aPersonRow, aPolicy, aTrunkRow } from "./samples.ts";

const oneNumber = "+82221331111" as PhoneNumber;
const otherNumber = "+82221332222" as PhoneNumber;

/** What every `DirectoryStore` does. `openStore` gives an empty one each time. */
export function directoryStoreContract(name: string, openStore: () => Promise<DirectoryStore>): void {
  describe(`the directory's store: ${name}`, () => {
    test("an empty store has no organisation and nothing else", async () => {
      const store = await openStore();
      expect(await store.load()).toEqual({
        organisation: null,
        people: [],
        departments: [],
        numbers: [],
        trunks: [],
        policies: [],
      });
    });

    test("what is put in comes out unchanged", async () => {
      const store = await openStore();
      const organisation = {
        names: { ko: "서울특별시 '중구'", en: "Jung-gu" },
        language: "ko",
        timeZone: "Asia/Seoul",
        sipRealm: "junggu.example",
      } as const;
      await store.putOrganisation({ ...organisation, language: "en" });
      await store.putOrganisation(organisation);
      const registered = aTrunkRow({
        id: "provider" as TrunkId,
        name: "provider",
        route: { kind: "registered", username: "0212345678", authUsername: null, registrationIntervalMs: 300_000 },
        hasSecret: true,
      });
      const alwaysOpen = aDepartment({ id: "night" as DepartmentId, hours: null, displayNumber: oneNumber });
      await store.insertDepartment(aDepartment());
      await store.insertDepartment(alwaysOpen);
      await store.insertPerson(aPersonRow());
      await store.insertNumber({ number: oneNumber, departmentId: aDepartment().id, recognizer: null });
      await store.insertTrunk(aTrunkRow());
      await store.insertTrunk({ ...registered, sealedSecret: "c2VhbGVk" });
      await store.insertPolicy(aPolicy());
      const rows = await store.load();
      expect(rows.organisation).toEqual(organisation);
      expect(rows.departments).toHaveLength(2);
      expect(rows.departments).toEqual(expect.arrayContaining([aDepartment(), alwaysOpen]));
      expect(rows.people).toEqual([aPersonRow()]);
      expect(rows.numbers).toEqual([{ number: oneNumber, departmentId: aDepartment().id, recognizer: null }]);
      expect(rows.trunks).toHaveLength(2);
      expect(rows.trunks).toEqual(expect.arrayContaining([aTrunkRow(), { ...registered, sealedSecret: "c2VhbGVk" }]));
      expect(rows.policies).toEqual([aPolicy()]);
    });

    test("what must be unique is taken once", async () => {
      const store = await openStore();
      await store.insertDepartment(aDepartment());
      expect(await store.insertDepartment(aDepartment())).toBe("taken");
      expect(await store.insertPerson(aPersonRow())).toBe("inserted");
      expect(await store.insertPerson(aPersonRow({ id: "person-2" as never }))).toBe("taken");
      expect(await store.insertPerson(aPersonRow({ id: "person-2" as never, sipUsername: "lee" }))).toBe("inserted");
      expect(await store.updatePerson(aPersonRow({ id: "person-2" as never, sipUsername: "kim" }))).toBe("taken");
      const number = { number: oneNumber, departmentId: aDepartment().id, recognizer: null };
      expect(await store.insertNumber(number)).toBe("inserted");
      expect(await store.insertNumber(number)).toBe("taken");
      expect(await store.insertTrunk(aTrunkRow())).toBe("inserted");
      expect(await store.insertTrunk(aTrunkRow({ id: "other" as TrunkId }))).toBe("taken");
      expect(await store.insertPolicy(aPolicy())).toBe("inserted");
      expect(await store.insertPolicy(aPolicy({ author: "lee" }))).toBe("taken");
      expect((await store.load()).people.map(({ person }) => person.sipUsername).sort()).toEqual(["kim", "lee"]);
    });

    test("updates replace and removals remove", async () => {
      const store = await openStore();
      await store.insertDepartment(aDepartment());
      await store.insertDepartment(aDepartment({ id: "tax" as DepartmentId }));
      await store.updateDepartment(
        aDepartment({ recordingMode: "on-demand", noticeBeforeConnection: false, hours: null }),
      );
      await store.insertPerson(aPersonRow());
      await store.updatePerson({
        person: {
          ...aPersonRow().person,
          displayName: "김팀장",
          role: "supervisor",
          active: false,
          departmentId: null,
        },
        ha1: { md5: "1".repeat(32), sha256: "2".repeat(64) },
      });
      await store.insertNumber({ number: oneNumber, departmentId: aDepartment().id, recognizer: null });
      await store.insertNumber({ number: otherNumber, departmentId: aDepartment().id, recognizer: null });
      await store.updateNumber({ number: oneNumber, departmentId: "tax" as DepartmentId, recognizer: "demo" });
      await store.removeNumber(otherNumber);
      await store.insertTrunk(aTrunkRow());
      await store.updateTrunk(aTrunkRow({ active: false, port: 5070 }));
      const rows = await store.load();
      expect(rows.departments.find(({ id }) => id === aDepartment().id)).toEqual(
        aDepartment({ recordingMode: "on-demand", noticeBeforeConnection: false, hours: null }),
      );
      expect(rows.people[0]?.person).toMatchObject({ displayName: "김팀장", role: "supervisor", active: false });
      expect(rows.people[0]?.ha1.md5).toBe("1".repeat(32));
      expect(rows.numbers).toEqual([{ number: oneNumber, departmentId: "tax", recognizer: "demo" }]);
      expect(rows.trunks).toEqual([aTrunkRow({ active: false, port: 5070 })]);
    });

    test("every version of a policy is loaded, oldest first", async () => {
      const store = await openStore();
      for (const version of [1, 2, 10]) await store.insertPolicy(aPolicy({ version, body: { version } }));
      expect((await store.load()).policies).toMatchObject(
        [1, 2, 10].map((version) => ({ id: "standard", version, body: { version } })),
      );
    });
  });
}
