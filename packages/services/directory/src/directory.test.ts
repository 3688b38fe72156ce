import { createHash } from "node:crypto";
import { type DepartmentId, ManualClock, type PolicyId, SeededRandom, silentLog, type TrunkId } from "@jikimi/kernel";
import { type MinuteRange, officeHours } from "@jikimi/routing";
import { describe, expect, test } from "vitest";
import { aDepartment, MemoryDirectoryStore } from "../testing/index.ts";
import { Directory, type NewDepartment, type NewTrunk } from "./directory.ts";
import type { Outcome } from "./problems.ts";
import { installSample, sampleDepartment } from "./sample.ts";
import { aesSecretSeal } from "./secret-seal.ts";
import type { DirectoryChange } from "./types.ts";

const random = new SeededRandom(7);
const seal = aesSecretSeal({ key: new Uint8Array(32).fill(9), random });

async function openDirectory(store = new MemoryDirectoryStore()) {
  const directory = await Directory.open({
    store,
    seal,
    checkPolicy: (body) =>
      typeof body === "object" ? [] : [{ path: "", ko: "객체여야 합니다.", en: "It must be an object." }],
    clock: new ManualClock(),
    random,
    log: silentLog,
  });
  return { directory, store };
}

async function furnished() {
  const { directory, store } = await openDirectory();
  value(await directory.setOrganisation(sampleDepartment({ policyId: "standard", trunkPort: 5080 }).organisation));
  value(await directory.publishPolicy({ id: "standard", body: {}, author: "preset" }));
  value(await directory.addDepartment(aDepartment()));
  return { directory, store, departmentId: aDepartment().id };
}

function value<T>(outcome: Outcome<T>): T {
  if (outcome.kind === "refused") throw new Error(`refused: ${outcome.problem.code}`);
  return outcome.value;
}

function code(outcome: Outcome<unknown>): string {
  return outcome.kind === "refused" ? outcome.problem.code : "done";
}

function hoursOn(mon: readonly MinuteRange[]) {
  return { ...officeHours, weekly: { ...officeHours.weekly, mon } };
}

function holiday(date: string) {
  return { date, open: [], title: { ko: "휴일", en: "holiday" } };
}

const carrier: NewTrunk = {
  id: "carrier",
  name: "통신사",
  host: "sip.example.net",
  port: 5060,
  transport: "udp",
  route: { kind: "address", sources: ["198.51.100.0/24", "2001:db8::/32"] },
  numberFormat: "national",
  priority: 1,
  active: true,
};

