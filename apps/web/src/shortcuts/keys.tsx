import { Kbd } from "@mantine/core";
import { Fragment } from "react";
import styles from "./keys.module.css";
import { type Combination, keysOf } from "./shortcuts.ts";

export function Keys({ combination }: { combination: Combination }) {
  return (
    <span className={styles.keys}>
      {keysOf(combination).map((key, index) => (
        <Fragment key={key}>
          {index > 0 && <span aria-hidden="true">+</span>}
          <Kbd size="xs">{key}</Kbd>
        </Fragment>
      ))}
    </span>
  );
}
