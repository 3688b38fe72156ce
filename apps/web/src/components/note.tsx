import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";
import styles from "./note.module.css";

/** `calm`: good to know · `risk`: needs a look · `plain`: an aside. Meaning is in words and picture, never in colour alone. */
export type NoteTone = "plain" | "calm" | "risk";

export function Note({
  tone = "plain",
  icon,
  children,
  action,
  live = false,
}: {
  tone?: NoteTone;
  icon?: IconName;
  children: ReactNode;
  action?: ReactNode;
  /** Read out when it appears. */
  live?: boolean;
}) {
  return (
    <div className={styles.note} data-tone={tone} role={live ? "status" : undefined}>
      <span className={styles.icon}>
        <Icon name={icon ?? (tone === "risk" ? "notice" : tone === "calm" ? "check" : "info")} />
      </span>
      <div className={styles.text}>{children}</div>
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
  );
}
