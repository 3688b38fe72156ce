import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";
import styles from "./tag.module.css";

/** One small fact beside a name. */
export function Tag({
  tone = "plain",
  icon,
  children,
}: {
  tone?: "plain" | "calm" | "risk" | "accent";
  icon?: IconName;
  children: ReactNode;
}) {
  return (
    <span className={styles.tag} data-tone={tone}>
      {icon !== undefined && <Icon name={icon} size={14} />}
      {children}
    </span>
  );
}
