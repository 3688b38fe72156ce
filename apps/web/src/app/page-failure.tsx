import { Button, Title } from "@mantine/core";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ApiFailure } from "../api/client.ts";
import { Icon } from "../components/icon.tsx";
import { LinkButton } from "../components/link-button.tsx";
import { useLanguage } from "../language/use-language.ts";
import styles from "./page.module.css";
import { useClock } from "./parts.ts";

const tryAgainMs = 5_000;

/** A screen that could not be drawn: what it was, and what one can do. The server out of reach is tried again by itself. */
export function PageFailure({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const router = useRouter();
  const clock = useClock();
  const unreachable = error instanceof ApiFailure && error.code === "unreachable";
  // biome-ignore lint/correctness/useExhaustiveDependencies: each failure is tried again, also one that says the same
  useEffect(() => {
    if (!unreachable) return;
    const timer = clock.after(tryAgainMs, () => void router.invalidate());
    return () => timer.cancel();
  }, [unreachable, clock, router, error]);
  return (
    <main className={styles.middle}>
      <Icon name={unreachable ? "wifiOff" : "info"} size={40} />
      <Title order={1}>{t(unreachable ? "page.unreachable" : "page.broken")}</Title>
      <p>{error instanceof ApiFailure ? say(error.text) : t("page.brokenHelp")}</p>
      <Button
        onClick={() => {
          reset();
          void router.invalidate();
        }}
      >
        {t("page.tryAgain")}
      </Button>
    </main>
  );
}

export function PageNotFound() {
  const { t } = useTranslation();
  return (
    <main className={styles.middle}>
      <Title order={1}>{t("page.notFound")}</Title>
      <p>{t("page.notFoundHelp")}</p>
      <LinkButton to="/">{t("page.home")}</LinkButton>
    </main>
  );
}
