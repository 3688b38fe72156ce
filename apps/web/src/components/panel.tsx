import { Title } from "@mantine/core";
import { type ReactNode, useId } from "react";
import styles from "./panel.module.css";

/** A card with a heading of its own. `order`: the heading's level on this page. */
export function Panel({
  title,
  order = 2,
  aside,
  children,
  tight = false,
  fill = false,
}: {
  title: string;
  order?: 2 | 3;
  aside?: ReactNode;
  children: ReactNode;
  tight?: boolean;
  /** Takes the height that is left, and scrolls inside. */
  fill?: boolean;
}) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={styles.panel}
      data-tight={tight || undefined}
      data-fill={fill || undefined}
    >
      <header className={styles.head}>
        <Title order={order} id={id} size="h3">
          {title}
        </Title>
        {aside !== undefined && <div className={styles.aside}>{aside}</div>}
      </header>
      {children}
    </section>
  );
}
