import { ManualClock, SeededRandom } from "@jikimi/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Browser } from "../testing/browser.ts";
import { KnownDevices } from "./known-devices.ts";

const key = new Uint8Array(32).fill(1);
const clock = new ManualClock();
const devices = new KnownDevices({ key, clock, random: new SeededRandom(3) });

test("a browser is known for who signed in there, and for nobody else", () => {
  const browser = new Browser();
  expect(devices.find(browser.visit(), "kim")).toBeNull();
  devices.remember(browser.visit(), "kim");
  devices.remember(browser.visit(), "lee");
  expect(devices.find(browser.visit(), "kim")).toMatch(/^[\w-]{16}$/);
  expect(devices.find(browser.visit(), "lee")).not.toBe(devices.find(browser.visit(), "kim"));
  expect(devices.find(browser.visit(), "park")).toBeNull();
});

test("a shared desk knows the last six", () => {
  const browser = new Browser();
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  for (const name of names) devices.remember(browser.visit(), name);
  expect(names.filter((name) => devices.find(browser.visit(), name) !== null)).toEqual(names.slice(1));
});

test("a mark of another server, of somebody else or of half a year ago is none", async () => {
  const browser = new Browser();
  devices.remember(browser.visit(), "kim");
  const elsewhere = new KnownDevices({ key: new Uint8Array(32).fill(2), clock, random: new SeededRandom(3) });
  expect(elsewhere.find(browser.visit(), "kim")).toBeNull();
  await clock.advance(181 * 86_400_000);
  expect(devices.find(browser.visit(), "kim")).toBeNull();
});

test("whatever stands in the cookie, it is read without complaint and makes nobody known", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 3000 }), (text) => {
      const browser = new Browser();
      browser.cookies.set("jikimi.device", text);
      expect(devices.find(browser.visit(), "kim")).toBeNull();
    }),
  );
});

test("behind https the mark travels over https only, and never to a script", () => {
  const headers: string[] = [];
  const visit = { ...new Browser().visit(), setCookie: (header: string) => void headers.push(header) };
  devices.remember(visit, "kim");
  devices.remember({ ...visit, origin: "http://192.0.2.7:8080" }, "kim");
  expect(headers[0]).toMatch(/; HttpOnly; SameSite=Lax; Secure$/);
  expect(headers[1]).toMatch(/; HttpOnly; SameSite=Lax$/);
});
