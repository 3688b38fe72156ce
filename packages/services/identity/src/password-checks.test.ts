import { expect, test } from "vitest";
import { PasswordChecks } from "./password-checks.ts";

/** Holds every answer back until it is let go. */
function heldHasher() {
  const held: (() => void)[] = [];
  let most = 0;
  let running = 0;
  return {
    letGo: () => held.shift()?.(),
    held,
    most: () => most,
    hasher: {
      hash: async (password: string) => `h:${password}`,
      verify: (hash: string, password: string) =>
        new Promise<boolean>((resolve) => {
          running += 1;
          most = Math.max(most, running);
          held.push(() => {
            running -= 1;
            resolve(hash === `h:${password}`);
          });
        }),
      isOutdated: () => false,
    },
  };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("a few are checked at a time, the others in their turn, and too many are sent away", async () => {
  const { hasher, held, letGo, most } = heldHasher();
  const checks = new PasswordChecks(hasher, "made up");
  await checks.ready();
  const answers = Array.from({ length: 40 }, (_, n) => checks.verify("h:right", n % 2 === 0 ? "right" : "wrong"));
  const settled: string[] = [];
  for (const answer of answers) void answer.then((one) => settled.push(one));
  await turn();
  expect(settled).toEqual(Array.from({ length: 8 }, () => "busy"));
  while (settled.length < 40) {
    expect(held.length).toBeGreaterThan(0);
    letGo();
    await turn();
  }
  expect(most()).toBe(2);
  const all = await Promise.all(answers);
  expect(all.filter((one) => one === "right")).toHaveLength(16);
  expect(all.filter((one) => one === "wrong")).toHaveLength(16);
});

test("who is not there is checked against something, and never right", async () => {
  const { hasher, letGo } = heldHasher();
  const checks = new PasswordChecks(hasher, "made up");
  const answer = checks.verify(null, "made up");
  await turn();
  letGo();
  expect(await answer).toBe("wrong");
});
