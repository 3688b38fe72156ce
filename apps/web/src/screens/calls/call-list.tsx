import type { OperationOutput } from "@jikimi/http-api";
import { ActionIcon, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { memo, useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useDo } from "../../api/use-operation.ts";
import { usePhoneCall } from "../../call/use-phone-call.ts";
import { endingOf } from "../../call/words.ts";
import { FailureNote } from "../../components/failure-note.tsx";
import { Icon } from "../../components/icon.tsx";
import { Tag } from "../../components/tag.tsx";
import { clockTime, dateAndTime } from "../../language/format.ts";
import { useLanguage } from "../../language/use-language.ts";
import { TelephoneProblem } from "../../telephone/telephone-problem.tsx";
import styles from "./call-list.module.css";

export type MyCall = OperationOutput<"desk.calls">["calls"][number];

/** One's own calls, newest first, each with the way back to the other party. */
export function CallList({ calls }: { calls: readonly MyCall[] }) {
  const phone = usePhoneCall();
  const callBack = useDo("desk.callBack");
  const canDial = phone.line === "registered" && phone.call === null;
  const { mutate } = callBack;
  const { dial } = phone;
  const back = useCallback(
    (callId: string) => mutate({ callId }, { onSuccess: ({ target }) => dial(target) }),
    [mutate, dial],
  );
  return (
    <>
      <FailureNote failure={callBack.error} />
      <TelephoneProblem problem={phone.problem} />
      <ul className={styles.list}>
        {calls.map((call) => (
          <Row key={call.callId} call={call} onCallBack={canDial && call.other !== null ? back : null} />
        ))}
      </ul>
    </>
  );
}

/** Of a long list only the new rows are drawn when it grows. */
const Row = memo(function Row({ call, onCallBack }: { call: MyCall; onCallBack: ((callId: string) => void) | null }) {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const number = call.other?.shown ?? t("call.withheld");
  const kind = call.missed ? "missed" : call.direction;
  return (
    <li className={styles.row} data-missed={call.missed || undefined}>
      <span className={styles.picture}>
        <Icon name={call.missed ? "phoneMissed" : call.direction === "inbound" ? "phoneIn" : "phoneOut"} />
      </span>
      <div className={styles.what}>
        <Link to="/calls/$callId" params={{ callId: call.callId }} className={styles.number}>
          {number}
        </Link>
        <span className={styles.facts}>
          <span>{t(`calls.kind.${kind}`)}</span>
          <span>{dateAndTime(call.startedAtMs, language)}</span>
          {call.talkMs !== null && <span>{t("calls.talked", { time: clockTime(call.talkMs) })}</span>}
          {!call.missed && <span>{t(`ending.${endingOf(call.endReason)}`)}</span>}
        </span>
      </div>
      <div className={styles.tags}>
        {call.trial !== null && <Tag icon="flask">{t(`trial.kind.${call.trial}`)}</Tag>}
        {call.incidentIds.length > 0 && (
          <Tag tone="risk" icon="shield">
            {t("calls.incident")}
          </Tag>
        )}
      </div>
      {call.other !== null && (
        <Tooltip label={t("calls.callBack")} openDelay={400}>
          <ActionIcon
            className={styles.back}
            variant="subtle"
            size={36}
            radius="xl"
            disabled={onCallBack === null}
            aria-label={t("calls.callBackTo", { number })}
            onClick={() => onCallBack?.(call.callId)}
          >
            <Icon name="phone" size={18} />
          </ActionIcon>
        </Tooltip>
      )}
    </li>
  );
});
