import { Title } from "@mantine/core";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "../app/parts.ts";
import { useSession } from "../app/session.ts";
import { CallDock } from "../call/call-dock.tsx";
import { ShortcutKeys, useShortcut } from "../shortcuts/use-shortcuts.tsx";
import { TelephoneSeat } from "../telephone/use-telephone.tsx";
import { Notices } from "./notices.tsx";
import styles from "./shell.module.css";
import { TopBar } from "./top-bar.tsx";

// Seldom needed, and none of it for the first picture of the desk.
const SignInForm = lazy(async () => ({ default: (await import("../screens/sign-in/sign-in-form.tsx")).SignInForm }));
const ShortcutDialog = lazy(async () => ({
  default: (await import("../shortcuts/shortcut-dialog.tsx")).ShortcutDialog,
}));

/** What stands around every screen: the way about, one's state, the call that is on, and what one should know. */
export function Shell() {
  const { t } = useTranslation();
  const live = useLive();
  const session = useSession();
  const person = session?.me?.personId ?? null;
  // Whose page this is: somebody else who signs in begins with a page of their own.
  const [owner, setOwner] = useState(person);
  if (owner === null && person !== null) setOwner(person);
  useEffect(() => {
    if (person === null) return;
    if (owner !== null && person !== owner) location.reload();
    else live.start();
  }, [live, person, owner]);
  useEffect(() => () => live.stop(), [live]);
  const over = session !== undefined && person === null;
  return (
    <ShortcutKeys>
      <TelephoneSeat>
        <div className={styles.shell}>
          <a href={over ? "#sign-in" : "#main"} className={styles.skip}>
            {t("shell.skip")}
          </a>
          <TopBar />
          <CallDock />
          <Notices />
          {over && <SignInAgain />}
          <div className={styles.content} hidden={over}>
            <FocusOnNewScreen />
            <Outlet />
          </div>
        </div>
        <Shortcuts />
      </TelephoneSeat>
    </ShortcutKeys>
  );
}

/** In place of the screen, which waits behind it with all that was written; the call that is on stays at hand above. */
function SignInAgain() {
  const { t } = useTranslation();
  return (
    <main id="sign-in" tabIndex={-1} className={styles.again}>
      <div className={styles.card}>
        <Title order={1} size="h2">
          {t("signIn.again")}
        </Title>
        <p>{t("signIn.againHelp")}</p>
        <Suspense>
          <SignInForm />
        </Suspense>
      </div>
    </main>
  );
}

function Shortcuts() {
  const [open, setOpen] = useState(false);
  useShortcut("shortcuts", () => setOpen((before) => !before));
  if (!open) return null;
  return (
    <Suspense>
      <ShortcutDialog onClose={() => setOpen(false)} />
    </Suspense>
  );
}

/** A new screen takes the focus, so that keys and screen readers begin at its top; the first one leaves it alone. */
function FocusOnNewScreen() {
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (before.current !== undefined && path !== before.current) document.getElementById("main")?.focus();
    before.current = path;
  }, [path]);
  return null;
}
