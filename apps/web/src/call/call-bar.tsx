import type { CallView } from "@jikimi/live-events";
import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { FailureNote } from "../components/failure-note.tsx";
import { Icon } from "../components/icon.tsx";
import { Note } from "../components/note.tsx";
import { Tag } from "../components/tag.tsx";
import { clockTime } from "../language/format.ts";
import { useLanguage } from "../language/use-language.ts";
import { useServerNow } from "../live/use-live.ts";
import { useShortcut } from "../shortcuts/use-shortcuts.tsx";
import { TelephoneProblem } from "../telephone/telephone-problem.tsx";
import styles from "./call-bar.module.css";
import { CallControls } from "./call-controls.tsx";
import { Consultation } from "./consultation.tsx";
import type { CallActions } from "./use-call-actions.ts";
import type { PhoneCall } from "./use-phone-call.ts";

/** Who is on the line, how long, and what one can do: what stands here is the server's state, not the browser's. */
export function CallBar({ call, actions, phone }: { call: CallView; actions: CallActions; phone: PhoneCall }) {
  const { t } = useTranslation();
  const { say } = useLanguage();
  return (
    <section className={styles.bar} aria-label={t("call.bar")} data-phase={call.phase}>
      <div className={styles.row}>
        <div className={styles.who}>
          <span className={styles.picture}>
            <Icon name={call.direction === "inbound" ? "phoneIn" : "phoneOut"} size={22} />
          </span>
          <div className={styles.text}>
            <p className={styles.number}>
              {call.other.number ?? t("call.withheld")}
              {call.trial !== null && <Tag icon="flask">{t(`trial.kind.${call.trial}`)}</Tag>}
            </p>
            <p className={styles.facts}>
              <span>{say(call.department)}</span>
              {call.lineNumber !== null && (
                <span>
                  {t(call.direction === "inbound" ? "call.dialled" : "call.shown", { number: call.lineNumber })}
                </span>
              )}
            </p>
          </div>
        </div>
        <Phase call={call} />
        {call.phase === "ringing" ? (
          <Ringing call={call} phone={phone} />
        ) : (
          <CallControls call={call} actions={actions} phone={phone} />
        )}
      </div>
      {call.consultation !== null && <Consultation consultation={call.consultation} actions={actions} />}
      <Troubles call={call} phone={phone} />
      <FailureNote failure={actions.failure} />
    </section>
  );
}

function Phase({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const talking = call.bridgedAtMs !== null;
  const nowMs = useServerNow({ on: talking || call.phase === "ringing" });
  const sinceMs = call.bridgedAtMs ?? call.startedAtMs;
  const phase = call.phase === "talking" && call.heldBy !== null ? (`held-by-${call.heldBy}` as const) : call.phase;
  return (
    <div className={styles.phase}>
      <span className={styles.time} role="timer" aria-label={t("call.time")}>
        {clockTime(nowMs - sinceMs)}
      </span>
      <span className={styles.phaseName}>{t(`call.phase.${phase}`)}</span>
      <Recording call={call} />
    </div>
  );
}

function Recording({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const { on, failed } = call.recording;
  if (failed)
    return (
      <Tag tone="risk" icon="notice">
        {t("call.recordingFailed")}
      </Tag>
    );
  if (!on) return null;
  return (
    <span className={styles.recording}>
      <Icon name="record" size={14} />
      {t("call.recording")}
    </span>
  );
}

function Ringing({ call, phone }: { call: CallView; phone: PhoneCall }) {
  const { t } = useTranslation();
  const [pressed, setPressed] = useState(false);
  const here = phone.call?.phase === "incoming";
  const answer = () => {
    setPressed(true);
    phone.answer();
  };
  useShortcut("answer", answer, { enabled: here });
  if (!here) return <p className={styles.elsewhere}>{t("call.ringsElsewhere")}</p>;
  const waits = pressed && phone.problem === null;
  return (
    <div className={styles.ringing}>
      {call.other.incidentsBefore > 0 && (
        <span className={styles.before}>
          <Tag tone="risk" icon="shield">
            {t("call.incidentsBefore", { number: call.other.incidentsBefore })}
          </Tag>
        </span>
      )}
      <Button size="md" leftSection={<Icon name="phone" />} onClick={answer} loading={waits}>
        {t("call.answer")}
      </Button>
      <Button size="md" variant="default" onClick={phone.decline}>
        {t("call.decline")}
      </Button>
    </div>
  );
}

function Troubles({ call, phone }: { call: CallView; phone: PhoneCall }) {
  const { t } = useTranslation();
  return (
    <>
      {call.phase === "reconnecting" && (
        <Note icon="wifiOff" live>
          {t("call.reconnecting")}
        </Note>
      )}
      <TelephoneProblem
        problem={phone.problem}
        action={
          <Button size="xs" variant="default" onClick={phone.putAwayProblem}>
            {t("page.putAway")}
          </Button>
        }
      />
      {call.phase === "talking" && phone.call?.silent === true && (
        <Note tone="risk" live>
          {t("call.silent")}
        </Note>
      )}
      {call.hearing.state === "lost" && (
        <Note tone="risk" live>
          {t("call.hearingLost")}
        </Note>
      )}
      {call.hearing.state === "set-aside" && (
        <Note tone="risk" live>
          {t("call.hearingSetAside")}
        </Note>
      )}
      {call.recording.failed && (
        <Note tone="risk" live>
          {t("call.recordingFailedHelp")}
        </Note>
      )}
    </>
  );
}
