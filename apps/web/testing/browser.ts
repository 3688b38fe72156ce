import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import type { MockServer } from "./mock-server.ts";
import type { Screen } from "./screens.ts";

const executablePath = "/usr/bin/chromium";

/** Debian's Chromium, which `npm test` installs. */
export async function openBrowser(): Promise<Browser> {
  if (!existsSync(executablePath)) throw new Error("chromium is missing: apt-get install chromium");
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--force-color-profile=srgb",
    ],
  });
}

export const sizes = {
  "1440": { width: 1440, height: 900 },
  "1280": { width: 1280, height: 720 },
  "390": { width: 390, height: 844 },
  /** 1280 × 720 at 200 %. */
  zoomed: { width: 640, height: 360 },
} as const;
export type Size = keyof typeof sizes;
export type Language = "ko" | "en";
export type Theme = "light" | "dark";

export type Look = { readonly language: Language; readonly theme: Theme; readonly size: Size };

export async function openContext(browser: Browser, language: Language): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: sizes["1440"],
    locale: language === "ko" ? "ko-KR" : "en-GB",
    timezoneId: "Asia/Seoul",
    reducedMotion: "reduce",
    serviceWorkers: "block",
  });
  // A tab without a session of its own begins with nothing remembered but the language.
  await context.addInitScript((chosen) => {
    // A colour on its way to another is neither to a picture nor to a measurement; and a picture shows what lies below.
    const still = new CSSStyleSheet();
    still.replaceSync(
      "*, *::before, *::after { transition: none !important; content-visibility: visible !important; }",
    );
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
    if (sessionStorage.getItem("begun") !== null) return;
    sessionStorage.setItem("begun", "");
    localStorage.clear();
    localStorage.setItem("jikimi.language", chosen);
  }, language);
  return context;
}

/** Opens a screen and does what its picture needs. Returns what the page complained about, as it goes on. */
export async function openScreen({
  page,
  server,
  url,
  screen,
  size,
}: {
  readonly page: Page;
  readonly server: MockServer;
  readonly url: string;
  readonly screen: Screen;
  readonly size: Size;
}): Promise<string[]> {
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource|WebSocket connection/.test(message.text()))
      complaints.push(message.text());
  });
  server.fail(null);
  server.keep(screen.calls ?? 12);
  server.signIn(screen.role === undefined ? "agent" : screen.role, screen.setup ?? []);
  server.show(screen.scene ?? "waiting");
  const address = new URL(screen.path, url);
  if (screen.named === true) address.hostname = "localhost";
  await page.setViewportSize(sizes[size]);
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(address.href);
  await page
    .locator(screen.ready ?? "main h1, main")
    .first()
    .waitFor();
  await page.evaluate(() => document.fonts.ready);
  await page.waitForLoadState("networkidle");
  await screen.act?.(page, server);
  complaints.push(...server.mistakes.splice(0));
  return complaints;
}

export async function putOn(page: Page, { theme, size }: Pick<Look, "theme" | "size">): Promise<void> {
  await page.setViewportSize(sizes[size]);
  await page.emulateMedia({ colorScheme: theme });
  await page.waitForFunction((scheme) => document.documentElement.dataset.mantineColorScheme === scheme, theme);
  await drawn(page);
  await page.evaluate(async () => {
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
  });
  await drawn(page);
}

async function drawn(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** How far the page is wider than its window; 0 is right. */
export function overflowPx(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
