import { Button, PasswordInput, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDo } from "../../api/use-operation.ts";
import { FailureNote } from "../../components/failure-note.tsx";
import styles from "./first-run.module.css";

export function AdministratorStep({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const make = useDo("setup.administrator", { refreshes: ["session"] });
  const [displayName, setDisplayName] = useState("");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [setupCode, setSetupCode] = useState("");
  const needsCode = make.error?.code === "setup-code-required" || setupCode !== "";
  const ready = [displayName, username, password].every((text) => text.trim() !== "");
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        make.mutate(
          { displayName, username, password, ...(setupCode.trim() === "" ? {} : { setupCode }) },
          { onSuccess: onDone },
        );
      }}
    >
      <div>
        <Title order={1}>{t("firstRun.administrator.title")}</Title>
        <p className={styles.help}>{t("firstRun.administrator.help")}</p>
      </div>
      <TextInput
        label={t("people.displayName")}
        autoComplete="name"
        value={displayName}
        onChange={(event) => setDisplayName(event.currentTarget.value)}
      />
      <TextInput
        label={t("people.username")}
        description={t("people.usernameHelp")}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        value={username}
        onChange={(event) => setUsername(event.currentTarget.value)}
      />
      <PasswordInput
        label={t("signIn.password")}
        description={t("password.rule")}
        autoComplete="new-password"
        value={password}
        visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword"), tabIndex: 0 }}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {needsCode && (
        <TextInput
          label={t("firstRun.administrator.code")}
          description={t("firstRun.administrator.codeHelp")}
          autoComplete="off"
          spellCheck={false}
          value={setupCode}
          onChange={(event) => setSetupCode(event.currentTarget.value)}
        />
      )}
      <FailureNote failure={make.error} />
      <Button type="submit" size="md" className={styles.next} disabled={!ready} loading={make.isPending}>
        {t("firstRun.administrator.submit")}
      </Button>
    </form>
  );
}
