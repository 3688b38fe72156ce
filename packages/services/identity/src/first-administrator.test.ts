import { expect, test } from "vitest";
import { Browser } from "../testing/browser.ts";
import { openHouse } from "../testing/house.ts";

const request = { username: "boss", displayName: "관리자", password: "correct horse battery" };
const here = () => new Browser({ local: true }).visit();
const elsewhere = () => new Browser({ local: false }).visit();

function outcome(result: { kind: string; code?: string; problem?: { code: string } }): string {
  return result.kind === "done" ? "done" : (result.code ?? result.problem?.code ?? "?");
}

test("on this machine no code is asked for, and afterwards the door is shut", async () => {
  const { firstAdministrator, identity } = await openHouse();
  expect(await firstAdministrator.isMissing()).toBe(true);
  expect(outcome(await firstAdministrator.create(here(), request))).toBe("done");
  expect(await firstAdministrator.isMissing()).toBe(false);
  expect(outcome(await firstAdministrator.create(here(), { ...request, username: "other" }))).toBe("already-set-up");
  expect(outcome(await identity.signIn(elsewhere(), request))).toBe("done");
});

test("of two who ask at once one is the administrator", async () => {
  const { firstAdministrator, directory } = await openHouse();
  const results = await Promise.all([
    firstAdministrator.create(here(), request),
    firstAdministrator.create(here(), { ...request, username: "other" }),
  ]);
  expect(results.map(outcome)).toEqual(["done", "already-set-up"]);
  expect(directory.view().people).toHaveLength(1);
});

test("from elsewhere the code that the server printed is needed, however it is typed", async () => {
  const { firstAdministrator } = await openHouse();
  const { setupCode } = firstAdministrator;
  expect(setupCode).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/);
  for (const wrong of [undefined, "", "AAAA-AAAA", `${setupCode}X`]) {
    const given = { ...request, setupCode: wrong };
    expect(outcome(await firstAdministrator.create(elsewhere(), given))).toBe("setup-code-required");
  }
  const given = { ...request, setupCode: ` ${setupCode.toLowerCase().replace("-", " ")} ` };
  expect(outcome(await firstAdministrator.create(elsewhere(), given))).toBe("done");
});

test("the code cannot be guessed at quickly", async () => {
  const { firstAdministrator, clock } = await openHouse();
  const outcomes: string[] = [];
  for (let n = 0; n < 8; n += 1) {
    outcomes.push(outcome(await firstAdministrator.create(elsewhere(), { ...request, setupCode: `AAAA-AAA${n}` })));
  }
  expect(outcomes.slice(5)).toEqual(["too-many-attempts", "too-many-attempts", "too-many-attempts"]);
  await clock.advance(5000);
  const right = { ...request, setupCode: firstAdministrator.setupCode };
  expect(outcome(await firstAdministrator.create(elsewhere(), right))).toBe("done");
});

test("an administrator from before there were accounts takes theirs over", async () => {
  const { firstAdministrator, hire, identity } = await openHouse();
  const boss = await hire("boss", null, "administrator");
  expect(await firstAdministrator.isMissing()).toBe(true);
  const created = await firstAdministrator.create(here(), request);
  expect(created).toMatchObject({ kind: "done", value: { id: boss.id } });
  expect(outcome(await identity.signIn(elsewhere(), request))).toBe("done");
});

test.for([
  [{ username: "a b" }, "invalid-username"],
  [{ displayName: "" }, "invalid-name"],
  [{ password: "short" }, "weak-password"],
  [{ username: "agent" }, "username-taken"],
] as const)("%o: %s, and the door stays open", async ([change, expected]) => {
  const { firstAdministrator, hire } = await openHouse();
  await hire("agent", null);
  expect(outcome(await firstAdministrator.create(here(), { ...request, ...change }))).toBe(expected);
  expect(await firstAdministrator.isMissing()).toBe(true);
});
