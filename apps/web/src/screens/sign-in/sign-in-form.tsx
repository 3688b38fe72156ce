import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDo } from "../../api/use-operation.ts";
import { FailureNote } from "../../components/failure-note.tsx";
import styles from "./sign-in.module.css";

/** Name and password, and the six digits when the account has them. Pasting and password managers work everywhere. */
export function SignInForm({ onSignedIn }: { onSignedIn?: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const signIn = useDo("session.signIn");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const [second, setSecond] = useState(false);
  const code = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (second) code.current?.focus();
  }, [second]);

  const submit = () =>
    signIn.mutate(
      { username: username.trim(), password, ...(second ? { totp: totp.trim() } : {}) },
      {
        onSuccess: () => {
          void queries.refetchQueries({ queryKey: ["session"] }).then(onSignedIn);
        },
        onError: ({ code: why }) => {
          if (why === "second-factor-required") setSecond(true);
        },
      },
    );
  const failure = signIn.error?.code === "second-factor-required" ? null : signIn.error;
  const complete = username.trim() !== "" && password !== "" && (!second || /^\d{6}$/.test(totp.trim()));
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (complete) submit();
      }}
    >
      <TextInput
        label={t("signIn.username")}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        size="md"
        value={username}
        onChange={(event) => setUsername(event.currentTarget.value)}
      />
      <PasswordInput
        label={t("signIn.password")}
        autoComplete="current-password"
        required
        withAsterisk={false}
        size="md"
        value={password}
        visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword"), tabIndex: 0 }}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {second && (
        <TextInput
          ref={code}
          label={t("signIn.code")}
          description={t("signIn.codeHelp")}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={6}
          size="md"
          value={totp}
          onChange={(event) => setTotp(event.currentTarget.value)}
        />
      )}
      <FailureNote failure={failure} />
      <Button type="submit" size="md" disabled={!complete} loading={signIn.isPending}>
        {t("signIn.submit")}
      </Button>
    </form>
  );
}
