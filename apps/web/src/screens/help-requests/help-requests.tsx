import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useDo } from "../../api/use-operation.ts";
import { FailureNote } from "../../components/failure-note.tsx";
import { Icon } from "../../components/icon.tsx";
import { NothingHere } from "../../components/nothing-here.tsx";
import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { Tag } from "../../components/tag.tsx";
import { clockTime } from "../../language/format.ts";
import { useLanguage } from "../../language/use-language.ts";
import { useHelpRequests, useServerNow } from "../../live/use-live.ts";
import styles from "./help-requests.module.css";

/** Who asks for help now; the one who has waited longest stands first. */
export function HelpRequests() {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const requests = [...useHelpRequests()].sort((a, b) => a.requestedAtMs - b.requestedAtMs);
  const nowMs = useServerNow({ on: requests.length > 0 });
  const take = useDo("help.take");
  return (
    <Page title={t("nav.help")} lead={t("helpRequests.lead")}>
      <FailureNote failure={take.error} />
      <Panel title={t("helpRequests.now")}>
        {requests.length === 0 ? (
          <NothingHere icon="hand" title={t("helpRequests.none")}>
            {t("helpRequests.noneHelp")}
          </NothingHere>
        ) : (
          <ul className={styles.list}>
            {requests.map(({ requestId, agentName, department, note, requestedAtMs, takenBy }) => (
              <li key={requestId}>
                <div className={styles.who}>
                  <span className={styles.name}>{agentName}</span>
                  <span className={styles.facts}>
                    <span>{say(department)}</span>
                    <span>{t("helpRequests.since", { time: clockTime(nowMs - requestedAtMs) })}</span>
                  </span>
                  {note !== "" && <p>{note}</p>}
                </div>
                {takenBy === null ? (
                  <Button
                    leftSection={<Icon name="hand" />}
                    loading={take.isPending && take.variables?.requestId === requestId}
                    onClick={() => take.mutate({ requestId })}
                  >
                    {t("helpRequests.take")}
                  </Button>
                ) : (
                  <Tag tone="calm" icon="check">
                    {t("helpRequests.takenBy", { name: takenBy })}
                  </Tag>
                )}
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </Page>
  );
}
