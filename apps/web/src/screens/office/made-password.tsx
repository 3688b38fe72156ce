import { Button, CopyButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Icon } from "../../components/icon.tsx";
import { Note } from "../../components/note.tsx";
import styles from "./office.module.css";

/** A password that is shown once: it cannot be read again. */
export function MadePassword({ username, password }: { username: string; password: string }) {
  const { t } = useTranslation();
  return (
    <Note tone="risk" icon="key">
      <p>{t("people.shownOnce", { username })}</p>
      <p className={styles.secret}>
        <code>{password}</code>
        <CopyButton value={password}>
          {({ copied, copy }) => (
            <Button
              size="xs"
              variant="default"
              leftSection={<Icon name={copied ? "check" : "copy"} size={16} />}
              onClick={copy}
            >
              {t(copied ? "page.copied" : "page.copy")}
            </Button>
          )}
        </CopyButton>
      </p>
    </Note>
  );
}
