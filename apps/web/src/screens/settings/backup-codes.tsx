import { Button, CopyButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Icon } from "../../components/icon.tsx";
import { Note } from "../../components/note.tsx";
import styles from "./settings.module.css";

/** The codes for a lost telephone, shown this once: the server keeps only what recognises them. */
export function BackupCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={styles.stack}>
      <Note tone="calm" live>
        {t("second.nowOn")}
      </Note>
      <p className={styles.help}>{t("second.backup")}</p>
      <ul className={styles.codes}>
        {codes.map((one) => (
          <li key={one}>
            <code>{one}</code>
          </li>
        ))}
      </ul>
      <div className={styles.buttons}>
        {/* Browsers lend the clipboard to secure pages only; elsewhere the codes are marked and copied by hand. */}
        {window.isSecureContext && (
          <CopyButton value={codes.join("\n")}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                leftSection={<Icon name={copied ? "check" : "copy"} size={18} />}
                onClick={copy}
              >
                {t(copied ? "page.copied" : "second.copyAll")}
              </Button>
            )}
          </CopyButton>
        )}
        <Button onClick={onKept}>{t("second.kept")}</Button>
      </div>
    </div>
  );
}
