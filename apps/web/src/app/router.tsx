import type { QueryClient } from "@tanstack/react-query";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import type { Client } from "../api/client.ts";
import { Shell } from "../shell/shell.tsx";
import { PageFailure, PageNotFound } from "./page-failure.tsx";
import { PageLoading } from "./page-loading.tsx";
import { knowSession } from "./session.ts";

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
  const calls = createRoute({
    getParentRoute: () => shell,
    path: "/calls",
    component: lazyRouteComponent(() => import("../screens/calls/calls.tsx"), "Calls"),
  });
  const call = createRoute({
    getParentRoute: () => shell,
    path: "/calls/$callId",
    component: lazyRouteComponent(() => import("../screens/call/call.tsx"), "Call"),
  });
  const tryIt = createRoute({
    getParentRoute: () => shell,
    path: "/try",
    component: lazyRouteComponent(() => import("../screens/try/try.tsx"), "Try"),
  });
  const helpRequests = createRoute({
    getParentRoute: () => shell,
    path: "/help-requests",
    component: lazyRouteComponent(() => import("../screens/help-requests/help-requests.tsx"), "HelpRequests"),
  });
  const settings = createRoute({
    getParentRoute: () => shell,
    path: "/settings",
    component: lazyRouteComponent(() => import("../screens/settings/settings.tsx"), "Settings"),
  });
  const people = createRoute({
    getParentRoute: () => shell,
    path: "/office/people",
    component: lazyRouteComponent(() => import("../screens/office/people.tsx"), "People"),
  });
  const departments = createRoute({
    getParentRoute: () => shell,
    path: "/office/departments",
    component: lazyRouteComponent(() => import("../screens/office/departments.tsx"), "Departments"),
  });
  const numbers = createRoute({
    getParentRoute: () => shell,
    path: "/office/numbers",
    component: lazyRouteComponent(() => import("../screens/office/numbers.tsx"), "Numbers"),
  });
  const lines = createRoute({
    getParentRoute: () => shell,
    path: "/office/lines",
    component: lazyRouteComponent(() => import("../screens/office/lines.tsx"), "Lines"),
  });
  const protection = createRoute({
    getParentRoute: () => shell,
    path: "/office/protection",
    component: lazyRouteComponent(() => import("../screens/office/protection.tsx"), "Protection"),
  });
  const speak = createRoute({
    getParentRoute: () => root,
    path: "/speak",
    component: lazyRouteComponent(() => import("../screens/speak/speak.tsx"), "Speak"),
    beforeLoad: async () => {
      if ((await session()).me === null) throw redirect({ to: "/sign-in" });
    },
  });
  return createRouter({
    routeTree: root.addChildren([
      signIn,
      firstRun,
      speak,
      shell.addChildren([
        home,
        desk,
        calls,
        call,
        tryIt,
        helpRequests,
        settings,
        people,
        departments,
        numbers,
        lines,
        protection,
      ]),
    ]),
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
