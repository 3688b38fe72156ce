import { UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./keypad.module.css";

const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

/** Sends digits into the call. The computer's keys work too while it is open. */
export function Keypad({ onDigit }: { onDigit: (digit: string) => boolean }) {
  const { t } = useTranslation();
  const [sent, setSent] = useState("");
  const press = (digit: string) => {
    if (onDigit(digit)) setSent((before) => `${before}${digit}`.slice(-16));
  };
  return (
    <div
      className={styles.keypad}
      role="group"
      aria-label={t("call.keypad")}
      onKeyDown={({ key }) => (keys as readonly string[]).includes(key) && press(key)}
    >
      <output className={styles.sent} aria-label={t("call.sentDigits")}>
        {sent === "" ? " " : sent}
      </output>
      {keys.map((digit) => (
        <UnstyledButton key={digit} className={styles.key} onClick={() => press(digit)}>
          {digit}
        </UnstyledButton>
      ))}
    </div>
  );
}
