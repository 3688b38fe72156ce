import type { DeskState } from "@jikimi/live-events";
import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useAsked, useDo } from "../../api/use-operation.ts";
import { useClock } from "../../app/parts.ts";
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
import { TelephoneProblem } from "../../telephone/telephone-problem.tsx";
import styles from "./try.module.css";

/** From the start until the simulated caller has heard the notice and it rings; longer means that it will not. */
const comesWithinMs = 40_000;

/** The whole thing at work, alone, in three minutes: a simulated caller, or one's own voice from a second tab. */
export function Try() {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const clock = useClock();
  const desk = useDesk();
  const scenarios = useAsked("trial.scenarios", {});
  const start = useDo("trial.start");
  const phone = usePhoneCall();
  const obstacle = obstacleOf(desk);
  useOpensDeskWithCall(desk?.call?.callId ?? null);
  const { isSuccess, data, reset } = start;
  const coming = isSuccess && data.dial === null && obstacle === null;
  useEffect(() => {
    if (!coming) return;
    const given = clock.after(comesWithinMs, reset);
    return () => given.cancel();
  }, [coming, clock, reset]);
  const canDial = phone.line === "registered";
  // A scenario that the agent begins is dialled for them.
  const begin = (scenario: string) =>
    start.mutate({ scenario }, { onSuccess: ({ dial }) => (dial === null ? undefined : phone.dial(dial)) });
  return (
    <Page title={t("try.title")} lead={t("try.lead")} wide>
      {obstacle !== null && !start.isPending && <Note>{t(`try.obstacle.${obstacle}`)}</Note>}
      <FailureNote failure={start.error} />
      <TelephoneProblem problem={phone.problem} />
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
                        disabled={desk === null || obstacle !== null || (direction === "outbound" && !canDial)}
                        loading={start.isPending && start.variables?.scenario === id}
                        aria-label={t("try.startNamed", { title: say(title) })}
                        onClick={() => begin(id)}
                      >
                        {t("try.start")}
                      </Button>
                      {coming && start.variables?.scenario === id && (
                        <div className={styles.coming}>
                          <Note tone="calm" icon="phoneIn" live>
                            {t("try.coming")}
                          </Note>
                        </div>
                      )}
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

/** Why no trial can begin now; null: it can, or is not known yet. */
function obstacleOf(desk: DeskState | null): "noPhone" | "busy" | "resting" | "wrapUp" | "away" | null {
  if (desk === null) return null;
  if (desk.call !== null) return "busy";
  switch (desk.presence.kind) {
    case "offline":
      return "noPhone";
    case "ringing":
    case "talking":
      return "busy";
    case "protected-rest":
      return "resting";
    case "wrap-up":
      return "wrapUp";
    case "away":
      return "away";
    case "ready":
      return null;
  }
}

/** A call that comes while one is here is on the desk: there the conversation is read, and protection steered. */
function useOpensDeskWithCall(callId: string | null): void {
  const goTo = useNavigate();
  const before = useRef(callId);
  useEffect(() => {
    if (callId !== null && callId !== before.current) void goTo({ to: "/desk" });
    before.current = callId;
  }, [callId, goTo]);
}
