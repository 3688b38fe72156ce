import { Loader } from "@mantine/core";
import { useTranslation } from "react-i18next";
import styles from "./page.module.css";

export function PageLoading() {
  const { t } = useTranslation();
  return (
    <div className={styles.middle} role="status">
      <Loader type="dots" aria-hidden="true" />
      <span>{t("page.loading")}</span>
    </div>
  );
}
