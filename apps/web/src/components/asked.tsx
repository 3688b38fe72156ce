import { Button, Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ApiFailure } from "../api/client.ts";
import { useLanguage } from "../language/use-language.ts";
import styles from "./asked.module.css";
import { Note } from "./note.tsx";

type Query<Data> = {
  readonly data: Data | undefined;
  readonly error: ApiFailure | null;
  readonly isFetching: boolean;
  readonly refetch: () => unknown;
};

/** What was asked of the server: while it loads, when it failed, and when it is there. */
export function Asked<Data>({
  query,
  rows = 4,
  children,
}: {
  query: Query<Data>;
  /** How tall the waiting picture is, in lines. */
  rows?: number;
  children: (data: Data) => ReactNode;
}) {
  const { t } = useTranslation();
  const { say } = useLanguage();
  if (query.data !== undefined) return children(query.data);
  if (query.error !== null) {
    return (
      <Note
        tone="risk"
        live
        action={
          <Button variant="default" size="xs" onClick={() => void query.refetch()} loading={query.isFetching}>
            {t("page.tryAgain")}
          </Button>
        }
      >
        {say(query.error.text)}
      </Note>
    );
  }
  return (
    <div className={styles.waiting} role="status" aria-label={t("page.loading")}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars without a meaning
        <Skeleton key={row} height={18} radius="sm" width={row % 3 === 2 ? "60%" : "100%"} />
      ))}
    </div>
  );
}
