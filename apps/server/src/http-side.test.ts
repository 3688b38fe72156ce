import { request } from "node:http";
import { operations } from "@jikimi/http-api";
import type { Principal } from "@jikimi/identity";
import { type AgentId, ManualClock, silentLog } from "@jikimi/kernel";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CallAudio } from "./call-audio.ts";
import { Addresses } from "./http/address.ts";
import { HttpSide } from "./http-side.ts";
import type { ServerStatus } from "./status-page.ts";

const token = "0123456789abcdef";
const roles = ["agent", "supervisor", "administrator", "auditor"] as const;
const askers = ["nobody", ...roles, "command line"] as const;
type Asker = (typeof askers)[number];

const reached: { name: string; who: Principal | null }[] = [];
const upgraded: (string | undefined)[] = [];
const clock = new ManualClock();
let side: HttpSide;
let port: number;

beforeAll(async () => {
  side = new HttpSide({
    bindHost: "127.0.0.1",
    clock,
    log: silentLog,
    token,
    addresses: new Addresses({ publicUrl: "https://desk.example.kr", trustedProxies: [], names: ["office-pc"] }),
    webApp: null,
    status: () => Promise.reject(new Error("not asked for here")) as Promise<ServerStatus>,
    operate: async (name, _input, who) => {
      reached.push({ name, who });
      return {};
    },
    // The cookie is the role.
    authenticate: async ({ headers }) => {
      const role = roles.find((one) => one === headers.cookie);
      return role === undefined ? null : { kind: "person", personId: "p" as AgentId, role, sessionId: "s" };
    },
    audio: { listen: () => Promise.reject(new Error("not listened to here")) } as unknown as CallAudio,
  });
  side.onUpgrade("/live", ({ headers }, socket) => {
    upgraded.push(headers.cookie);
    socket.end("HTTP/1.1 418 Reached\r\nConnection: close\r\n\r\n");
  });
  ({ port } = await side.listen(0));
});
afterAll(() => side[Symbol.asyncDispose]());
beforeEach(async () => {
  reached.length = 0;
  upgraded.length = 0;
  await clock.advance(60_000);
});

const origin = () => `http://127.0.0.1:${port}`;

function headersOf(asker: Asker): Record<string, string> {
  if (asker === "nobody") return { origin: origin() };
  if (asker === "command line") return { authorization: `Bearer ${token}` };
  return { origin: origin(), cookie: asker };
}

type Wish = { method?: string; headers?: Record<string, string>; body?: string };

/** `fetch` would not let a test say what a browser never says. */
function ask(path: string, { method = "GET", headers = {}, body }: Wish = {}) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>((resolve, reject) => {
    const asked = request({ port, path, method, headers: { host: `127.0.0.1:${port}`, ...headers } }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString() }),
      );
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

describe("who may ask what", () => {
  const names = Object.keys(operations) as (keyof typeof operations)[];

  test("is this table: role by operation, at the door", async () => {
    const lines = [["", ...askers].join(" | ")];
    for (const name of names) {
      const { method, path } = operations[name];
      const cells = [];
      for (const asker of askers) {
        await clock.advance(10_000);
        const url = path.replace(/:\w+/g, "x");
        const json = method === "GET" ? {} : { "content-type": "application/json" };
        const body = method === "GET" ? {} : { body: "{}" };
        const { status } = await ask(url, { method, headers: { ...headersOf(asker), ...json }, ...body });
        cells.push(status === 200 ? "yes" : status === 401 ? "sign in" : status === 403 ? "-" : String(status));
      }
      lines.push([name, ...cells].join(" | "));
    }
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("testdata/rights.txt");
  });

  test("what was refused was never carried out, and what was carried out knows who asked", async () => {
    await ask("/api/users", { headers: headersOf("agent") });
    expect(reached).toEqual([]);
    await ask("/api/users", { headers: headersOf("administrator") });
    expect(reached).toMatchObject([{ name: "users.list", who: { kind: "person", role: "administrator" } }]);
  });
});

describe("a page of another site", () => {
  const change = (headers: Record<string, string>) =>
    ask("/api/session/sign-out", {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json", ...headers },
    });

  test.for([
    ["our own page", () => ({ origin: origin(), cookie: "agent" }), 200],
    ["another site's page", () => ({ origin: "https://evil.example", cookie: "agent" }), 403],
    ["a page without an origin", () => ({ origin: "null", cookie: "agent" }), 403],
    ["a browser that says no origin", () => ({ cookie: "agent" }), 403],
    ["another name that leads here", () => ({ origin: "http://evil.example", host: "evil.example" }), 403],
    [
      "our public address",
      () => ({ origin: "https://desk.example.kr", host: "desk.example.kr", cookie: "agent" }),
      200,
    ],
    ["this machine's name", () => ({ origin: `http://office-pc:${port}`, host: `office-pc:${port}` }), 200],
  ] as const)("%s: %s", async ([, headers, expected]) => {
    expect((await change(headers())).status).toBe(expected);
  });

  test("cannot read either", async () => {
    const headers = { cookie: "administrator", "sec-fetch-site": "cross-site" };
    expect((await ask("/api/users", { headers })).status).toBe(403);
  });

  test.for([
    ["our own page", () => ({ origin: origin(), cookie: "agent" }), 418, "agent"],
    ["another site's page", () => ({ origin: "https://evil.example", cookie: "agent" }), 403, null],
    ["a program that shows somebody's cookie", () => ({ cookie: "agent" }), 418, undefined],
  ] as const)("cannot open a WebSocket: %s", async ([, headers, status, cookie]) => {
    const upgrade = { connection: "upgrade", upgrade: "websocket" };
    expect((await ask("/live", { headers: { ...headers(), ...upgrade } })).status).toBe(status);
    expect(upgraded).toEqual(cookie === null ? [] : [cookie]);
  });

  test("a WebSocket that nobody takes is refused", async () => {
    const headers = { origin: origin(), connection: "upgrade", upgrade: "websocket" };
    expect((await ask("/elsewhere", { headers })).status).toBe(404);
  });
});

test("everything that is said may do nothing when a browser shows it as a page, and is kept nowhere", async () => {
  const { headers } = await ask("/api/session", { headers: headersOf("nobody") });
  expect(headers).toMatchObject({
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
  });
});

test("who asks too fast is told when to come back; the command line and others are not held up", async () => {
  const answers = [];
  for (let i = 0; i < 320; i++) answers.push(await ask("/api/session", { headers: headersOf("nobody") }));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(Number(refused[0]?.headers["retry-after"])).toBeGreaterThan(0);
  expect((await ask("/api/users", { headers: headersOf("command line") })).status).toBe(200);
  await clock.advance(10_000);
  expect((await ask("/api/session", { headers: headersOf("nobody") })).status).toBe(200);
});

test.for([
  ["no JSON", "{", "application/json", 400],
  ["a form", "a=1", "application/x-www-form-urlencoded", 415],
  ["plain text, which other sites may send unasked", "{}", "text/plain", 415],
  ["more than anyone may send unasked", JSON.stringify({ username: "x".repeat(40_000) }), "application/json", 413],
] as const)("%s is refused in our words", async ([, body, type, status]) => {
  const answer = await ask("/api/session/sign-in", {
    method: "POST",
    headers: { ...headersOf("nobody"), "content-type": type },
    body,
  });
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.text)).toMatchObject({
    code: "invalid-input",
    ko: expect.any(String),
    en: expect.any(String),
  });
  expect(reached).toEqual([]);
});
