import { UnstyledButton, VisuallyHidden } from "@mantine/core";
import type { KeyboardEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import styles from "./hold-button.module.css";
import { useHold } from "./use-hold.ts";

/** Held for a second by pointer, Enter or Space: a hand that slips ends no call. */
export function HoldButton({
  children,
  icon,
  onHeld,
  disabled = false,
}: {
  children: ReactNode;
  icon?: ReactNode;
  onHeld: () => void;
  disabled?: boolean;
}) {
  const { t } = useTranslation();
  const { held, tooShort, begin, letGo } = useHold(onHeld);
  const isPress = ({ key }: KeyboardEvent) => key === "Enter" || key === " ";
  return (
    <>
      <UnstyledButton
        className={styles.button}
        data-held={held || undefined}
        disabled={disabled}
        onPointerDown={(event) => event.button === 0 && begin()}
        onPointerUp={letGo}
        onPointerLeave={letGo}
        onPointerCancel={letGo}
        onBlur={letGo}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (!isPress(event)) return;
          event.preventDefault();
          begin();
        }}
        onKeyUp={(event) => isPress(event) && letGo()}
      >
        <span className={styles.fill} aria-hidden="true" />
        <span className={styles.label}>
          {icon}
          {children} <span className={styles.hint}>{t("hold.hint")}</span>
        </span>
      </UnstyledButton>
      <VisuallyHidden role="status">{tooShort ? t("hold.tooShort") : ""}</VisuallyHidden>
    </>
  );
}