describe("people", () => {
  test("a password is kept only as what digest authentication needs", async () => {
    const { directory, store, departmentId } = await furnished();
    const request = { sipUsername: "kim", displayName: "김상담", role: "agent", departmentId } as const;
    const { madePassword } = value(await directory.addPerson({ ...request, password: "correct horse" }));
    expect(madePassword).toBeNull();
    expect(directory.view().ha1Of("kim")).toEqual({
      md5: createHash("md5").update("kim:jikimi:correct horse").digest("hex"),
      sha256: createHash("sha256").update("kim:jikimi:correct horse").digest("hex"),
    });
    expect(JSON.stringify(await store.load())).not.toContain("correct horse");
  });

  test("a password that is left out is made, and told once", async () => {
    const { directory } = await furnished();
    const request = { sipUsername: "lee", displayName: "이상담", role: "agent", departmentId: null } as const;
    const { madePassword } = value(await directory.addPerson(request));
    expect(madePassword).toMatch(/^[a-z0-9]{20}$/);
    const made = value(await directory.changePassword("lee"));
    expect(made).toMatch(/^[a-z0-9]{20}$/);
    expect(made).not.toBe(madePassword);
    expect(directory.view().ha1Of("lee")?.md5).toBe(createHash("md5").update(`lee:jikimi:${made}`).digest("hex"));
  });

  test.for([
    [{ sipUsername: "Kim" }, "invalid-username"],
    [{ sipUsername: "" }, "invalid-username"],
    [{ sipUsername: "a b" }, "invalid-username"],
    [{ displayName: "  " }, "invalid-name"],
    [{ displayName: "김\n상담" }, "invalid-name"],
    [{ departmentId: "nowhere" as DepartmentId }, "department-unknown"],
    [{ password: "short" }, "weak-password"],
    [{ password: "my name is kim" }, "weak-password"],
    [{}, "done"],
  ] as const)("%o is %s", async ([change, expected]) => {
    const { directory, departmentId } = await furnished();
    const request = { sipUsername: "kim", displayName: "김상담", role: "agent", departmentId, ...change } as const;
    expect(code(await directory.addPerson(request))).toBe(expected);
  });

  test("two who ask for the same name at once do not both get it", async () => {
    const { directory } = await furnished();
    const request = { sipUsername: "kim", displayName: "김", role: "agent", departmentId: null } as const;
    const outcomes = await Promise.all([directory.addPerson(request), directory.addPerson(request)]);
    expect(outcomes.map(code)).toEqual(["done", "username-taken"]);
    expect(directory.view().people).toHaveLength(1);
  });

  test("who left cannot authenticate nor be rung, and the last administrator stays", async () => {
    const { directory, departmentId } = await furnished();
    const agent = { sipUsername: "kim", displayName: "김", role: "agent", departmentId } as const;
    const { person } = value(await directory.addPerson(agent));
    expect(directory.view().agentsOf(departmentId)).toEqual([person]);
    value(await directory.changePerson(person.id, { active: false }));
    expect(directory.view().ha1Of("kim")).toBeNull();
    expect(directory.view().agentsOf(departmentId)).toEqual([]);
    const admin = { sipUsername: "boss", displayName: "관리자", role: "administrator", departmentId: null } as const;
    const boss = value(await directory.addPerson(admin)).person;
    expect(code(await directory.changePerson(boss.id, { role: "agent" }))).toBe("last-administrator");
    expect(code(await directory.changePerson(boss.id, { active: false }))).toBe("last-administrator");
    value(await directory.addPerson({ ...admin, sipUsername: "boss2" }));
    expect(code(await directory.changePerson(boss.id, { active: false }))).toBe("done");
  });

  test("the realm stays while there are people, since every HA1 is made for it", async () => {
    const { directory } = await furnished();
    const organisation = directory.view().organisation;
    if (organisation === null) throw new Error("not furnished");
    expect(code(await directory.setOrganisation({ ...organisation, sipRealm: "other" }))).toBe("done");
    value(await directory.addPerson({ sipUsername: "kim", displayName: "김", role: "agent", departmentId: null }));
    expect(code(await directory.setOrganisation({ ...organisation, sipRealm: "third" }))).toBe("realm-in-use");
    expect(code(await directory.setOrganisation({ ...organisation, sipRealm: "other", language: "en" }))).toBe("done");
  });
});

