import { useTranslation } from "react-i18next";
import styles from "./brand.module.css";

/** The mark, a shield with a voice in it, and the name. */
export function Brand({ size = 30 }: { size?: number }) {
  const { t } = useTranslation();
  return (
    <span className={styles.brand}>
      <svg viewBox="0 0 64 64" width={size} height={size} aria-hidden="true" focusable="false">
        <rect width="64" height="64" rx="16" className={styles.ground} />
        <path
          d="M32 11c6.200 4.200 12.400 6 18.500 6.200 0 16.600-5.300 28.300-18.500 35.800C18.800 45.500 13.500 33.800 13.500 17.200 19.600 17 25.800 15.200 32 11z"
          className={styles.shield}
        />
        <path
          d="M22.500 31.500c2.900 0 2.900-5 5.800-5s2.900 10 5.800 10 2.900-5 7.400-5"
          fill="none"
          className={styles.voice}
          strokeWidth="3.600"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      <span className={styles.name}>{t("brand")}</span>
    </span>
  );
}
