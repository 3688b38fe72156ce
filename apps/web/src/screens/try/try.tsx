import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAsked, useDo } from "../../api/use-operation.ts";
import { usePhoneCall } from "../../call/use-phone-call.ts";
import { Asked } from "../../components/asked.tsx";
import { FailureNote } from "../../components/failure-note.tsx";
import { Icon } from "../../components/icon.tsx";
import { Note } from "../../components/note.tsx";
import { NothingHere } from "../../components/nothing-here.tsx";
import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { useLanguage } from "../../language/use-language.ts";
import { useDesk } from "../../live/use-live.ts";
import styles from "./try.module.css";

/** The whole thing at work, alone, in three minutes: a simulated caller, or one's own voice from a second tab. */
export function Try() {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const desk = useDesk();
  const scenarios = useAsked("trial.scenarios", {});
  const start = useDo("trial.start");
  const phone = usePhoneCall();
  const goTo = useNavigate();
  // The desk is where it rings; a scenario that the agent begins is dialled for them.
  const begin = (scenario: string) =>
    start.mutate(
      { scenario },
      {
        onSuccess: ({ dial }) => {
          if (dial !== null) phone.dial(dial);
          void goTo({ to: "/desk" });
        },
      },
    );
  const free = desk !== null && desk.call === null && desk.presence.kind !== "protected-rest";
  return (
    <Page title={t("try.title")} lead={t("try.lead")} wide>
      {desk !== null && !free && !start.isPending && <Note icon="info">{t("try.notFree")}</Note>}
      <FailureNote failure={start.error} />
      <div className={styles.ways}>
        <Panel title={t("try.simulated")}>
          <p className={styles.help}>{t("try.simulatedHelp")}</p>
          <Asked query={scenarios} rows={6}>
            {(data) =>
              data.scenarios.length === 0 ? (
                <NothingHere icon="flask" title={t("try.noScenarios")} />
              ) : (
                <ul className={styles.scenarios}>
                  {data.scenarios.map(({ id, title, promise, direction }) => (
                    <li key={id}>
                      <div>
                        <h3>{say(title)}</h3>
                        <p className={styles.help}>{say(promise)}</p>
                      </div>
                      <Button
                        variant="light"
                        leftSection={<Icon name={direction === "inbound" ? "phoneIn" : "phoneOut"} size={18} />}
                        disabled={!free}
                        loading={start.isPending && start.variables?.scenario === id}
                        aria-label={t("try.startNamed", { title: say(title) })}
                        onClick={() => begin(id)}
                      >
                        {t("try.start")}
                      </Button>
                    </li>
                  ))}
                </ul>
              )
            }
          </Asked>
        </Panel>
        <Panel title={t("try.self")}>
          <div className={styles.self}>
            <p className={styles.help}>{t("try.selfHelp")}</p>
            <ol>
              <li>{t("try.selfFirst")}</li>
              <li>{t("try.selfSecond")}</li>
              <li>{t("try.selfThird")}</li>
            </ol>
            <Button component="a" href="/speak" target="_blank" rel="opener" leftSection={<Icon name="microphone" />}>
              {t("try.selfOpen")}
            </Button>
            <p className={styles.help}>{t("try.marked")}</p>
          </div>
        </Panel>
      </div>
    </Page>
  );
}
