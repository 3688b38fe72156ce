import type { ReactNode } from "react";
import styles from "./ring.module.css";

const radius = 52;
const around = 2 * Math.PI * radius;

export type RingMark = { readonly at: number; readonly label: string };

/**
 * A share of a whole as a ring, from twelve o'clock clockwise, with marks on it. `share` and each mark's `at` are 0 to 1.
 * What it says stands in the middle as text; the ring itself is decoration.
 */
export function Ring({
  share,
  marks = [],
  tone = "accent",
  size = 148,
  children,
}: {
  share: number;
  marks?: readonly RingMark[];
  tone?: "accent" | "risk" | "calm";
  /** Pixels. */
  size?: number;
  children: ReactNode;
}) {
  const shown = Math.min(1, Math.max(0, share));
  return (
    <div className={styles.ring} data-tone={tone} style={{ width: size, height: size }}>
      <svg viewBox="0 0 120 120" width={size} height={size} aria-hidden="true" focusable="false">
        <circle className={styles.track} cx="60" cy="60" r={radius} />
        <circle
          className={styles.share}
          cx="60"
          cy="60"
          r={radius}
          strokeDasharray={`${shown * around} ${around}`}
          transform="rotate(-90 60 60)"
        />
        {marks.map(({ at, label }) => (
          <line
            key={label}
            className={styles.mark}
            x1="60"
            y1="2"
            x2="60"
            y2="14"
            transform={`rotate(${Math.min(1, Math.max(0, at)) * 360} 60 60)`}
          />
        ))}
      </svg>
      <div className={styles.middle}>{children}</div>
    </div>
  );
}
