import { Button, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useDo } from "../../api/use-operation.ts";
import { FailureNote } from "../../components/failure-note.tsx";
import { Icon } from "../../components/icon.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { Note } from "../../components/note.tsx";
import { MadePassword } from "../office/made-password.tsx";
import styles from "./first-run.module.css";

/** The sample department, one's own people now, or later. */
export function PeopleStep({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const sample = useDo("setup.sample");
  const skip = useDo("setup.skipPeople", { refreshes: ["session"] });
  const later = () => skip.mutate({}, { onSuccess: onDone });
  if (sample.data !== undefined) {
    return (
      <div className={styles.form}>
        <Title order={1}>{t("firstRun.people.sampleDone")}</Title>
        <Note tone="calm" live>
          {t("firstRun.people.sampleNumber", { number: sample.data.number })}
        </Note>
        {sample.data.agents.map(({ username, displayName, password }) => (
          <div key={username} className={styles.agent}>
            <p className={styles.label}>{displayName}</p>
            <MadePassword username={username} password={password} />
          </div>
        ))}
        <FailureNote failure={skip.error} />
        <Button size="md" className={styles.next} onClick={later} loading={skip.isPending}>
          {t("firstRun.next")}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.form}>
      <div>
        <Title order={1}>{t("firstRun.people.title")}</Title>
        <p className={styles.help}>{t("firstRun.people.help")}</p>
      </div>
      <div className={styles.choice}>
        <div>
          <h2>{t("firstRun.people.sample")}</h2>
          <p className={styles.help}>{t("firstRun.people.sampleHelp")}</p>
        </div>
        <Button leftSection={<Icon name="flask" />} loading={sample.isPending} onClick={() => sample.mutate({})}>
          {t("firstRun.people.takeSample")}
        </Button>
      </div>
      <div className={styles.choice}>
        <div>
          <h2>{t("firstRun.people.own")}</h2>
          <p className={styles.help}>{t("firstRun.people.ownHelp")}</p>
        </div>
        <div className={styles.links}>
          <LinkButton to="/office/departments" variant="default" leftSection={<Icon name="building" size={18} />}>
            {t("nav.departments")}
          </LinkButton>
          <LinkButton to="/office/people" variant="default" leftSection={<Icon name="people" size={18} />}>
            {t("nav.people")}
          </LinkButton>
          <LinkButton to="/office/numbers" variant="default" leftSection={<Icon name="hash" size={18} />}>
            {t("nav.numbers")}
          </LinkButton>
        </div>
      </div>
      <FailureNote failure={sample.error ?? skip.error} />
      <Button variant="subtle" className={styles.next} onClick={later} loading={skip.isPending}>
        {t("firstRun.people.later")}
      </Button>
    </div>
  );
}
