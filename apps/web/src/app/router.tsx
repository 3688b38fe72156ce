import type { QueryClient } from "@tanstack/react-query";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import type { Client } from "../api/client.ts";
import { PageFailure, PageNotFound } from "./page-failure.tsx";
import { PageLoading } from "./page-loading.tsx";
import { knowSession } from "./session.ts";
import { Shell } from "./shell.tsx";

export function makeRouter(client: Client, queries: QueryClient) {
  const session = () => knowSession(client, queries);
  const root = createRootRoute();
  const signIn = createRoute({
    getParentRoute: () => root,
    path: "/sign-in",
    component: lazyRouteComponent(() => import("../screens/sign-in/sign-in.tsx"), "SignIn"),
    beforeLoad: async () => {
      const { me, setup } = await session();
      if (setup.includes("administrator")) throw redirect({ to: "/first-run" });
      if (me !== null) throw redirect({ to: "/" });
    },
  });
  const firstRun = createRoute({
    getParentRoute: () => root,
    path: "/first-run",
    component: lazyRouteComponent(() => import("../screens/first-run/first-run.tsx"), "FirstRun"),
    beforeLoad: async () => {
      const { me, setup } = await session();
      if (!setup.includes("administrator") && me === null) throw redirect({ to: "/sign-in" });
    },
  });
  const shell = createRoute({
    getParentRoute: () => root,
    id: "in",
    component: Shell,
    beforeLoad: async () => {
      const { me, setup } = await session();
      if (setup.includes("administrator")) throw redirect({ to: "/first-run" });
      if (me === null) throw redirect({ to: "/sign-in" });
    },
  });
  const home = createRoute({
    getParentRoute: () => shell,
    path: "/",
    beforeLoad: async () => {
      const { me, setup } = await session();
      if (me?.role === "auditor") throw redirect({ to: "/settings" });
      throw redirect({ to: me?.role === "administrator" && setup.length > 0 ? "/first-run" : "/desk" });
    },
  });
  const desk = createRoute({
    getParentRoute: () => shell,
    path: "/desk",
    component: lazyRouteComponent(() => import("../screens/desk/desk.tsx"), "Desk"),
  });
  const settings = createRoute({
    getParentRoute: () => shell,
    path: "/settings",
    component: lazyRouteComponent(() => import("../screens/settings/settings.tsx"), "Settings"),
  });
  return createRouter({
    routeTree: root.addChildren([signIn, firstRun, shell.addChildren([home, desk, settings])]),
    defaultPendingComponent: PageLoading,
    defaultErrorComponent: PageFailure,
    defaultNotFoundComponent: PageNotFound,
    defaultPreload: "intent",
    defaultPendingMs: 200,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
