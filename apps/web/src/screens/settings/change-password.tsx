import { Button, PasswordInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDo } from "../../api/use-operation.ts";
import { FailureNote } from "../../components/failure-note.tsx";
import { Note } from "../../components/note.tsx";
import styles from "./settings.module.css";

export function ChangePassword() {
  const { t } = useTranslation();
  const change = useDo("session.changePassword");
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const toggle = { "aria-label": t("signIn.showPassword"), tabIndex: 0 };
  return (
    <form
      className={styles.stack}
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate(
          { current, next },
          {
            onSuccess: () => {
              setCurrent("");
              setNext("");
            },
          },
        );
      }}
    >
      <PasswordInput
        label={t("password.current")}
        autoComplete="current-password"
        value={current}
        visibilityToggleButtonProps={toggle}
        onChange={(event) => setCurrent(event.currentTarget.value)}
      />
      <PasswordInput
        label={t("password.next")}
        description={t("password.rule")}
        autoComplete="new-password"
        value={next}
        visibilityToggleButtonProps={toggle}
        onChange={(event) => setNext(event.currentTarget.value)}
      />
      <FailureNote failure={change.error} />
      {change.isSuccess && (
        <Note tone="calm" live>
          {t("password.changed")}
        </Note>
      )}
      <Button
        type="submit"
        className={styles.start}
        disabled={current === "" || next === ""}
        loading={change.isPending}
      >
        {t("password.change")}
      </Button>
    </form>
  );
}
