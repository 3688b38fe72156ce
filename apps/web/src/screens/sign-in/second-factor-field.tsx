import { Button, TextInput } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import styles from "./sign-in.module.css";

/** What is asked for beside the password, and what has been typed of it. */
export type Second = { readonly kind: "totp" | "backup"; readonly typed: string };

/** The six digits of an authenticator app, or one of the codes for when the telephone is not at hand. */
export function SecondFactorField({ second, onChange }: { second: Second; onChange: (next: Second) => void }) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const { kind, typed } = second;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the other kind of code is another field
  useEffect(() => field.current?.focus(), [kind]);
  const type = (value: string) => onChange({ kind, typed: value });
  const instead = (other: Second["kind"]) => () => onChange({ kind: other, typed: "" });
  return (
    <div className={styles.second}>
      {kind === "totp" ? (
        <TextInput
          key="totp"
          ref={field}
          label={t("signIn.code")}
          description={t("signIn.codeHelp")}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={6}
          size="md"
          value={typed}
          onChange={(event) => type(event.currentTarget.value)}
        />
      ) : (
        <TextInput
          key="backup"
          ref={field}
          label={t("signIn.backupCode")}
          description={t("signIn.backupHelp")}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          placeholder="XXXXX-XXXXX"
          maxLength={16}
          size="md"
          value={typed}
          onChange={(event) => type(event.currentTarget.value)}
        />
      )}
      <Button
        variant="subtle"
        size="compact-sm"
        className={styles.instead}
        onClick={instead(kind === "totp" ? "backup" : "totp")}
      >
        {t(kind === "totp" ? "signIn.noTelephone" : "signIn.toCode")}
      </Button>
    </div>
  );
}
