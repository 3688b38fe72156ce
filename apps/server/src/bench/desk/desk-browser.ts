import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, CDPSession, Page } from "playwright-core";
import { z } from "zod";
import type { Cookie } from "./desk-server.ts";
import type { Frames } from "./verdict.ts";

const executablePath = "/usr/bin/chromium";
const flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
const inPage = fileURLToPath(new URL("./in-page.mjs", import.meta.url));
const patienceMs = 30_000;

const Loaded = z.object({
  /** Null: nothing was painted. */
  paintMs: z.number().nullable(),
  stateMs: z.number().nullable(),
  callsMs: z.number().nullable(),
  /** Bytes as transferred, without headers. */
  scripts: z.array(z.object({ name: z.string(), bytes: z.number(), endMs: z.number() })),
});
export type Loaded = z.infer<typeof Loaded>;

const FramesSeen = z.object({
  gapsMs: z.array(z.number()),
  tasksMs: z.array(z.number()),
  scrolls: z.number(),
}) satisfies z.ZodType<Frames>;

/** Debian's Chromium; every page is of a new context, which has nothing cached. */
export class DeskBrowser implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #cookies: readonly Cookie[];

  private constructor(browser: Browser, cookies: readonly Cookie[]) {
    this.#browser = browser;
    this.#cookies = cookies;
  }

  static async open(cookies: readonly Cookie[]): Promise<DeskBrowser> {
    // A tool of development: a server that is only run does not have it.
    const { chromium } = await import("playwright-core");
    return new DeskBrowser(await chromium.launch({ executablePath, args: [...flags] }), cookies);
  }

  get version(): string {
    return this.#browser.version();
  }

  /**
   * `gzipOnly`: as a browser asks over plain HTTP from another machine (its own would be given Brotli), and without a
   * service worker, whose cache would hide what is transferred.
   */
  async page({ gzipOnly = false } = {}): Promise<WatchedPage> {
    const context = await this.#browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: "ko-KR",
      timezoneId: "Asia/Seoul",
      ...(gzipOnly ? { extraHTTPHeaders: { "accept-encoding": "gzip" }, serviceWorkers: "block" } : {}),
    });
    await context.addCookies(this.#cookies.map((cookie) => ({ ...cookie })));
    await context.addInitScript({ path: inPage });
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    const devTools = await context.newCDPSession(page);
    return new WatchedPage(page, devTools);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

export class WatchedPage implements AsyncDisposable {
  readonly page: Page;
  readonly #devTools: CDPSession;

  constructor(page: Page, devTools: CDPSession) {
    this.page = page;
    this.#devTools = devTools;
  }

  /** Goes there and waits until nothing more is fetched. */
  async open(url: string, readyWhen: string): Promise<Loaded> {
    await this.page.goto(url);
    await this.page.locator(readyWhen).first().waitFor();
    await this.page.waitForLoadState("networkidle");
    return Loaded.parse(await this.#ask("loaded"));
  }

  /** The frames while `action` goes on. */
  async during(action: () => Promise<void>): Promise<Frames> {
    await this.#ask("watchFrames");
    await action();
    return FramesSeen.parse(await this.#ask("framesSeen"));
  }

  /** The page's CPU profile of `action`, for Chromium's own developer tools. */
  async profiled<T>(path: { folder: string; name: string } | null, action: () => Promise<T>): Promise<T> {
    if (path === null) return action();
    await mkdir(path.folder, { recursive: true });
    await this.#devTools.send("Profiler.enable");
    await this.#devTools.send("Profiler.start");
    const done = await action();
    const { profile } = await this.#devTools.send("Profiler.stop");
    await writeFile(join(path.folder, `${path.name}.cpuprofile`), JSON.stringify(profile));
    return done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }

  #ask(name: "loaded" | "watchFrames" | "framesSeen"): Promise<unknown> {
    return this.page.evaluate(
      (asked) => (globalThis as unknown as { jikimiBench: Record<string, () => unknown> }).jikimiBench[asked]?.(),
      name,
    );
  }
}
