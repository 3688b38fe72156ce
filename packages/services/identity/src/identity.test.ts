import { describe, expect, test } from "vitest";
import { Browser } from "../testing/browser.ts";
import { openHouse } from "../testing/house.ts";
import { totpCode } from "./totp.ts";

const password = "correct horse battery";

async function withKim() {
  const house = await openHouse();
  const kim = await house.hire("kim", password);
  const signIn = (
    browser: Browser,
    given: { username?: string; password?: string; totp?: string; backupCode?: string } = {},
  ) => house.identity.signIn(browser.visit(), { username: "kim", password, ...given });
  /** Signs in and gives back who they are to an operation. */
  const signedIn = async (browser: Browser) => {
    expect(await signIn(browser)).toMatchObject({ kind: "done" });
    const who = await house.identity.whoAsks(browser.visit());
    if (who?.kind !== "person") throw new Error("nobody is signed in");
    return who;
  };
  return { ...house, kim, signIn, signedIn };
}

function outcome(result: { kind: string; code?: string; problem?: { code: string } }): string {
  return result.kind === "done" ? "done" : (result.code ?? result.problem?.code ?? "?");
}

describe("signing in", () => {
  test("a person with an account is themselves until they sign out", async () => {
    const { signIn, identity, kim } = await withKim();
    const browser = new Browser();
    const result = await signIn(browser, { username: " KIM " });
    expect(result).toMatchObject({ kind: "done", value: { person: { id: kim.id }, secondFactor: { totp: false } } });
    expect(await identity.whoAsks(browser.visit())).toMatchObject({ kind: "person", personId: kim.id, role: "agent" });
    await identity.signOut(browser.visit());
    expect(await identity.whoAsks(browser.visit())).toBeNull();
  });

  test("a copied cookie is worth nothing after signing out", async () => {
    const { signIn, identity } = await withKim();
    const browser = new Browser();
    await signIn(browser);
    const thief = browser.visit();
    expect(await identity.whoAsks(thief)).not.toBeNull();
    await identity.signOut(browser.visit());
    expect(await identity.whoAsks(thief)).toBeNull();
  });

  test("Hangul typed in parts is the Hangul typed in syllables", async () => {
    const { hire, identity } = await withKim();
    await hire("lee", "비밀번호는 길게 적습니다".normalize("NFC"));
    const given = { username: "lee", password: "비밀번호는 길게 적습니다".normalize("NFD") };
    expect(outcome(await identity.signIn(new Browser().visit(), given))).toBe("done");
  });

  test.for([
    ["a wrong password", "kim", "wrong password"],
    ["nobody's name", "nobody", password],
    ["an empty-looking name", "\u0000", password],
    ["a desk telephone's name", "deskphone", "desk telephone"],
    ["the name of who has left", "gone", password],
    ["SQL", "' or 1=1 --", password],
  ] as const)("%s gets the same words, after the same work", async ([, username, given]) => {
    const { hire, directory, hasher, identity } = await withKim();
    await hire("deskphone", null);
    const gone = await hire("gone", password);
    await directory.changePerson(gone.id, { active: false });
    expect(await identity.signIn(new Browser().visit(), { username, password: given })).toEqual({
      kind: "refused",
      code: "wrong-credentials",
    });
    expect(hasher.verified).toBe(1);
  });

  test("a hash made with less than today's cost is made anew when the password is known", async () => {
    const { store, kim, signIn } = await withKim();
    store.accounts.set(kim.id, { personId: kim.id, passwordHash: `plain1:${password}` });
    expect(outcome(await signIn(new Browser()))).toBe("done");
    expect(store.accounts.get(kim.id)?.passwordHash).toBe(`plain2:${password}`);
  });

  test("a database that does not answer is no wrong password", async () => {
    const { store, signIn } = await withKim();
    const browser = new Browser();
    store.failing = true;
    for (let n = 0; n < 20; n += 1) await expect(signIn(browser)).rejects.toMatchObject({ code: "store-failed" });
    store.failing = false;
    expect(outcome(await signIn(browser))).toBe("done");
  });
});

