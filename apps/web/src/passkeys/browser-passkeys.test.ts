import { expect, test } from "vitest";
import { isPasskeyAddress, onLocalhost, whyNot } from "./browser-passkeys.ts";

test.for([
  { href: "https://desk.example.kr/", passkeys: true },
  { href: "https://desk.example.kr:8443/settings", passkeys: true },
  { href: "https://desk/", passkeys: true },
  { href: "http://localhost:7280/", passkeys: true },
  { href: "http://desk.localhost:7280/", passkeys: true },
  { href: "http://desk.example.kr/", passkeys: false },
  { href: "http://notlocalhost/", passkeys: false },
  { href: "http://127.0.0.1:7280/", passkeys: false },
  { href: "https://192.0.2.10/", passkeys: false },
  { href: "https://[2001:db8::1]/", passkeys: false },
  { href: "http://[::1]:7280/", passkeys: false },
])("$href has passkeys: $passkeys", ({ href, passkeys }) => {
  expect(isPasskeyAddress(new URL(href))).toBe(passkeys);
});

test.for([
  { href: "http://127.0.0.1:7280/settings", there: "http://localhost:7280/settings" },
  { href: "http://[::1]:7280/settings", there: "http://localhost:7280/settings" },
  { href: "http://192.0.2.10:7280/settings", there: null },
  { href: "https://127.0.0.1/settings", there: null },
  { href: "http://localhost:7280/settings", there: null },
  { href: "http://desk.example.kr/settings", there: null },
])("$href is offered at $there", ({ href, there }) => {
  expect(onLocalhost(href)).toBe(there);
});

test.for([
  { name: "NotAllowedError", means: "declined" },
  { name: "AbortError", means: "declined" },
  { name: "InvalidStateError", means: "already-there" },
  { name: "SecurityError", means: "impossible" },
  { name: "NotSupportedError", means: "impossible" },
  { name: "UnknownError", means: "impossible" },
])("a browser's $name means $means", ({ name, means }) => {
  expect(whyNot(new DOMException("words that differ between browsers", name))).toBe(means);
});

test("what is no refusal of a browser's is impossible", () => {
  expect(whyNot(new TypeError("options that it cannot read"))).toBe("impossible");
});
