import type { Browser, BrowserContext, Page } from "playwright-core";
import { type Language, openContext, openScreen } from "./browser.ts";
import { MockServer } from "./mock-server.ts";
import type { Screen } from "./screens.ts";

/** When it is on every picture: half past ten on a Wednesday morning in Seoul. */
const pictureTimeMs = Date.UTC(2026, 2, 4, 1, 30);

export type OpenScreen = {
  readonly page: Page;
  readonly server: MockServer;
  /** What the page complained about; goes on growing. */
  readonly complaints: readonly string[];
};

/** A server with its scenes and a browser's window in each language, for one screen at a time. */
export class Station implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #server = new MockServer({ build: "dist-testing", nowMs: () => pictureTimeMs });
  readonly #contexts = new Map<Language, BrowserContext>();
  #url: Promise<string> | null = null;

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Opens a screen as its picture has it and closes it after `look`. The page's time stands still. */
  async show<Result>(screen: Screen, language: Language, look: (open: OpenScreen) => Promise<Result>): Promise<Result> {
    this.#url ??= this.#server.start();
    const url = await this.#url;
    const context = await this.#context(language);
    const page = await context.newPage();
    try {
      await page.clock.setFixedTime(pictureTimeMs);
      const complaints = await openScreen(page, this.#server, url, screen);
      return await look({ page, server: this.#server, complaints });
    } finally {
      await page.close();
      await context.setOffline(false);
    }
  }

  async #context(language: Language): Promise<BrowserContext> {
    const known = this.#contexts.get(language);
    if (known !== undefined) return known;
    const context = await openContext(this.#browser, language);
    this.#contexts.set(language, context);
    return context;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const context of this.#contexts.values()) await context.close();
    if (this.#url !== null) await this.#server.stop();
  }
}

/** Does all of this work, `count` stations at a time; most of a screen's time is spent waiting for the page. */
export async function atStations<Work>(
  browser: Browser,
  count: number,
  all: readonly Work[],
  each: (station: Station, work: Work) => Promise<void>,
): Promise<void> {
  const open = all[Symbol.iterator]();
  const one = async () => {
    await using station = new Station(browser);
    for (const work of open) await each(station, work);
  };
  await Promise.all(Array.from({ length: Math.min(count, all.length) }, one));
}
