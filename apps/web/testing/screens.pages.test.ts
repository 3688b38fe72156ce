import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { type Language, openBrowser, overflowPx, putOn, type Size, sizes } from "./browser.ts";
import { ensureTestingPages } from "./build-pages.ts";
import { type AxeFindings, notReachedByTab, runAxe } from "./examine.ts";
import { screens } from "./screens.ts";
import { atStations } from "./station.ts";

/** What was seen of one screen. */
type Findings = {
  readonly axe: AxeFindings;
  readonly axeInTheDark: AxeFindings;
  readonly complaints: readonly string[];
  readonly unreached: readonly string[];
  /** Every size in which the page is wider than its window. */
  readonly tooWide: readonly string[];
};

const allSizes = Object.keys(sizes) as Size[];
const seen = new Map<string, Findings>();
const failures = new Map<string, unknown>();

beforeAll(async () => {
  await ensureTestingPages();
  await using browser = await openBrowser();
  await atStations(browser, 3, screens, async (station, screen) => {
    try {
      const korean = await station.show(screen, { language: "ko" }, async ({ page, complaints }) => ({
        axe: await runAxe(page),
        tooWide: await tooWide(page, "ko"),
        axeInTheDark: await inTheDark(page),
        unreached: await notReachedByTab(page),
        complaints,
      }));
      const english = await station.show(screen, { language: "en" }, async ({ page, complaints }) => ({
        tooWide: await tooWide(page, "en"),
        complaints,
      }));
      seen.set(screen.name, {
        ...korean,
        complaints: [...korean.complaints, ...english.complaints],
        tooWide: [...korean.tooWide, ...english.tooWide],
      });
    } catch (failure) {
      failures.set(screen.name, failure);
    }
  });
}, 600_000);

async function tooWide(page: Page, language: Language): Promise<string[]> {
  const found: string[] = [];
  for (const size of allSizes) {
    await putOn(page, { theme: "light", size });
    const overflow = await overflowPx(page);
    if (overflow > 0) found.push(`${language}, ${size}: ${overflow} px`);
  }
  await putOn(page, { theme: "light", size: "1440" });
  return found;
}

/** Only colours differ in the dark. */
async function inTheDark(page: Page): Promise<AxeFindings> {
  await putOn(page, { theme: "dark", size: "1440" });
  return runAxe(page, { only: ["color-contrast", "link-in-text-block"] });
}

/** What axe cannot decide by itself and a person has looked at. Anything else that it is not sure of fails. */
const lookedAt: readonly { readonly finding: RegExp; readonly why: string }[] = [
  {
    finding: /^color-contrast \(nonBmp\): \._(?:words|rude)_/,
    why: "●● stands for a rude word: no letter to axe, and in the colour of the words around it, which are judged.",
  },
  {
    finding: /^color-contrast \(imgNode\): \._(?:time|of|restTime|middle)_/,
    why: "Words in the middle of a ring lie over its empty inside, on the panel's ground.",
  },
  {
    finding: /^color-contrast \((?:elmPartiallyObscured|bgOverlap)\): /,
    why: "Scrolled half out of its box, or under a dialog: judged on the screens where it lies free.",
  },
];

const unread = ({ incomplete }: AxeFindings) =>
  incomplete.filter((finding) => !lookedAt.some((known) => known.finding.test(finding)));

describe.for(screens.map(({ name }) => name))("%s", (name) => {
  const look = (): Findings => {
    const findings = seen.get(name);
    if (findings === undefined) throw new Error("it could not be looked at", { cause: failures.get(name) });
    return findings;
  };

  test("axe finds nothing wrong and nothing that nobody looked at", () => {
    const { axe, axeInTheDark } = look();
    expect({ light: axe.violations, dark: axeInTheDark.violations }).toEqual({ light: [], dark: [] });
    expect({ light: unread(axe), dark: unread(axeInTheDark) }).toEqual({ light: [], dark: [] });
  });

  test("is never wider than its window", () => {
    expect(look().tooWide).toEqual([]);
  });

  test("everything is reached by keys", () => {
    expect(look().unreached).toEqual([]);
  });

  test("nothing is complained about in the console", () => {
    expect(look().complaints).toEqual([]);
  });
});
