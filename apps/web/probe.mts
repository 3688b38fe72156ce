import { openBrowser } from "./testing/browser.ts";
import { screens } from "./testing/screens.ts";
import { Station } from "./testing/station.ts";

const b = await openBrowser();
{
  await using s = new Station(b);
  await s.show(screens.find((x) => x.name === "desk talking")!, "ko", async ({ page }) => {
    page.on("response", async (r) => {
      if (r.url().includes("/api/") || r.status() >= 400)
        console.log(r.request().method(), r.url(), r.status(), (await r.text()).slice(0, 300));
    });
    page.on("websocket", (w) => {
      console.log("WS", w.url());
      w.on("framereceived", (f) => console.log("<", String(f.payload).slice(0, 200)));
    });
    page.on("console", (m) => console.log("C", m.text()));
    page.on("pageerror", (e) => console.log("E", e.message));
    await page.reload();
    await page.waitForTimeout(2500);
  });
}
await b.close();
