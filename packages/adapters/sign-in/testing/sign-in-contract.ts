import { inspect } from "node:util";
import { type Database, openDatabase } from "@jikimi/database";
import type { BrowserSessions, PasskeyCeremonies, Visit } from "@jikimi/identity";
import { type AgentId, type EpochMs, SystemClock, SystemRandom, silentLog } from "@jikimi/kernel";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSessions } from "../src/index.ts";
import { Authenticator } from "./authenticator.ts";

const origin = "https://desk.example";
const rpId = "desk.example";
const kim = "person-kim" as AgentId;
const wishes = { origin, rpId };

type Browser = { visit(): Visit; readonly cookies: Map<string, string>; readonly headers: string[] };

function browser(at = origin): Browser {
  const cookies = new Map<string, string>();
  const headers: string[] = [];
  const setCookie = (header: string) => {
    headers.push(header);
    const [pair = ""] = header.split(";");
    const [name = "", ...value] = pair.split("=");
    if (/max-age=0(?:;|$)/i.test(header)) cookies.delete(name);
    else cookies.set(name, value.join("="));
  };
  return {
    cookies,
    headers,
    visit: () => ({
      origin: at,
      source: "198.51.100.1",
      local: false,
      cookies: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
      setCookie,
    }),
  };
}

/** Sessions and passkeys on one kind of database. `open` gives the address of an empty one. */
export function signInContract(name: string, open: () => Promise<{ url: string }>): void {
  describe(`signing in: ${name}`, () => {
    let database: Database;
    let signIn: BrowserSessions & PasskeyCeremonies;
    const openWith = (secret: string) =>
      openSessions({ tables: database.signIn, secret, random: new SystemRandom(), log: silentLog });

    beforeAll(async () => {
      const { url } = await open();
      database = await openDatabase({ url, clock: new SystemClock(), log: silentLog });
      const person = {
        sipUsername: "kim",
        displayName: "김",
        role: "agent",
        departmentId: null,
        active: true,
      } as const;
      const row = { person: { ...person, id: kim, createdAtMs: 0 as EpochMs }, ha1: { md5: "", sha256: "" } };
      await database.directory.insertPerson(row);
      await database.accounts.put({ personId: kim, passwordHash: "h", displayName: "김", atMs: 0 as EpochMs });
      signIn = await openWith("a secret that is long enough for this test");
    }, 60_000);

    afterAll(async () => {
      await database?.[Symbol.asyncDispose]();
    });

    const signedIn = async (at = origin) => {
      const one = browser(at);
      return { ...one, session: await signIn.open(kim, one.visit()) };
    };

    describe("a session", () => {
      test("is read back from the cookie it was given, with when it was opened and last used", async () => {
        const { visit, session } = await signedIn();
        expect(await signIn.read(visit())).toEqual(session);
        expect(session).toMatchObject({ personId: kim, seenAtMs: session.openedAtMs });
        const seenAtMs = (session.openedAtMs + 60_000) as EpochMs;
        await database.accounts.sessionSeen(session.id, seenAtMs);
        expect(await signIn.read(visit())).toEqual({ ...session, seenAtMs });
      });

      test("travels in a cookie that no script reads, that other sites do not send, and behind https only by https", async () => {
        const { headers } = await signedIn();
        expect(headers).toHaveLength(1);
        expect(headers[0]).toMatch(
          /^__Secure-jikimi\.session_token=.*; Max-Age=57600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
        );
        const plain = await signedIn("http://192.0.2.7:8080");
        expect(plain.headers[0]).toMatch(/^jikimi\.session_token=.*; Path=\/; HttpOnly; SameSite=Lax$/);
        expect(await signIn.read(plain.visit())).not.toBeNull();
      });

      test("is nobody's once it is closed, and a browser forgets it", async () => {
        const { visit, session, cookies } = await signedIn();
        expect(signIn.claimed(visit())).not.toBeNull();
        await database.accounts.closeSession(session.id);
        expect(await signIn.read(visit())).toBeNull();
        signIn.forget(visit());
        expect(cookies.size).toBe(0);
        expect(signIn.claimed(visit())).toBeNull();
      });

      test("needs the signature of this server", async () => {
        const { visit, cookies } = await signedIn();
        const elsewhere = await openWith("the secret of another server, also long enough");
        expect(await elsewhere.read(visit())).toBeNull();
        const [[cookieName = "", value = ""] = []] = cookies;
        const [token = "", signature = ""] = decodeURIComponent(value).split(".");
        for (const forged of [token, `${token}.`, `${token}x.${signature}`, `.${signature}`, `${signature}.${token}`]) {
          cookies.set(cookieName, encodeURIComponent(forged));
          expect(await signIn.read(visit()), forged).toBeNull();
        }
      });

      test("is never found in what somebody writes into a cookie", async () => {
        await fc.assert(
          fc.asyncProperty(fc.string({ maxLength: 300 }), async (text) => {
            const { visit, cookies } = browser();
            cookies.set("__Secure-jikimi.session_token", text);
            expect(await signIn.read(visit())).toBeNull();
          }),
          { numRuns: 50 },
        );
      });

      test("keeps neither the address nor the browser of a person", async () => {
        await signedIn();
        const { db, tables } = database.signIn;
        for (const row of await db.select().from(tables.session))
          expect([row.ipAddress, row.userAgent]).toEqual(["", ""]);
      });
    });

    describe("a passkey", () => {
      const made = async () => {
        const one = await signedIn();
        const authenticator = new Authenticator();
        const options = await signIn.begin(one.visit(), "kim");
        if (options === "too-old") throw new Error("too old");
        const answer = authenticator.create(options, wishes);
        expect(await signIn.add(one.visit(), answer, "회사 노트북")).toBe("added");
        return { ...one, authenticator };
      };

      test("is made by who is signed in, is theirs, and signs them in where they never were", async () => {
        const { authenticator } = await made();
        expect((await database.accounts.passkeysOf(kim)).at(-1)).toMatchObject({ name: "회사 노트북" });
        const other = browser();
        const options = await signIn.beginSignIn(other.visit());
        expect(options).toMatchObject({ rpId, userVerification: "required" });
        expect(JSON.stringify(options), "every passkey of this address may answer").not.toContain("allowCredentials");
        const session = await signIn.signIn(other.visit(), authenticator.get(options, wishes));
        expect(session).toMatchObject({ personId: kim });
        expect(await signIn.read(other.visit())).toEqual(session);
      });

      test("is asked for with the person's own name, on their device, with proof of who they are", async () => {
        const { visit } = await signedIn();
        expect(await signIn.begin(visit(), "kim")).toMatchObject({
          rp: { id: rpId, name: "Jikimi" },
          user: { name: "kim", displayName: "kim" },
          authenticatorSelection: { residentKey: "required", userVerification: "required" },
        });
      });

      test.for([
        ["of another page", { origin: "https://evil.example", rpId }],
        ["for another name", { origin, rpId: "evil.example" }],
        ["without proof of its owner", { origin, rpId, userVerified: false }],
      ] as const)("%s neither is made nor signs in", async ([, wrong]) => {
        const { visit } = await signedIn();
        const options = await signIn.begin(visit(), "kim");
        if (options === "too-old") throw new Error("too old");
        expect(await signIn.add(visit(), new Authenticator().create(options, wrong), "x")).toBe("refused");
        const { authenticator } = await made();
        const other = browser();
        const request = await signIn.beginSignIn(other.visit());
        expect(await signIn.signIn(other.visit(), authenticator.get(request, wrong))).toBeNull();
        expect(await signIn.read(other.visit())).toBeNull();
      });

      test("answers one challenge, once, in the browser that was asked", async () => {
        const { authenticator } = await made();
        const [one, other] = [browser(), browser()];
        const options = await signIn.beginSignIn(one.visit());
        await signIn.beginSignIn(other.visit());
        const answer = authenticator.get(options, wishes);
        expect(await signIn.signIn(other.visit(), answer)).toBeNull();
        expect(await signIn.signIn(browser().visit(), answer)).toBeNull();
        expect(await signIn.signIn(one.visit(), answer)).not.toBeNull();
        expect(await signIn.signIn(one.visit(), answer)).toBeNull();
      });

      test("that was copied is noticed by its counter", async () => {
        const { authenticator } = await made();
        authenticator.counter = 10;
        const use = async () => {
          const one = browser();
          const options = await signIn.beginSignIn(one.visit());
          return signIn.signIn(one.visit(), authenticator.get(options, wishes));
        };
        expect(await use()).not.toBeNull();
        authenticator.counter = 5;
        expect(await use()).toBeNull();
      });

      test("that nobody added, or whose signature is another's, is refused", async () => {
        const { authenticator } = await made();
        const one = browser();
        const stranger = new Authenticator().get(await signIn.beginSignIn(one.visit()), wishes);
        expect(await signIn.signIn(one.visit(), stranger)).toBeNull();
        const options = await signIn.beginSignIn(one.visit());
        const answer = authenticator.get(options, wishes);
        const forged = { ...answer, response: new Authenticator().get(options, wishes).response };
        expect(await signIn.signIn(one.visit(), forged)).toBeNull();
      });

      test("is made only by who signed in within the hour, and not by nobody", async () => {
        const { visit, session } = await signedIn();
        const options = await signIn.begin(visit(), "kim");
        const { db, tables } = database.signIn;
        await db.update(tables.session).set({ createdAt: new Date(session.openedAtMs - 3_700_000) });
        expect(await signIn.begin(visit(), "kim")).toBe("too-old");
        if (options === "too-old") throw new Error("too old");
        expect(await signIn.add(visit(), new Authenticator().create(options, wishes), "x")).toBe("too-old");
        expect(await signIn.add(browser().visit(), {}, "x")).toBe("refused");
      });

      test("whatever a browser answers, it is a no and never a failure", async () => {
        const { visit } = await signedIn();
        const anything = fc.object({ maxDepth: 3 });
        await fc.assert(
          fc.asyncProperty(anything, fc.string(), async (extra, id) => {
            const answer = { ...extra, id };
            await signIn.begin(visit(), "kim");
            expect(await signIn.add(visit(), answer, "x")).toBe("refused");
            const one = browser();
            await signIn.beginSignIn(one.visit());
            expect(await signIn.signIn(one.visit(), answer)).toBeNull();
          }),
          { numRuns: 30 },
        );
      });
    });

    test("a database that fails is a failure that quotes neither cookie nor token", async () => {
      const { visit, cookies } = await signedIn();
      const [token = ""] = [...cookies.values()].map((value) => value.split(".")[0] ?? "");
      const { db } = database.signIn;
      await db.execute("ALTER TABLE sessions RENAME TO elsewhere");
      try {
        for (const ask of [() => signIn.read(visit()), () => signIn.open(kim, visit())]) {
          const failure: unknown = await ask().catch((one: unknown) => one);
          expect(failure).toBeInstanceOf(Error);
          expect(inspect(failure, { depth: 9 })).not.toContain(token);
        }
      } finally {
        await db.execute("ALTER TABLE elsewhere RENAME TO sessions");
      }
    });
  });
}
