import { Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import styles from "./page.module.css";

/** One screen of the app: its name as heading and as the window's title. */
export function Page({
  title,
  lead,
  aside,
  children,
  wide = false,
}: {
  title: string;
  lead?: string;
  aside?: ReactNode;
  children: ReactNode;
  wide?: boolean;
}) {
  useWindowTitle(title);
  return (
    <main id="main" tabIndex={-1} className={styles.page} data-wide={wide || undefined}>
      <header className={styles.head}>
        <div>
          <Title order={1}>{title}</Title>
          {lead !== undefined && <p className={styles.lead}>{lead}</p>}
        </div>
        {aside !== undefined && <div className={styles.aside}>{aside}</div>}
      </header>
      {children}
    </main>
  );
}

export function useWindowTitle(title: string): void {
  const { t } = useTranslation();
  const whole = `${title} · ${t("brand")}`;
  useEffect(() => {
    document.title = whole;
  }, [whole]);
}
