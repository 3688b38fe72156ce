import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "./browser.ts";
import { ensureTestingPages } from "./build-pages.ts";
import type { Screen } from "./screens.ts";
import { type OpenScreen, Station } from "./station.ts";

let browser: Browser;
let station: Station;

beforeAll(async () => {
  await ensureTestingPages();
  browser = await openBrowser();
  station = new Station(browser);
}, 120_000);

afterAll(async () => {
  await station?.[Symbol.asyncDispose]();
  await browser?.close();
});

const show = <Result>(screen: Omit<Screen, "name">, look: (open: OpenScreen) => Promise<Result>) =>
  station.show({ name: "by keys", ...screen }, { language: "ko" }, look);

/** Goes on with Tab until this has the focus; how many presses it took is told where it never comes. */
async function tabTo(page: Page, selector: string, { within = 40 } = {}): Promise<void> {
  const wanted = page.locator(selector).first();
  await wanted.waitFor();
  for (let press = 0; press < within; press += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${selector} was not reached by ${within} presses of Tab`);
}

async function write(page: Page, selector: string, text: string): Promise<void> {
  await tabTo(page, selector);
  await page.keyboard.type(text);
}

/** The protection band, under the call's bar. */
const band = "[data-phase] ~ section";

/** Where the next key would go: nothing that a person can see has the focus when it is `BODY`. */
const focused = (page: Page) => page.evaluate(() => document.activeElement?.tagName ?? "nothing");

async function expectFocusKept(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await expect.poll(() => focused(page)).not.toBe("BODY");
}

test("one signs in without touching the mouse", () =>
  show({ path: "/sign-in", role: null }, async ({ page }) => {
    await write(page, "input[autocomplete=username]", "agent1");
    await write(page, "input[autocomplete=current-password]", "a long password");
    await page.keyboard.press("Enter");
    // The address changes while the form still has the focus; the desk is there when its main part is.
    await page.locator("#main").waitFor();
    await expectFocusKept(page);
  }));

test("a wrong password leaves one where it can be written again", () =>
  show({ path: "/sign-in", role: null }, async ({ page }) => {
    await write(page, "input[autocomplete=username]", "agent1");
    await write(page, "input[autocomplete=current-password]", "wrong");
    await page.keyboard.press("Enter");
    await page.locator("[data-tone=risk]").waitFor();
    await expectFocusKept(page);
  }));

test("the first run is done by keys from its first field to the trial", () =>
  show(
    { path: "/first-run", role: null, setup: ["administrator", "organisation", "policy", "people"] },
    async ({ page }) => {
      await write(page, "main input >> nth=0", "박지훈");
      await write(page, "main input >> nth=1", "admin");
      await write(page, "main input >> nth=2", "긴 비밀번호 열두 자 이상");
      await page.keyboard.press("Enter");

      await page.locator("main fieldset, main [role=radiogroup]").first().waitFor();
      await expectFocusKept(page);
      await write(page, "main input >> nth=0", "한빛구청");
      await page.keyboard.press("Enter");

      await page.locator("main details").first().waitFor();
      await expectFocusKept(page);
      await tabTo(page, "main li button:enabled");
      await page.keyboard.press("Enter");

      await page.locator("main button:has(svg)").first().waitFor();
      await expectFocusKept(page);
      await tabTo(page, "main button:has(svg)");
      await page.keyboard.press("Enter");

      await page.locator("main code").first().waitFor();
      await expectFocusKept(page);
      await tabTo(page, "main > * > button");
      await page.keyboard.press("Enter");

      await tabTo(page, "main a[href='/try']");
      await page.keyboard.press("Enter");
      await page.locator("#main").waitFor();
      await expectFocusKept(page);
    },
  ));

describe("at the desk", () => {
  test("a call is answered, held, protected and ended, and no key is ever lost", () =>
    show({ path: "/desk", scene: "ringing" }, async ({ page, server }) => {
      await tabTo(page, "[data-phase=ringing] button");
      await page.keyboard.press("Enter");
      await page.locator("[data-phase=talking]").waitFor();
      await expectFocusKept(page);

      await tabTo(page, "[data-phase=talking] button[aria-pressed=false]");
      await page.keyboard.press("Enter");
      await page.locator("[data-phase=talking] button[aria-pressed=true]").waitFor();
      await expectFocusKept(page);

      server.show("warning-offered");
      await tabTo(page, `${band} .mantine-Button-root:not([data-variant])`);
      await page.keyboard.press("Enter");

      await page.locator(`${band} button:disabled`).first().waitFor();
      await expectFocusKept(page);
    }));

  test("what one pressed may vanish: the focus stays in the call", () =>
    show({ path: "/desk", scene: "heard" }, async ({ page }) => {
      await tabTo(page, `${band} [role=group] button`);
      await page.keyboard.press("Enter");
      await page.locator("meter").waitFor({ state: "detached" });
      await expectFocusKept(page);
      const inDock = await page.evaluate(() => document.activeElement?.querySelector("[data-phase]") !== null);
      expect(inDock, "the call's bar is next").toBe(true);
    }));

  test("a dialog takes the focus and gives it back", () =>
    show({ path: "/desk", scene: "talking" }, async ({ page }) => {
      await tabTo(page, "[data-phase=talking] button:nth-of-type(4)");
      const opener = await page.evaluate(() => document.activeElement?.textContent);
      await page.keyboard.press("Enter");
      await page.locator("[role=dialog] li").first().waitFor();
      await page.waitForFunction(() => document.activeElement?.closest("[role=dialog]") !== null);
      await page.keyboard.press("Escape");
      await page.locator("[role=dialog]").waitFor({ state: "detached" });
      await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe(opener);
    }));

  test("a part whose script does not come is said in its place, and the call stays at hand", () =>
    show({ path: "/desk", scene: "talking" }, async ({ page }) => {
      await page.route("**/transfer-dialog*", (route) => route.abort());
      await page.reload();
      await page.locator("[data-phase=talking]").waitFor();
      await page.keyboard.press("Control+Alt+p");
      const missing = page.locator("[data-tone=risk]:has(button)");
      await missing.waitFor();
      expect(await page.locator("[data-phase=talking]").count()).toBe(1);
      await page.unroute("**/transfer-dialog*");
      await missing.locator("button").press("Enter");
      await page.locator("[role=dialog] li").first().waitFor();
    }));

  test("ending asks for a second, from the keyboard too", () =>
    show({ path: "/desk", scene: "heard" }, async ({ page }) => {
      const hold = `${band} button:has([aria-hidden=true] + span)`;
      await tabTo(page, hold);
      await page.keyboard.press("Enter");
      await page.locator("[role=status]:not(:empty)").first().waitFor();
      expect(await page.locator("meter").count(), "a short press ends nothing").toBe(1);
      await page.keyboard.down("Enter");
      await page.locator("#safe").waitFor();
      await page.keyboard.up("Enter");
      await expectFocusKept(page);
    }));
});
