import type { Page } from "playwright-core";
import type { Role } from "./mock-data.ts";
import type { MockServer } from "./mock-server.ts";
import { strongWays } from "./mock-sign-in.ts";
import type { SceneName } from "./scenes.ts";

/** One picture of the gallery: who looks, at what, in which state of the desk. */
export type Screen = {
  readonly name: string;
  readonly path: string;
  readonly role?: Role | null;
  readonly scene?: SceneName;
  readonly setup?: Parameters<MockServer["signIn"]>[1];
  readonly calls?: number;
  /** Under a name, where browsers have passkeys; else under the address. */
  readonly named?: boolean;
  /** What the person does before the picture; selectors must not depend on the language. */
  readonly act?: (page: Page, server: MockServer) => Promise<void>;
  /** What the person did does not stay when the window changes: it is done again at every size. */
  readonly perSize?: boolean;
  /** Waits for this instead of `main`. */
  readonly ready?: string;
};

const onDesk = (scene: SceneName, more: Partial<Screen> = {}): Screen => ({
  name: `desk ${scene}`,
  path: "/desk",
  scene,
  ...more,
});
const press = (selector: string) => async (page: Page) => {
  await page.locator(selector).first().click();
};

const fill = (page: Page, selector: string, text: string) => page.locator(selector).last().fill(text);
const askSecondFactor = async (page: Page) => {
  await fill(page, "input[autocomplete=username]", "second");
  await fill(page, "input[autocomplete=current-password]", "a long password");
  await page.locator("button[type=submit]").click();
  await page.locator("input[autocomplete=one-time-code]").waitFor();
};
const askBackupCode = async (page: Page) => {
  await askSecondFactor(page);
  await press("form button[type=button] >> nth=-1")(page);
  await page.locator("input[autocapitalize=characters]").waitFor();
};
/** With passkeys and an authenticator app. */
const showStrong = async (page: Page, server: MockServer) => {
  server.secure(strongWays);
  await page.reload();
  await page.locator("#sign-in li").first().waitFor();
  await page.locator("#sign-in").scrollIntoViewIfNeeded();
};

const allSteps = ["administrator", "organisation", "policy", "people"] as const;

