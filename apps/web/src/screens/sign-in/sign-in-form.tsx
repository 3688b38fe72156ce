import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDo } from "../../api/use-operation.ts";
import { FailureNote } from "../../components/failure-note.tsx";
import { Note } from "../../components/note.tsx";
import { isPasskeyAddress, knowsPasskeys } from "../../passkeys/browser-passkeys.ts";
import { backupCodeFrom } from "./backup-code.ts";
import { PasskeySignIn } from "./passkey-sign-in.tsx";
import { type Second, SecondFactorField } from "./second-factor-field.tsx";
import styles from "./sign-in.module.css";

/**
 * Name and password, and the six digits or a backup code when the account has them; or a passkey. Pasting and password
 * managers work everywhere. `username`: who signs in again, and nobody else; `passkeys`: whether there may be any.
 */
export function SignInForm({
  username: known,
  passkeys = true,
  onSignedIn,
}: {
  username?: string;
  passkeys?: boolean;
  onSignedIn?: () => void;
}) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const signIn = useDo("session.signIn");
  const [username, setUsername] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const [second, setSecond] = useState<Second | null>(null);

  const entered = () => void queries.refetchQueries({ queryKey: ["session"] }).then(onSignedIn);
  const factor = second === null ? {} : factorOf(second);
  const complete = username.trim() !== "" && password !== "" && factor !== null;
  const submit = () => {
    if (!complete) return;
    signIn.mutate(
      { username: username.trim(), password, ...factor },
      {
        onSuccess: entered,
        onError: ({ code }) => {
          if (code === "second-factor-required") setSecond({ kind: "totp", typed: "" });
        },
      },
    );
  };
  const offersPasskeys = passkeys && knowsPasskeys() && isPasskeyAddress(location);
  const backupWrong = second?.kind === "backup" && signIn.error?.code === "second-factor-wrong";
  const failure = signIn.error?.code === "second-factor-required" || backupWrong ? null : signIn.error;
  return (
    <div className={styles.form}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextInput
          label={t("signIn.username")}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          readOnly={known !== undefined}
          size="md"
          value={username}
          onChange={(event) => {
            setUsername(event.currentTarget.value);
            setSecond(null);
          }}
        />
        <PasswordInput
          label={t("signIn.password")}
          data-autofocus={known === undefined ? undefined : true}
          autoComplete="current-password"
          required
          withAsterisk={false}
          size="md"
          value={password}
          visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword"), tabIndex: 0 }}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {second !== null && (
          <SecondFactorField
            second={second}
            onChange={(next) => {
              if (next.kind !== second.kind) signIn.reset();
              setSecond(next);
            }}
          />
        )}
        <FailureNote failure={failure} />
        {backupWrong && (
          <Note tone="risk" live>
            {t("signIn.backupWrong")}
          </Note>
        )}
        <Button type="submit" size="md" disabled={!complete} loading={signIn.isPending}>
          {t("signIn.submit")}
        </Button>
      </form>
      {offersPasskeys && second === null && <PasskeySignIn onSignedIn={entered} />}
    </div>
  );
}

/** What goes to the server beside the password; null while it is not whole. */
function factorOf({ kind, typed }: Second): { totp: string } | { backupCode: string } | null {
  if (kind === "totp") return /^\d{6}$/.test(typed.trim()) ? { totp: typed.trim() } : null;
  const backupCode = backupCodeFrom(typed);
  return backupCode === null ? null : { backupCode };
}
