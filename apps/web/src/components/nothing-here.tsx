import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";
import styles from "./nothing-here.module.css";

/** What an empty list says: what will stand here, and how to begin. */
export function NothingHere({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className={styles.nothing}>
      <span className={styles.icon}>
        <Icon name={icon} size={28} />
      </span>
      <p className={styles.title}>{title}</p>
      {children !== undefined && <div className={styles.text}>{children}</div>}
    </div>
  );
}
