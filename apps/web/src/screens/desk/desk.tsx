import type { CallView } from "@jikimi/live-events";
import { VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { PageLoading } from "../../app/page-loading.tsx";
import { CallerCard } from "../../call/caller-card.tsx";
import { LongCallClock } from "../../call/long-call-clock.tsx";
import { Transcript } from "../../call/transcript.tsx";
import { useCallActions } from "../../call/use-call-actions.ts";
import { FailureNote } from "../../components/failure-note.tsx";
import { useWindowTitle } from "../../components/page.tsx";
import { useDesk } from "../../live/use-live.ts";
import { AfterCall } from "./after-call.tsx";
import styles from "./desk.module.css";
import { Waiting } from "./waiting.tsx";

/** The working day on one page: waiting, on a call, writing up. */
export function Desk() {
  const { t } = useTranslation();
  const desk = useDesk();
  const call = desk?.call ?? null;
  const ringing = call?.phase === "ringing";
  useWindowTitle(ringing ? t("call.windowTitle") : t("nav.desk"));
  if (desk === null) return <PageLoading />;
  const on = call !== null && call.phase !== "ended";
  return (
    <main id="main" tabIndex={-1} className={styles.desk} data-on-call={on || undefined}>
      <VisuallyHidden>
        <h1>{t("nav.desk")}</h1>
      </VisuallyHidden>
      {on ? (
        <OnCall key={call.callId} call={call} />
      ) : desk.wrapUp !== null ? (
        <AfterCall key={desk.wrapUp.callId} wrapUp={desk.wrapUp} presence={desk.presence} />
      ) : (
        <Waiting desk={desk} />
      )}
    </main>
  );
}

function OnCall({ call }: { call: CallView }) {
  const actions = useCallActions(call.callId);
  return (
    <div className={styles.onCall}>
      <Transcript call={call} />
      <div className={styles.side}>
        <LongCallClock call={call} actions={actions} />
        <FailureNote failure={actions.failure} />
        <CallerCard call={call} />
      </div>
    </div>
  );
}
