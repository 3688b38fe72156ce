import type { PresenceView, WrapUpView } from "@jikimi/live-events";
import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Icon } from "../../components/icon.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { Note } from "../../components/note.tsx";
import styles from "./after-call.module.css";
import layout from "./desk.module.css";
import { RestCard } from "./waiting.tsx";
import { WrapUp } from "./wrap-up.tsx";

/** After a call: writing it up; after one that protection ended, first of all quiet. */
export function AfterCall({ wrapUp, presence }: { wrapUp: WrapUpView; presence: PresenceView }) {
  const ended = wrapUp.protectedEnding;
  if (ended === null) {
    return (
      <div className={styles.alone}>
        <WrapUp wrapUp={wrapUp} presence={presence} />
      </div>
    );
  }
  return (
    <div className={layout.after}>
      <Safe wrapUp={wrapUp} ended={ended} presence={presence} />
      <WrapUp wrapUp={wrapUp} presence={presence} />
    </div>
  );
}

function Safe({
  wrapUp,
  ended,
  presence,
}: {
  wrapUp: WrapUpView;
  ended: NonNullable<WrapUpView["protectedEnding"]>;
  presence: PresenceView;
}) {
  const { t } = useTranslation();
  return (
    <section className={styles.safe} aria-labelledby="safe">
      <span className={styles.picture}>
        <Icon name="shieldCheck" size={36} />
      </span>
      <Title order={2} id="safe" className={styles.title}>
        {t("safe.title")}
      </Title>
      <p className={styles.why}>{t(`safe.why.${ended.reason}`)}</p>
      {presence.kind === "protected-rest" ? (
        <RestCard sinceMs={presence.sinceMs} untilMs={presence.untilMs} />
      ) : (
        <Note tone="calm">{t("safe.restOver")}</Note>
      )}
      <div className={styles.more}>
        <div>
          <Title order={3}>{t("safe.kept")}</Title>
          <ul>
            <li>{t("safe.keptRecording")}</li>
            <li>{t("safe.keptRecord")}</li>
            <li>{t("safe.keptNoScore")}</li>
          </ul>
          <LinkButton
            to="/calls/$callId"
            params={{ callId: wrapUp.callId }}
            variant="default"
            size="xs"
            leftSection={<Icon name="note" size={18} />}
          >
            {t("safe.open")}
          </LinkButton>
        </div>
        <div>
          <Title order={3}>{t("safe.support")}</Title>
          <ul>
            <li>{t("safe.supportRight")}</li>
            <li>{t("safe.supportTalk")}</li>
          </ul>
          <p className={styles.source}>{t("safe.source")}</p>
        </div>
      </div>
    </section>
  );
}