export const screens: readonly Screen[] = [
  { name: "sign-in", path: "/sign-in", role: null },
  {
    name: "sign-in wrong",
    path: "/sign-in",
    role: null,
    act: async (page) => {
      await page.locator("input[autocomplete=username]").fill("agent1");
      await page.locator("input[autocomplete=current-password]").fill("wrong");
      await page.locator("button[type=submit]").click();
      await page.locator("[data-tone=risk]").waitFor();
    },
  },
  {
    name: "sign-in second factor",
    path: "/sign-in",
    role: null,
    act: askSecondFactor,
  },
  { name: "sign-in backup code", path: "/sign-in", role: null, act: askBackupCode },
  {
    name: "sign-in backup code wrong",
    path: "/sign-in",
    role: null,
    act: async (page) => {
      await askBackupCode(page);
      await fill(page, "input[autocapitalize=characters]", "aaaaa-aaaaa");
      await page.locator("button[type=submit]").click();
      await page.locator("[data-tone=risk]").waitFor();
    },
  },
  { name: "sign-in passkey", path: "/sign-in", role: null, named: true },
  { name: "first-run administrator", path: "/first-run", role: null, setup: [...allSteps] },
  {
    name: "first-run organisation",
    path: "/first-run",
    role: "administrator",
    setup: ["organisation", "policy", "people"],
  },
  { name: "first-run policy", path: "/first-run", role: "administrator", setup: ["policy", "people"] },
  { name: "first-run people", path: "/first-run", role: "administrator", setup: ["people"] },
  {
    name: "first-run sample",
    path: "/first-run",
    role: "administrator",
    setup: ["people"],
    act: async (page) => {
      await page.locator("main button").first().click();
      await page.locator("main code").first().waitFor();
    },
  },
  { name: "first-run done", path: "/first-run", role: "administrator", setup: [] },
  { name: "first-run done named", path: "/first-run", role: "administrator", setup: [], named: true },
  onDesk("waiting"),
  onDesk("waiting", { name: "desk empty", calls: 0 }),
  {
    ...onDesk("waiting", { name: "desk calls failed" }),
    act: async (page, server) => {
      server.fail("desk.calls");
      await page.reload();
      await page.locator("[data-tone=risk]").first().waitFor({ timeout: 20_000 });
      server.fail(null);
    },
  },
  onDesk("ringing"),
  onDesk("notice"),
  onDesk("talking"),
  { ...onDesk("long-transcript"), act: async (page) => scrollTranscriptUp(page) },
  onDesk("held"),
  onDesk("helped"),
  onDesk("consulting"),
  onDesk("on-demand"),
  onDesk("heard"),
  { ...onDesk("heard", { name: "desk heard shown" }), act: press("[aria-pressed=false]:has(svg) >> nth=-1") },
  onDesk("warning-offered"),
  onDesk("warning"),
  onDesk("ending-offered"),
  onDesk("ending"),
  onDesk("long-call"),
  onDesk("hearing-lost"),
  onDesk("hearing-set-aside"),
  onDesk("caller-only"),
  onDesk("reconnecting"),
  onDesk("dialling"),
  onDesk("trial"),
  onDesk("phone-elsewhere"),
  onDesk("ended-rest"),
  onDesk("wrap-up"),
  onDesk("rest"),
  onDesk("away"),
  onDesk("missed"),
  onDesk("limited"),
  {
    ...onDesk("talking", { name: "desk link lost" }),
    act: async (page, server) => {
      await page.context().setOffline(true);
      server.dropLive();
      await page.locator("[data-tone=risk]").first().waitFor();
    },
  },
  {
    ...onDesk("talking", { name: "desk transfer" }),
    act: async (page) => {
      await page.keyboard.press("Control+Alt+p");
      await page.locator("[role=dialog] li").first().waitFor();
    },
  },
  {
    ...onDesk("talking", { name: "desk keypad", perSize: true }),
    act: async (page) => {
      await page.keyboard.press("Control+Alt+k");
      await page.locator("output").waitFor();
    },
  },
  {
    ...onDesk("talking", { name: "desk extend", perSize: true }),
    act: async (page) => {
      await page.keyboard.press("Control+Alt+j");
      await page.locator("form textarea").waitFor();
    },
  },
  {
    ...onDesk("talking", { name: "desk protect", perSize: true }),
    act: async (page) => {
      await page.locator("[data-phase] button[aria-haspopup=dialog]").last().click();
      await page.locator("[role=dialog] button").first().waitFor();
    },
  },
  {
    ...onDesk("warning-offered", { name: "desk continue with a reason", perSize: true }),
    act: async (page) => {
      await page.locator("section [aria-haspopup=dialog][aria-label]").first().click();
      await page.locator("[role=dialog] textarea").waitFor();
    },
  },
  {
    ...onDesk("waiting", { name: "menu", perSize: true }),
    act: async (page) => {
      await page.locator("header [aria-haspopup=dialog]").last().click();
      await page.locator("header [role=dialog] a:visible").first().waitFor();
    },
  },
  {
    ...onDesk("waiting", { name: "menu of states", perSize: true }),
    act: async (page) => {
      await page.locator("header [aria-haspopup=menu]").first().click();
      await page.locator("[role=menu] [role=menuitem]:visible").first().waitFor();
    },
  },
  {
    ...onDesk("waiting", { name: "shortcuts" }),
    act: async (page) => {
      await page.keyboard.press("Shift+Slash");
      await page.locator("[role=dialog] table").waitFor();
    },
  },
  {
    ...onDesk("talking", { name: "session over in a call" }),
    act: async (page, server) => {
      server.signIn(null);
      server.say({ kind: "signed-out", why: "expired" });
      await page.locator("form input[type=password]").waitFor();
    },
  },
  { name: "calls", path: "/calls", calls: 24 },
  { name: "calls empty", path: "/calls", calls: 0 },
  { name: "call", path: "/calls/call-1" },
  {
    name: "call playing",
    path: "/calls/call-1",
    act: async (page) => {
      await page.locator("section button").first().click();
      await page.locator("canvas").waitFor();
      await page.locator("input[type=range]").fill("31");
    },
  },
  { name: "try", path: "/try", scene: "waiting" },
  { name: "try away", path: "/try", scene: "away" },
  {
    name: "try coming",
    path: "/try",
    scene: "waiting",
    act: async (page) => {
      await page.locator("main li button:enabled").first().click();
      await page.locator("main [role=status]").first().waitFor();
    },
  },
  { name: "speak", path: "/speak" },
  { name: "help-requests", path: "/help-requests", role: "supervisor", scene: "help-waiting" },
  { name: "help-requests empty", path: "/help-requests", role: "supervisor", scene: "waiting" },
  { name: "settings", path: "/settings" },
  { name: "settings microphone denied", path: "/settings?microphone=denied" },
  { name: "settings microphone unknown", path: "/settings?microphone=unknown" },
  {
    name: "settings second factor",
    path: "/settings",
    act: async (page) => {
      await page.locator("form input[type=password]").last().fill("a long password");
      await page.locator("form button[type=submit]").last().click();
      await page.locator("svg[role=img]").waitFor();
      await page.locator("svg[role=img]").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "settings backup codes",
    path: "/settings",
    named: true,
    act: async (page) => {
      await fill(page, "form input[autocomplete=current-password]", "a long password");
      await page.locator("form button[type=submit]").last().click();
      await fill(page, "input[autocomplete=one-time-code]", "123456");
      await page.locator("form button[type=submit]").last().click();
      await page.locator("#sign-in li code").first().waitFor();
      await page.locator("#sign-in li code").last().scrollIntoViewIfNeeded();
    },
  },
  { name: "settings passkeys", path: "/settings", named: true, act: showStrong },
  { name: "settings passkeys elsewhere", path: "/settings", act: showStrong },
  {
    name: "settings passkey remove",
    path: "/settings",
    named: true,
    act: async (page, server) => {
      await showStrong(page, server);
      await page.locator("#sign-in li button").first().click();
      await page.locator("[role=dialog]").waitFor();
    },
  },
  {
    name: "settings passkey sign in again",
    path: "/settings",
    named: true,
    act: async (page, server) => {
      server.secure({ ...strongWays, stale: true });
      await page.locator("#sign-in form input[maxlength='80']").fill("휴대전화");
      await page.locator("#sign-in form button[type=submit]").first().click();
      await page.locator("[role=dialog] form").waitFor();
    },
  },
  {
    name: "settings second factor off",
    path: "/settings",
    named: true,
    act: async (page, server) => {
      await showStrong(page, server);
      await page.locator("#sign-in section").last().locator("button").click();
      await page.locator("#sign-in section").last().locator("form").waitFor();
    },
  },
  { name: "settings auditor", path: "/settings", role: "auditor" },
  { name: "office people", path: "/office/people", role: "administrator" },
  {
    name: "office people add",
    path: "/office/people",
    role: "administrator",
    act: async (page) => {
      await page.locator("main header button").click();
      await page.locator("[role=dialog] form").waitFor();
    },
  },
  {
    name: "office people added",
    path: "/office/people",
    role: "administrator",
    act: async (page) => {
      await page.locator("main header button").click();
      await page.locator("[role=dialog] input").nth(0).fill("한소희");
      await page.locator("[role=dialog] input").nth(1).fill("han");
      await page.locator("[role=dialog] button[type=submit]").click();
      await page.locator("[role=dialog] code").waitFor();
    },
  },
  { name: "office departments", path: "/office/departments", role: "administrator" },
  {
    name: "office departments edit",
    path: "/office/departments",
    role: "administrator",
    act: async (page) => {
      await page.locator("main li button").first().click();
      await page.locator("[role=dialog] form").waitFor();
    },
  },
  { name: "office numbers", path: "/office/numbers", role: "administrator" },
  { name: "office lines", path: "/office/lines", role: "administrator" },
  { name: "office lines empty", path: "/office/lines", role: "administrator", calls: 0 },
  {
    name: "office lines add",
    path: "/office/lines",
    role: "administrator",
    act: async (page) => {
      await page.locator("main header button").click();
      await page.locator("[role=dialog] form").waitFor();
    },
  },
  { name: "office protection", path: "/office/protection", role: "administrator" },
  { name: "not found", path: "/nowhere" },
];

async function scrollTranscriptUp(page: Page): Promise<void> {
  const view = page.locator("[role=group]:has(ol)");
  await view.evaluate((box) => {
    box.scrollTop = 0;
  });
  await page
    .locator("button", { has: page.locator("svg") })
    .filter({ hasText: /./ })
    .last()
    .waitFor();
}
