// oxlint-disable no-restricted-properties -- it runs in a page, whose own clock is what is measured with
/**
 * Put into every page of the bench before its own scripts (`desk-browser.ts`): notes when what one waits for is on
 * screen, and watches frames when asked. All times are milliseconds since the navigation began.
 */
(() => {
  // The same tab, opened again (`apps/web/src/app/tab.ts`): another one would not be the telephone for some seconds.
  if (location.protocol === "http:") sessionStorage.setItem("jikimi.tab", "bench");

  /** What stands for it in the page, and when it was first painted. */
  const wanted = { stateMs: "#desk-state", callsMs: "#main ul > li" };
  const seen = {};

  const look = new MutationObserver(() => {
    for (const [name, selector] of Object.entries(wanted)) {
      if (name in seen || document.querySelector(selector) === null) continue;
      seen[name] = null;
      // A frame's callbacks come before its painting, a message from there after it.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          seen[name] = performance.now();
          port1.close();
        };
        port2.postMessage(null);
      });
    }
    if (Object.keys(seen).length === Object.keys(wanted).length) look.disconnect();
  });
  look.observe(document, { childList: true, subtree: true });

  function loaded() {
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    const scripts = performance
      .getEntriesByType("resource")
      .filter(({ name }) => new URL(name).pathname.endsWith(".js"))
      .map(({ name, encodedBodySize, responseEnd }) => ({ name, bytes: encodedBodySize, endMs: responseEnd }));
    return { paintMs: paint?.startTime ?? null, stateMs: null, callsMs: null, ...seen, scripts };
  }

  let watching = null;

  function watchFrames() {
    const watch = { fromMs: performance.now(), gapsMs: [], tasksMs: [], scrolls: 0, on: true };
    let lastMs = watch.fromMs;
    const beat = () => {
      if (!watch.on) return;
      const nowMs = performance.now();
      watch.gapsMs.push(nowMs - lastMs);
      lastMs = nowMs;
      requestAnimationFrame(beat);
    };
    requestAnimationFrame(beat);
    // The browser calls a task long from 50 ms on.
    const note = (list) => watch.tasksMs.push(...list.getEntries().map(({ duration }) => duration));
    const tasks = new PerformanceObserver(note);
    tasks.observe({ type: "longtask" });
    const scrolled = () => {
      watch.scrolls += 1;
    };
    addEventListener("scroll", scrolled, { capture: true, passive: true });
    watching = () => {
      watch.on = false;
      note({ getEntries: () => tasks.takeRecords() });
      tasks.disconnect();
      removeEventListener("scroll", scrolled, { capture: true });
      const { gapsMs, tasksMs, scrolls } = watch;
      // A frame that has not come by now was not shorter than this.
      gapsMs.push(performance.now() - lastMs);
      return { gapsMs, tasksMs, scrolls };
    };
  }

  function framesSeen() {
    const stop = watching;
    watching = null;
    return stop();
  }

  globalThis.jikimiBench = { loaded, watchFrames, framesSeen };
})();
