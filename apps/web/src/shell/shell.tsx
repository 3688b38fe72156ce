import { Title } from "@mantine/core";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClock, useLive } from "../app/parts.ts";
import { useSession } from "../app/session.ts";
import { transferDialog } from "../call/call-controls.tsx";
import { CallDock } from "../call/call-dock.tsx";
import { Late, LatePart } from "../components/late-part.tsx";
import { ShortcutKeys, useShortcut } from "../shortcuts/use-shortcuts.tsx";
import { TelephoneSeat } from "../telephone/use-telephone.tsx";
import { Notices } from "./notices.tsx";
import styles from "./shell.module.css";
import { TopBar } from "./top-bar.tsx";

// Seldom needed, and none of it for the first picture of the desk.
const signInForm = new LatePart(async () => (await import("../screens/sign-in/sign-in-form.tsx")).SignInForm);
const shortcutDialog = new LatePart(async () => (await import("../shortcuts/shortcut-dialog.tsx")).ShortcutDialog);

/** After this they are fetched all the same: in a call without a network they must be there. */
const prefetchAfterMs = 2000;

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
  usePrefetch();
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

function usePrefetch() {
  const clock = useClock();
  useEffect(() => {
    const timer = clock.after(prefetchAfterMs, () => {
      for (const part of [transferDialog, signInForm, shortcutDialog]) void part.fetch().catch(() => {});
    });
    return () => timer.cancel();
  }, [clock]);
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
        <Late part={signInForm} props={{}} />
      </div>
    </main>
  );
}

function Shortcuts() {
  const [open, setOpen] = useState(false);
  useShortcut("shortcuts", () => setOpen((before) => !before));
  return open && <Late part={shortcutDialog} props={{ onClose: () => setOpen(false) }} />;
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
