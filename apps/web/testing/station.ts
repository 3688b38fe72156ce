import type { Browser, Page } from "playwright-core";
import { type Language, openContext, openScreen, type Size } from "./browser.ts";
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

/** A server with its scenes and a browser's page in each language, for one screen at a time. */
export class Station implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #server = new MockServer({ build: "dist-testing", nowMs: () => pictureTimeMs });
  readonly #pages = new Map<Language, Page>();
  #url: Promise<string> | null = null;

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Opens a screen as its picture has it, in a page that remembers nothing and whose time stands still. */
  async show<Result>(
    screen: Screen,
    { language, size = "1440" }: { readonly language: Language; readonly size?: Size },
    look: (open: OpenScreen) => Promise<Result>,
  ): Promise<Result> {
    this.#url ??= this.#server.start();
    const url = await this.#url;
    const page = await this.#page(language);
    try {
      const complaints = await openScreen({ page, server: this.#server, url, screen, size });
      return await look({ page, server: this.#server, complaints });
    } finally {
      page.removeAllListeners();
      await page.context().setOffline(false);
      await page.evaluate(() => sessionStorage.clear());
    }
  }

  /** A new page is a new window to Chromium, which costs more than all that is in it: each is used again. */
  async #page(language: Language): Promise<Page> {
    const known = this.#pages.get(language);
    if (known !== undefined) return known;
    const page = await (await openContext(this.#browser, language)).newPage();
    page.setDefaultTimeout(30_000);
    await page.clock.setFixedTime(pictureTimeMs);
    this.#pages.set(language, page);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const page of this.#pages.values()) await page.context().close();
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
