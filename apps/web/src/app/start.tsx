import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { I18nextProvider } from "react-i18next";
import { Client } from "../api/client.ts";
import { BrowserClock } from "../clock/browser-clock.ts";
import { chosenLanguage, type Language, startLanguage } from "../language/language.ts";
import { LiveConnection } from "../live/live-connection.ts";
import type { TelephoneSound } from "../telephone/telephone.ts";
import { type Parts, PartsContext } from "./parts.ts";
import { makeRouter } from "./router.tsx";
import type { Session } from "./session.ts";
import { nameTab } from "./tab.ts";
import { theme } from "./theme.ts";

/** The organisation's, once it has said so; until then what the browser speaks. */
function givenLanguage(session: Session | null): Language {
  if (session !== null && !session.setup.includes("organisation")) return session.language;
  return navigator.language.startsWith("ko") ? "ko" : "en";
}

export type StartOptions = {
  readonly sound: TelephoneSound;
  readonly openTelephone: Parts["openTelephone"];
};

/** Keeping every file of the page for a day without a network takes time that the first screen needs. */
const serviceWorkerAfterMs = 3000;

/** Builds everything in order and draws the page: the composition root of the browser app. */
export async function startApp({ sound, openTelephone }: StartOptions): Promise<void> {
  const clock = new BrowserClock();
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: 10_000, refetchOnWindowFocus: false } } });
  const signedOut = () => void queries.invalidateQueries({ queryKey: ["session"] });
  const client = new Client({ fetch: (...request) => fetch(...request), onSignedOut: signedOut });
  const toDesk = /^\/(?:desk)?$/.test(location.pathname);
  // It comes while the session is asked for; without it the router would ask only after that.
  if (toDesk) void import("../screens/desk/desk.tsx").catch(() => {});
  const [tab, session] = await Promise.all([nameTab(), client.ask("session", {}).catch(() => null)]);
  if (session !== null) queries.setQueryData(["session", {}], session);
  const language = await startLanguage(chosenLanguage(localStorage) ?? givenLanguage(session));
  const live = new LiveConnection({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live?tab=${tab}`,
    clock,
    openSocket: (url) => new WebSocket(url),
    onSignedOut: signedOut,
  });
  // What the desk shows is on its way while the page is drawn. An administrator may have to finish the first run before.
  const role = session?.me?.role;
  if (toDesk && role !== undefined && role !== "administrator") live.start();
  window.addEventListener("online", () => live.retryNow());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") live.retryNow();
  });

  const root = document.getElementById("root");
  if (root === null) throw new TypeError("the page has no #root");
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} withCssVariables={false} withGlobalClasses={false} defaultColorScheme="auto">
        <I18nextProvider i18n={language}>
          <QueryClientProvider client={queries}>
            <PartsContext value={{ clock, client, live, sound, tab, openTelephone }}>
              <RouterProvider router={makeRouter(client, queries)} />
            </PartsContext>
          </QueryClientProvider>
        </I18nextProvider>
      </MantineProvider>
    </StrictMode>,
  );
  if ("serviceWorker" in navigator && import.meta.env.PROD) {
    clock.after(serviceWorkerAfterMs, () => void navigator.serviceWorker.register("/service-worker.js"));
  }
}
