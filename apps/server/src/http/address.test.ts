import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { Addresses } from "./address.ts";

const asked = (from: string, headers: Record<string, string>) =>
  ({ socket: { remoteAddress: from }, headers: { host: "127.0.0.1:8080", ...headers } }) as unknown as IncomingMessage;

const addresses = new Addresses({
  publicUrl: "https://desk.example.kr",
  trustedProxies: ["127.0.0.1", "10.0.0.0/8", "fd00::/8"],
  names: ["office-pc"],
});

describe("where a request came to", () => {
  test.for([
    ["127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["localhost", "http://localhost"],
    ["desk.localhost:8080", "http://desk.localhost:8080"],
    ["192.168.0.10:8080", "http://192.168.0.10:8080"],
    ["[fd00::1]:8080", "http://[fd00::1]:8080"],
    ["OFFICE-PC:8080", "http://office-pc:8080"],
    ["desk.example.kr", "https://desk.example.kr"],
    ["evil.example", null],
    ["desk.example.kr.evil.example", null],
    ["127.0.0.1@evil.example", null],
    ["", null],
    ["a b", null],
    ["127.0.0.1:99999999", null],
  ] as const)("%s is %s", ([host, origin]) => {
    expect(addresses.read(asked("192.0.2.1", { host }))?.origin ?? null).toBe(origin);
  });

  test("behind a trusted proxy it is what the proxy says; from anybody else it is not believed", () => {
    const headers = { host: "127.0.0.1:8080", "x-forwarded-host": "desk.example.kr" };
    expect(addresses.read(asked("127.0.0.1", headers))?.origin).toBe("https://desk.example.kr");
    expect(addresses.read(asked("192.0.2.1", headers))?.origin).toBe("http://127.0.0.1:8080");
  });
});

describe("where a request came from", () => {
  test.for([
    ["straight", "192.0.2.1", {}, "192.0.2.1"],
    ["IPv4 on a socket for both", "::ffff:192.0.2.1", {}, "192.0.2.1"],
    ["IPv6: a household is one", "2001:db8:1:2:3:4:5:6", {}, "2001:db8:1:2::/64"],
    ["IPv6, shortened", "2001:db8::1", {}, "2001:db8:0:0::/64"],
    ["through a proxy of ours", "127.0.0.1", { "x-forwarded-for": "192.0.2.7" }, "192.0.2.7"],
    ["through two of ours", "127.0.0.1", { "x-forwarded-for": "192.0.2.7, 10.1.2.3" }, "192.0.2.7"],
    ["what was written in front of it", "127.0.0.1", { "x-forwarded-for": "1.1.1.1, 192.0.2.7" }, "192.0.2.7"],
    ["a stranger who claims to be a proxy", "192.0.2.1", { "x-forwarded-for": "1.1.1.1" }, "192.0.2.1"],
    ["a chain that is none", "127.0.0.1", { "x-forwarded-for": "nonsense" }, "127.0.0.1"],
  ] as const)("%s", ([, from, headers, source]) => {
    expect(addresses.read(asked(from, headers))?.source).toBe(source);
  });

  test.for([
    ["in a browser on this machine", "127.0.0.1", {}, true],
    ["by the name localhost", "::1", { host: "localhost:8080" }, true],
    ["through a proxy on this machine", "127.0.0.1", { "x-forwarded-for": "192.0.2.7" }, false],
    ["from another machine", "192.168.0.7", { host: "192.168.0.2:8080" }, false],
    ["on this machine by its name in the office", "127.0.0.1", { host: "office-pc:8080" }, false],
  ] as const)("%s: on this machine?", ([, from, headers, local]) => {
    expect(addresses.read(asked(from, headers))?.local).toBe(local);
  });
});
