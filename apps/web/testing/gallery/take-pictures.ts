import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { type Language, type Look, openBrowser, putOn, type Size, sizes, type Theme } from "../browser.ts";
import { ensureTestingPages } from "../build-pages.ts";
import { type Screen, screens } from "../screens.ts";
import { atStations } from "../station.ts";
import { galleryPage } from "./gallery-page.ts";

export type Picture = Look & {
  readonly screen: string;
  readonly file: string;
  /** What a person sees before scrolling, in CSS pixels from the top. */
  readonly foldPx: number;
};

type Visit = { readonly screen: Screen; readonly language: Language; readonly looks: readonly Look[] };

export type Wanted = {
  /** Parts of screens' names; none: all screens. */
  readonly only: readonly string[];
  readonly languages: readonly Language[];
  readonly themes: readonly Theme[];
  readonly sizes: readonly Size[];
};

/** A page is opened once for each language and, where it can, changes its size and theme for the pictures. */
export function planPictures(wanted: Wanted): Visit[] {
  return screens
    .filter(({ name }) => wanted.only.length === 0 || wanted.only.some((part) => name.includes(part)))
    .flatMap((screen) =>
      wanted.languages.flatMap((language) =>
        (screen.perSize ? wanted.sizes.map((size) => [size]) : [wanted.sizes]).map((sizesAtOnce) => ({
          screen,
          language,
          looks: sizesAtOnce.flatMap((size) => wanted.themes.map((theme) => ({ language, theme, size }))),
        })),
      ),
    );
}

/** Takes the pictures into `folder`, with an `index.html` to leaf through. What could not be taken is in `problems`. */
export async function takePictures({
  plan,
  folder,
  told,
}: {
  readonly plan: readonly Visit[];
  readonly folder: string;
  readonly told: (progress: { taken: number; all: number; name: string }) => void;
}): Promise<{ pictures: Picture[]; problems: string[] }> {
  const all = plan.reduce((sum, { looks }) => sum + looks.length, 0);
  const pictures: Picture[] = [];
  const problems: string[] = [];
  told({ taken: 0, all, name: "vite build" });
  await ensureTestingPages();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const browser = await openBrowser();
  try {
    await atStations(browser, 3, plan, async (station, { screen, language, looks }) => {
      try {
        await station.show(screen, { language, size: looks[0]?.size ?? "1440" }, async ({ page, complaints }) => {
          for (const look of looks) {
            pictures.push(await takePicture(page, folder, screen, look));
            told({ taken: pictures.length, all, name: screen.name });
          }
          for (const complaint of complaints) problems.push(`${screen.name} · ${language}: ${complaint}`);
        });
      } catch (failure) {
        problems.push(`${screen.name} · ${language}: ${failure instanceof Error ? failure.message : String(failure)}`);
      }
    });
  } finally {
    await browser.close();
  }
  const order = new Map(screens.map(({ name }, index) => [name, index]));
  pictures.sort((a, b) => (order.get(a.screen) ?? 0) - (order.get(b.screen) ?? 0));
  await writeFile(join(folder, "index.html"), galleryPage(pictures));
  return { pictures, problems };
}

async function takePicture(page: Page, folder: string, screen: Screen, look: Look): Promise<Picture> {
  const file = `${[screen.name, look.language, look.size, look.theme].join(" ").replaceAll(" ", "-")}.png`;
  await putOn(page, look);
  const growBy = await hiddenBelowPx(page);
  if (growBy > 0) {
    await page.setViewportSize({ width: sizes[look.size].width, height: sizes[look.size].height + growBy });
  }
  await page.screenshot({ path: join(folder, file), fullPage: true, animations: "disabled", caret: "hide" });
  return { ...look, screen: screen.name, file, foldPx: sizes[look.size].height };
}

/** How much of the screen lies below in the box that it scrolls in; 0 where the page itself scrolls. */
function hiddenBelowPx(page: Page): Promise<number> {
  return page.evaluate(() => {
    for (let box = document.querySelector("main")?.parentElement; box; box = box.parentElement) {
      const scrolls = /auto|scroll/.test(getComputedStyle(box).overflowY) && box !== document.body;
      if (scrolls && box.scrollHeight > box.clientHeight) return Math.min(4000, box.scrollHeight - box.clientHeight);
    }
    return 0;
  });
}
