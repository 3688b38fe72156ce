/**
 * Keys go on from where they were when what had the focus is taken away or switched off by what it did: the focus goes
 * to the nearest part of the page around it that takes one; out of a dialog that closed, back to where it came from; else
 * to the screen itself. Without this it would fall to the page's body, and the next Tab would begin at the top (WCAG 2.4.3).
 */
export function keepFocus(page: Document): void {
  /** What had the focus, and all that was around it then, nearest first. */
  let around: readonly Element[] = [];
  /** What had it last outside of every dialog. */
  let outside: HTMLElement | null = null;
  /** Was switched off, and gets the focus back from this place when it is on again. */
  let lent: { readonly from: HTMLElement; readonly to: HTMLElement } | null = null;

  page.addEventListener("focusin", ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    if (target !== lent?.to) lent = null;
    around = ancestors(target);
    if (target.closest('[role="dialog"]') === null) outside = target;
  });
  const watcher = new MutationObserver(() => {
    if (lent !== null && page.activeElement === lent.to && lent.from.isConnected && !isOff(lent.from)) {
      lent.from.focus({ preventScroll: true });
      return;
    }
    const [held] = around;
    const isLost = page.activeElement === null || page.activeElement === page.body || isOff(page.activeElement);
    if (!(held instanceof HTMLElement) || !isLost || (held.isConnected && !isOff(held))) return;
    const origin = outside?.isConnected && !isOff(outside) ? outside : null;
    const place = around.slice(1).find(takesFocus) ?? origin ?? mainPart(page);
    if (!(place instanceof HTMLElement)) return;
    place.focus({ preventScroll: true });
    if (held.isConnected) lent = { from: held, to: place };
  });
  watcher.observe(page.body, { subtree: true, childList: true, attributeFilter: ["disabled"] });
}

function ancestors(element: Element): Element[] {
  const all: Element[] = [];
  for (let one: Element | null = element; one !== null; one = one.parentElement) all.push(one);
  return all;
}

function isOff(element: Element): boolean {
  return element.matches(":disabled");
}

function takesFocus(element: Element): boolean {
  return element.isConnected && element.matches("[tabindex]");
}

function mainPart(page: Document): Element | null {
  const main = page.querySelector("main");
  if (main !== null && !main.hasAttribute("tabindex")) main.setAttribute("tabindex", "-1");
  return main;
}