describe("departments", () => {
  test.for([
    ["records and announces", {}, "done"],
    ["records all without announcing", { noticeBeforeConnection: false }, "notice-required"],
    [
      "records on demand without announcing first",
      { noticeBeforeConnection: false, recordingMode: "on-demand" },
      "done",
    ],
    ["rings for one second", { ringTimeoutMs: 1000 }, "invalid-timeout"],
    ["waits for half an hour and more", { queueTimeoutMs: 2_000_000 }, "invalid-timeout"],
    ["has a policy that is not there", { policyId: "none" as PolicyId }, "policy-unknown"],
    ["shows a number that is not ours", { displayNumber: "02-1111-2222" }, "display-number-not-ours"],
    ["is in a time zone that is not there", { hours: { ...officeHours, timeZone: "Asia/Nowhere" } }, "invalid-hours"],
    ["closes before it opens", { hours: hoursOn([{ from: 1080, to: 540 }]) }, "invalid-hours"],
    ["opens in the middle of a minute", { hours: hoursOn([{ from: 540.5, to: 1080 }]) }, "invalid-hours"],
    [
      "opens twice at once",
      {
        hours: hoursOn([
          { from: 780, to: 1080 },
          { from: 540, to: 810 },
        ]),
      },
      "invalid-hours",
    ],
    ["has lunch backwards", { hours: { ...officeHours, lunch: { from: 780, to: 720 } } }, "invalid-hours"],
    [
      "closes on a day that is not there",
      { hours: { ...officeHours, exceptions: [holiday("2026-02-29")] } },
      "invalid-hours",
    ],
    ["closes on a leap day", { hours: { ...officeHours, exceptions: [holiday("2028-02-29")] } }, "done"],
    ["is open past midnight", { hours: hoursOn([{ from: 1320, to: 1800 }]) }, "done"],
    ["has no Korean name", { names: { ko: "", en: "Tax" } }, "invalid-name"],
  ] as const satisfies readonly (readonly [string, Partial<NewDepartment>, string])[])(
    "a department that %s",
    async ([, change, expected]) => {
      const { directory } = await furnished();
      expect(code(await directory.addDepartment({ ...aDepartment(), ...change, id: "tax" }))).toBe(expected);
    },
  );

  test("only a number of ours is shown to those we call, and it then stays ours", async () => {
    const { directory, departmentId } = await furnished();
    value(await directory.addNumber("02-2133-1111", departmentId));
    const changed = value(await directory.changeDepartment(departmentId, { displayNumber: "02-2133-1111" }));
    expect(changed.displayNumber).toBe("+82221331111");
    expect(code(await directory.removeNumber("0221331111"))).toBe("number-shown");
    value(await directory.changeDepartment(departmentId, { displayNumber: null }));
    expect(code(await directory.removeNumber("0221331111"))).toBe("done");
  });

  test("an id is taken once", async () => {
    const { directory } = await furnished();
    expect(code(await directory.addDepartment({ ...aDepartment(), id: "traffic" }))).toBe("id-taken");
    expect(code(await directory.addDepartment({ ...aDepartment(), id: "Traffic!" }))).toBe("invalid-id");
  });
});

describe("numbers", () => {
  test("a number is found however the carrier writes it", async () => {
    const { directory, departmentId } = await furnished();
    value(await directory.addNumber("02-2133-1111", departmentId));
    for (const dialled of ["0221331111", "+82221331111", "+82 (0)2 2133 1111", "02-2133-1111"]) {
      expect(directory.view().departmentOfNumber(dialled)?.id).toBe(departmentId);
    }
    expect(directory.view().departmentOfNumber("0221331112")).toBeNull();
    expect(directory.view().departmentOfNumber("anything")).toBeNull();
  });

  test("a number has one department at a time", async () => {
    const { directory, departmentId } = await furnished();
    value(await directory.addDepartment({ ...aDepartment(), id: "tax" }));
    value(await directory.addNumber("120", departmentId));
    expect(code(await directory.addNumber("120", "tax" as DepartmentId))).toBe("number-taken");
    expect(code(await directory.addNumber("hello", departmentId))).toBe("invalid-number");
    expect(code(await directory.addNumber("121", "none" as DepartmentId))).toBe("department-unknown");
    value(await directory.changeNumber("120", { departmentId: "tax" as DepartmentId }));
    expect(directory.view().departmentOfNumber("120")?.id).toBe("tax");
    expect(code(await directory.changeNumber("121", { departmentId }))).toBe("number-unknown");
    expect(code(await directory.removeNumber("121"))).toBe("number-unknown");
  });

  test("what hears a call is chosen for its line, else for its department, else for all", async () => {
    const { directory, departmentId } = await furnished();
    value(await directory.addNumber("120", departmentId));
    const chosen = () => {
      const view = directory.view();
      const department = view.department(departmentId);
      return department === null ? undefined : view.recognizerOf(department, "120");
    };
    expect(chosen()).toBeNull();
    value(await directory.changeDepartment(departmentId, { recognizer: "openai-compatible" }));
    expect(chosen()).toBe("openai-compatible");
    value(await directory.changeNumber("120", { recognizer: "whisper-base-ko" }));
    expect(chosen()).toBe("whisper-base-ko");
    expect(directory.view().departmentOfNumber("120")?.id).toBe(departmentId);
    value(await directory.changeNumber("120", { recognizer: null }));
    expect(chosen()).toBe("openai-compatible");
  });
});