describe("guessing", () => {
  const wrong = { password: "wrong wrong wrong" };
  const attacker = () => new Browser({ source: "203.0.113.66" });

  test("five tries are free, then each wait is longer, and the right password waits as well", async () => {
    const { signIn, clock } = await withKim();
    for (let n = 0; n < 5; n += 1) expect(outcome(await signIn(attacker(), wrong))).toBe("wrong-credentials");
    const waits: (number | undefined)[] = [];
    for (let n = 0; n < 8; n += 1) {
      const refused = await signIn(attacker());
      expect(outcome(refused)).toBe("too-many-attempts");
      const waitMs = refused.kind === "refused" ? refused.retryAfterMs : undefined;
      waits.push(waitMs);
      await clock.advance(waitMs ?? 0);
      expect(outcome(await signIn(attacker(), wrong))).toBe("wrong-credentials");
    }
    expect(waits).toEqual([5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  });

  // Who is held up when somebody at 203.0.113.66 has guessed at kim's password until they were slowed down.
  test.for([
    { who: "the guesser", source: "203.0.113.66", username: "kim", knows: false, expected: "too-many-attempts" },
    { who: "kim, from elsewhere", source: "198.51.100.1", username: "kim", knows: false, expected: "done" },
    {
      who: "kim, from there, in a known browser",
      source: "203.0.113.66",
      username: "kim",
      knows: true,
      expected: "done",
    },
    { who: "lee, from there", source: "203.0.113.66", username: "lee", knows: false, expected: "done" },
    { who: "lee, from elsewhere", source: "198.51.100.1", username: "lee", knows: false, expected: "done" },
  ])("holds up $who: $expected", async ({ source, username, knows, expected }) => {
    const { signIn, hire } = await withKim();
    await hire("lee", password);
    const browser = new Browser({ source });
    if (knows) {
      await signIn(browser, { username });
      for (const name of browser.cookies.keys()) if (name !== "jikimi.device") browser.cookies.delete(name);
    }
    for (let n = 0; n < 30; n += 1) await signIn(attacker(), wrong);
    expect(outcome(await signIn(browser, { username }))).toBe(expected);
  });

  test("a stolen mark of a known browser gives five tries of its own, not endless ones", async () => {
    const { signIn } = await withKim();
    const browser = new Browser();
    await signIn(browser);
    const outcomes: string[] = [];
    for (let n = 0; n < 8; n += 1) outcomes.push(outcome(await signIn(browser, wrong)));
    expect(outcomes.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => "wrong-credentials"));
    expect(outcomes.slice(5)).toEqual(Array.from({ length: 3 }, () => "too-many-attempts"));
  });

  test("many names from one place are slowed down too, but never for long", async () => {
    const { identity, signIn, clock, hire } = await withKim();
    await hire("lee", password);
    let refused = 0;
    for (let n = 0; n < 200; n += 1) {
      const result = await identity.signIn(attacker().visit(), { username: `name${n}`, password: "guess" });
      if (outcome(result) === "too-many-attempts") refused += 1;
    }
    expect(refused).toBe(150);
    const held = await signIn(attacker(), { username: "lee" });
    expect(held.kind === "refused" ? held.retryAfterMs : 0).toBeLessThanOrEqual(30_000);
    await clock.advance(30_000);
    expect(outcome(await signIn(attacker(), { username: "lee" }))).toBe("done");
  });

  test("a hundred guesses at the same moment are five", async () => {
    const { signIn, hasher } = await withKim();
    const results = await Promise.all(Array.from({ length: 100 }, () => signIn(attacker(), wrong)));
    expect(results.filter((result) => outcome(result) === "wrong-credentials")).toHaveLength(5);
    expect(hasher.verified).toBe(5);
  });

  test("names that do not exist are slowed down like those that do", async () => {
    const { signIn } = await withKim();
    const answers = async (username: string) => {
      const seen: unknown[] = [];
      for (let n = 0; n < 8; n += 1) seen.push(await signIn(attacker(), { username, ...wrong }));
      return seen;
    };
    expect(await answers("nobody")).toEqual(await answers("kim"));
  });
});

describe("a second factor", () => {
  async function withTotp() {
    const house = await withKim();
    const browser = new Browser();
    const who = await house.signedIn(browser);
    const begun = await house.identity.beginTotp(who, password);
    if (begun.kind !== "done") throw new Error("not begun");
    const { uri, backupCodes } = begun.value;
    const secret = fromBase32(new URL(uri).searchParams.get("secret") ?? "");
    const code = () => totpCode(secret, Math.floor(house.clock.nowMs() / 30_000));
    return { ...house, browser, who, backupCodes, code };
  }

  async function withTotpOn() {
    const house = await withTotp();
    expect(outcome(await house.identity.confirmTotp(house.who, house.code()))).toBe("done");
    await house.clock.advance(30_000);
    return house;
  }

  test("is asked for only after the first right code, and then after the password", async () => {
    const { identity, signIn, who, code, clock } = await withTotp();
    expect(outcome(await signIn(new Browser()))).toBe("done");
    expect(outcome(await identity.confirmTotp(who, "000000"))).toBe("second-factor-wrong");
    expect(outcome(await identity.confirmTotp(who, code()))).toBe("done");
    expect(outcome(await signIn(new Browser()))).toBe("second-factor-required");
    expect(outcome(await signIn(new Browser(), { password: "wrong", totp: code() }))).toBe("wrong-credentials");
    await clock.advance(30_000);
    const result = await signIn(new Browser(), { totp: code() });
    expect(result).toMatchObject({ kind: "done", value: { secondFactor: { totp: true } } });
  });

  test("a code is good once, in the same breath, later, and for confirming", async () => {
    const { signIn, code, clock, identity, who } = await withTotpOn();
    const used = code();
    expect(outcome(await signIn(new Browser(), { totp: used }))).toBe("done");
    expect(outcome(await signIn(new Browser(), { totp: used }))).toBe("second-factor-wrong");
    await clock.advance(30_000);
    expect(outcome(await signIn(new Browser(), { totp: used }))).toBe("second-factor-wrong");
    const next = code();
    expect(outcome(await identity.confirmTotp(who, next))).toBe("done");
    expect(outcome(await signIn(new Browser(), { totp: next }))).toBe("second-factor-wrong");
  });

  test("a backup code is good once, however it is written", async () => {
    const { signIn, backupCodes } = await withTotpOn();
    const [first = "", second = ""] = backupCodes;
    expect(backupCodes).toHaveLength(10);
    expect(outcome(await signIn(new Browser(), { backupCode: first.toLowerCase() }))).toBe("done");
    expect(outcome(await signIn(new Browser(), { backupCode: first }))).toBe("second-factor-wrong");
    expect(outcome(await signIn(new Browser(), { backupCode: second }))).toBe("done");
  });

  test("who has the password guesses codes slowly, from however many places", async () => {
    const { signIn } = await withTotpOn();
    const outcomes: string[] = [];
    for (let n = 0; n < 40; n += 1) {
      const browser = new Browser({ source: `203.0.113.${n}` });
      outcomes.push(outcome(await signIn(browser, { totp: String(100_000 + n) })));
    }
    expect(outcomes.filter((one) => one === "second-factor-wrong").length).toBe(8);
    expect(outcomes.slice(8).every((one) => one === "too-many-attempts")).toBe(true);
  });

  test("asking without a code wipes no slate", async () => {
    const { signIn } = await withTotpOn();
    const guesser = new Browser({ source: "203.0.113.66" });
    const outcomes: string[] = [];
    for (let n = 0; n < 10; n += 1) {
      outcomes.push(outcome(await signIn(guesser)), outcome(await signIn(guesser, { totp: "123456" })));
    }
    expect(outcomes.filter((one) => one === "second-factor-wrong")).toHaveLength(5);
  });

  test("while others guess codes, its owner signs in where they did before", async () => {
    const { signIn, browser, code } = await withTotpOn();
    for (let n = 0; n < 40; n += 1) await signIn(new Browser({ source: `203.0.113.${n}` }), { totp: "000000" });
    expect(outcome(await signIn(browser, { totp: code() }))).toBe("done");
  });

  test("it is begun and ended with the password only, and not replaced by who sits at an open screen", async () => {
    const { identity, who, signIn } = await withTotpOn();
    expect(outcome(await identity.beginTotp(who, "wrong"))).toBe("wrong-credentials");
    expect(outcome(await identity.beginTotp(who, password))).toBe("second-factor-already-set");
    expect(outcome(await identity.removeTotp(who, "wrong"))).toBe("wrong-credentials");
    expect(outcome(await identity.removeTotp(who, password))).toBe("done");
    expect(outcome(await signIn(new Browser()))).toBe("done");
    expect(outcome(await identity.confirmTotp(who, "123456"))).toBe("second-factor-unset");
  });
});

describe("changing how one signs in", () => {
  test.for([
    [{ current: "wrong", next: "another long password" }, "wrong-credentials"],
    [{ current: password, next: password }, "password-unchanged"],
    [{ current: password, next: "short" }, "weak-password"],
    [{ current: password, next: "kim is my own name" }, "weak-password"],
    [{ current: password, next: "another long password" }, "done"],
  ] as const)("%o: %s", async ([request, expected]) => {
    const { identity, signedIn } = await withKim();
    expect(outcome(await identity.changePassword(await signedIn(new Browser()), request))).toBe(expected);
  });

  test("a changed password signs out every other browser, and the old one is good for nothing", async () => {
    const { identity, signIn, signedIn } = await withKim();
    const [here, elsewhere] = [new Browser(), new Browser()];
    await signIn(elsewhere);
    const who = await signedIn(here);
    await identity.changePassword(who, { current: password, next: "another long password" });
    expect(await identity.whoAsks(here.visit())).not.toBeNull();
    expect(await identity.whoAsks(elsewhere.visit())).toBeNull();
    expect(outcome(await signIn(elsewhere))).toBe("wrong-credentials");
    expect(outcome(await signIn(elsewhere, { password: "another long password" }))).toBe("done");
  });

  test("the password cannot be guessed at from an open screen", async () => {
    const { identity, signedIn } = await withKim();
    const who = await signedIn(new Browser());
    const outcomes: string[] = [];
    for (let n = 0; n < 7; n += 1) outcomes.push(outcome(await identity.removeTotp(who, `guess ${n}`)));
    expect(outcomes.slice(5)).toEqual(["too-many-attempts", "too-many-attempts"]);
  });

  test("a reset ends every session and can take away a lost telephone", async () => {
    const { identity, signedIn, signIn, store, kim } = await withKim();
    const browser = new Browser();
    await signedIn(browser);
    await store.putSecondFactor(kim.id, { sealedSecret: "x", on: true, lastStep: 0, backupCodeHashes: [] });
    expect(outcome(await identity.resetPassword("nobody", { secondFactors: "keep" }))).toBe("account-unknown");
    const reset = await identity.resetPassword("kim", { secondFactors: "remove" });
    const made = reset.kind === "done" ? reset.value.madePassword : "";
    expect(await identity.whoAsks(browser.visit())).toBeNull();
    expect(outcome(await signIn(new Browser()))).toBe("wrong-credentials");
    expect(outcome(await signIn(new Browser(), { password: made }))).toBe("done");
  });
});

describe("passkeys", () => {
  test("one signs in with it, until it is removed or its owner leaves", async () => {
    const { identity, signedIn, directory, kim } = await withKim();
    const browser = new Browser();
    const who = await signedIn(browser);
    expect(await identity.beginPasskey(who, browser.visit())).toMatchObject({ value: { user: { name: "kim" } } });
    expect(outcome(await identity.addPasskey(browser.visit(), { id: "key1" }, "열쇠"))).toBe("done");
    expect((await identity.passkeysOf(who, browser.visit())).passkeys).toMatchObject([{ id: "key1", name: "열쇠" }]);
    const other = new Browser();
    expect(outcome(await identity.signInWithPasskey(other.visit(), { id: "key1" }))).toBe("done");
    expect(outcome(await identity.signInWithPasskey(new Browser().visit(), { id: "key2" }))).toBe("passkey-refused");
    await directory.changePerson(kim.id, { active: false });
    expect(outcome(await identity.signInWithPasskey(other.visit(), { id: "key1" }))).toBe("passkey-refused");
    expect(await identity.whoAsks(other.visit())).toBeNull();
    await directory.changePerson(kim.id, { active: true });
    expect(await identity.whoAsks(other.visit())).toBeNull();
    expect(outcome(await identity.removePasskey(who, "key1"))).toBe("done");
    expect(outcome(await identity.removePasskey(who, "key1"))).toBe("passkey-unknown");
  });

  test("somebody else's passkey is not theirs to remove", async () => {
    const { identity, signedIn, store, hire } = await withKim();
    const lee = await hire("lee", password);
    store.passkeys.set("lees", { personId: lee.id, passkey: { id: "lees", name: "", createdAtMs: null } });
    expect(outcome(await identity.removePasskey(await signedIn(new Browser()), "lees"))).toBe("passkey-unknown");
  });

  test("where the address cannot have them, that is said", async () => {
    const { identity, signedIn } = await withKim();
    const plain = new Browser({ origin: "http://192.0.2.7:8080" });
    const who = await signedIn(plain);
    expect((await identity.passkeysOf(who, plain.visit())).offered).toBe(false);
    expect(outcome(await identity.beginPasskey(who, plain.visit()))).toBe("passkey-unavailable");
    expect(outcome(await identity.beginPasskeySignIn(plain.visit()))).toBe("passkey-unavailable");
    expect(outcome(await identity.signInWithPasskey(plain.visit(), {}))).toBe("passkey-unavailable");
  });
});

function fromBase32(text: string): Uint8Array {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}
