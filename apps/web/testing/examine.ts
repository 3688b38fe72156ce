import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Result } from "axe-core";
import type { Page } from "playwright-core";

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
/** WCAG 2.2 at AA holds all of KWCAG 2.2; the rest is what axe's makers advise. */
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export type AxeFindings = { readonly violations: readonly string[]; readonly incomplete: readonly string[] };

/** `only`: these rules and no others. Each finding is `rule: element`. */
export async function runAxe(page: Page, { only }: { readonly only?: readonly string[] } = {}): Promise<AxeFindings> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(await readFile(axePath, "utf8"));
  const runOnly =
    only === undefined ? { type: "tag" as const, values: rules } : { type: "rule" as const, values: [...only] };
  const { violations, incomplete } = await page.evaluate(
    (chosen) =>
      (globalThis as unknown as { axe: typeof import("axe-core") }).axe.run(document, {
        runOnly: chosen,
        resultTypes: ["violations", "incomplete"],
      }),
    runOnly,
  );
  return { violations: violations.flatMap(named), incomplete: incomplete.flatMap(named) };
}

function named({ id, nodes }: Result): string[] {
  return nodes.map(({ target, any, all }) => {
    const why = [...any, ...all].map(({ data }) => (data as { messageKey?: string } | null)?.messageKey).find(Boolean);
    return `${id}${why === undefined ? "" : ` (${why})`}: ${target.join(" ")}`;
  });
}

/** What can have the focus and was not reached by going on with Tab until it came round, as markup. */
export async function notReachedByTab(page: Page): Promise<readonly string[]> {
  const presses = await page.evaluate(() => {
    const within = [...document.querySelectorAll('[role="dialog"],[role="menu"]')].at(-1) ?? document;
    const all = [...within.querySelectorAll<HTMLElement>("a[href],button,input,select,textarea,summary,[tabindex]")];
    const wanted = all.filter((element) => {
      if (
        element.matches(":disabled") ||
        element.tabIndex < 0 ||
        !element.checkVisibility({ visibilityProperty: true })
      ) {
        return false;
      }
      // Of the choices of one group, the arrows reach the others.
      return !element.matches('input[type="radio"]:not(:checked)');
    });
    const left = new Set(wanted);
    document.addEventListener("focusin", ({ target }) => left.delete(target as HTMLElement));
    // After the last one Tab would leave for the browser's own buttons: it goes on from the first.
    wanted[0]?.focus();
    Object.assign(globalThis, { left });
    return all.length + 3;
  });
  for (let press = 0; press < presses; press += 1) await page.keyboard.press("Tab");
  return page.evaluate(() =>
    [...(globalThis as unknown as { left: Set<HTMLElement> }).left].map(({ outerHTML }) => outerHTML.slice(0, 160)),
  );
}