describe("trunks", () => {
  test("a provider's password is sealed, never read back, and opened only on demand", async () => {
    const { directory, store } = await furnished();
    const registered: NewTrunk = {
      ...carrier,
      route: { kind: "registered", username: "0221331111", authUsername: null, registrationIntervalMs: 300_000 },
    };
    expect(code(await directory.addTrunk(registered))).toBe("secret-required");
    const trunk = value(await directory.addTrunk({ ...registered, secret: "p4ss-from-provider" }));
    expect(trunk.hasSecret).toBe(true);
    expect(JSON.stringify([await store.load(), directory.view().trunks])).not.toContain("p4ss-from-provider");
    expect(directory.openTrunkSecret(trunk.id)).toBe("p4ss-from-provider");
    const elsewhere = await Directory.open({
      store,
      seal: aesSecretSeal({ key: new Uint8Array(32).fill(8), random }),
      checkPolicy: () => [],
      clock: new ManualClock(),
      random,
      log: silentLog,
    });
    expect(() => elsewhere.openTrunkSecret(trunk.id)).toThrow("secret-unreadable");
  });

  test("a call belongs to the trunk whose network it comes from, and to none when that is switched off", async () => {
    const { directory } = await furnished();
    const trunk = value(await directory.addTrunk(carrier));
    const { trunkOfSource } = directory.view();
    for (const address of ["198.51.100.9", "::ffff:198.51.100.9", "2001:db8::1"]) {
      expect(trunkOfSource(address)?.id).toBe(trunk.id);
    }
    for (const address of ["198.51.101.9", "2001:db9::1", "not an address", ""]) {
      expect(trunkOfSource(address)).toBeNull();
    }
    value(await directory.setTrunkActive(trunk.id, false));
    expect(directory.view().trunkOfSource("198.51.100.9")).toBeNull();
    expect(directory.view().outboundTrunks()).toEqual([]);
  });

  test.for([
    [{ port: 0 }, "invalid-trunk"],
    [{ port: 65_536 }, "invalid-trunk"],
    [{ host: "bad host" }, "invalid-trunk"],
    [{ route: { kind: "address", sources: [] } }, "invalid-trunk"],
    [{ route: { kind: "address", sources: ["198.51.100.0/33"] } }, "invalid-trunk"],
    [{ route: { kind: "address", sources: ["carrier.example"] } }, "invalid-trunk"],
    [{ id: "No" }, "invalid-id"],
    [{ id: "other" }, "trunk-name-taken"],
    [{ id: "carrier", name: "other" }, "id-taken"],
  ] as const)("%o is %s", async ([change, expected]) => {
    const { directory } = await furnished();
    value(await directory.addTrunk(carrier));
    expect(code(await directory.addTrunk({ ...carrier, ...change }))).toBe(expected);
  });

  test("outbound calls try the lowest priority number first", async () => {
    const { directory } = await furnished();
    value(await directory.addTrunk({ ...carrier, priority: 5 }));
    value(await directory.addTrunk({ ...carrier, id: "second", name: "second", priority: 2 }));
    expect(
      directory
        .view()
        .outboundTrunks()
        .map(({ id }) => id),
    ).toEqual(["second", "carrier"]);
    expect(directory.view().trunk("second" as TrunkId)?.name).toBe("second");
  });
});

describe("policies", () => {
  test("each publication is a new version and old ones stay", async () => {
    const { directory } = await furnished();
    const second = value(await directory.publishPolicy({ id: "standard", body: { warnings: 3 }, author: "kim" }));
    expect(second.version).toBe(2);
    const view = directory.view();
    expect(view.policies).toEqual([second]);
    expect(view.policy(second.id)).toEqual(second);
    expect(view.policy(second.id, 1)?.body).toEqual({});
    expect(view.policy(second.id, 3)).toBeNull();
    expect(view.policyVersions(second.id).map(({ author }) => author)).toEqual(["preset", "kim"]);
    expect(view.policyVersions("none" as PolicyId)).toEqual([]);
  });

  test("what the rules refuse is told in both languages and not kept", async () => {
    const { directory } = await furnished();
    const outcome = await directory.publishPolicy({ id: "standard", body: "no", author: "kim" });
    expect(code(outcome)).toBe("policy-invalid");
    if (outcome.kind === "refused") {
      expect(outcome.problem.policyProblems?.[0]?.ko).toBe("객체여야 합니다.");
      expect(outcome.problem.ko).toContain("standard");
    }
    expect(directory.view().policy("standard" as PolicyId)?.version).toBe(1);
  });
});

test("changes are told after they can be seen, and a view that is held does not change", async () => {
  const { directory, departmentId } = await furnished();
  const heard: [DirectoryChange, number][] = [];
  const stop = directory.onChange((change) => heard.push([change, directory.view().numbers.length]));
  const before = directory.view();
  value(await directory.addNumber("120", departmentId));
  expect(await directory.addNumber("120", departmentId)).toMatchObject({ kind: "refused" });
  stop();
  value(await directory.addNumber("121", departmentId));
  expect(heard).toEqual([[{ kind: "number", number: "120" }, 1]]);
  expect(before.numbers).toEqual([]);
});

test("a store that fails rejects with the package's error and spoils nothing", async () => {
  const store = new MemoryDirectoryStore();
  const { directory } = await openDirectory(store);
  value(await directory.setOrganisation(sampleDepartment({ policyId: "standard", trunkPort: 5080 }).organisation));
  const insertPolicy = store.insertPolicy.bind(store);
  store.insertPolicy = () => Promise.reject(new Error("disk full"));
  const request = { id: "standard", body: {}, author: "preset" };
  await expect(directory.publishPolicy(request)).rejects.toMatchObject({
    name: "DirectoryError",
    code: "store-failed",
  });
  expect(directory.view().policies).toEqual([]);
  store.insertPolicy = insertPolicy;
  expect(code(await directory.publishPolicy(request))).toBe("done");
});

describe("the sample of a trial", () => {
  test("fills an empty directory once and leaves somebody's own alone", async () => {
    const { directory, store } = await openDirectory();
    value(await directory.publishPolicy({ id: "standard", body: {}, author: "preset" }));
    const sample = sampleDepartment({ policyId: "standard", trunkPort: 5080 });
    const passwords = await installSample(directory, sample);
    expect(passwords?.map(({ sipUsername }) => sipUsername)).toEqual(["agent1", "agent2"]);
    const view = directory.view();
    const department = view.departmentOfNumber("070-0000-0120");
    expect(department?.displayNumber).toBe("+827000000120");
    expect(department === null ? [] : view.agentsOf(department.id)).toHaveLength(2);
    expect(view.trunkOfSource("127.0.0.1")?.id).toBe("this-machine");
    expect(view.trunkOfSource("192.0.2.1")).toBeNull();
    expect(await installSample(directory, sample)).toBeNull();
    const again = await openDirectory(store);
    expect(again.directory.view().people).toHaveLength(2);
  });

  test("goes on where a start was cut off", async () => {
    const sample = sampleDepartment({ policyId: "standard", trunkPort: 5080 });
    const { directory, store } = await openDirectory();
    value(await directory.publishPolicy({ id: "standard", body: {}, author: "preset" }));
    store.insertTrunk = () => Promise.reject(new Error("killed"));
    await expect(installSample(directory, sample)).rejects.toThrow();
    const { insertTrunk } = MemoryDirectoryStore.prototype;
    store.insertTrunk = insertTrunk.bind(store);
    const second = await openDirectory(store);
    expect(await installSample(second.directory, sample)).toHaveLength(2);
  });
});
