import type { DeskState } from "@jikimi/live-events";
import { Button, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useAsked, useDo } from "../../api/use-operation.ts";
import { Asked } from "../../components/asked.tsx";
import { FailureNote } from "../../components/failure-note.tsx";
import { Icon } from "../../components/icon.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { NothingHere } from "../../components/nothing-here.tsx";
import { Panel } from "../../components/panel.tsx";
import { Ring } from "../../components/ring.tsx";
import { countdown } from "../../language/format.ts";
import { useServerNow } from "../../live/use-live.ts";
import { presenceIcons } from "../../shell/presence-words.ts";
import { useTelephoneState } from "../../telephone/use-telephone.tsx";
import { CallList } from "../calls/call-list.tsx";
import layout from "./desk.module.css";
import { Dial } from "./dial.tsx";
import styles from "./waiting.module.css";

/** No call: one's state in plain words, the way to ring somebody, and the calls before. */
export function Waiting({ desk }: { desk: DeskState }) {
  const { t } = useTranslation();
  const calls = useAsked("desk.calls", { limit: 12 });
  return (
    <div className={layout.waiting}>
      <div className={layout.side}>
        <StateCard desk={desk} />
        <Dial />
      </div>
      <Panel
        title={t("waiting.recent")}
        aside={
          <LinkButton to="/calls" variant="subtle" size="xs" rightSection={<Icon name="chevronRight" size={16} />}>
            {t("waiting.all")}
          </LinkButton>
        }
      >
        <Asked query={calls} rows={8}>
          {(data) =>
            data.calls.length === 0 ? (
              <NothingHere icon="phone" title={t("calls.none")}>
                <p>{t("waiting.noneHelp")}</p>
                <LinkButton to="/try" variant="light" mt="sm" leftSection={<Icon name="flask" />}>
                  {t("waiting.tryIt")}
                </LinkButton>
              </NothingHere>
            ) : (
              <CallList calls={data.calls} />
            )
          }
        </Asked>
      </Panel>
    </div>
  );
}

function StateCard({ desk }: { desk: DeskState }) {
  const { t } = useTranslation();
  const { presence, phone } = desk;
  const change = useDo("desk.presence");
  const { line } = useTelephoneState();
  if (presence.kind === "protected-rest") return <RestCard sinceMs={presence.sinceMs} untilMs={presence.untilMs} />;
  const reachable = phone.registered || phone.otherPhones > 0;
  return (
    <section className={styles.state} aria-labelledby="desk-state" data-kind={presence.kind}>
      <span className={styles.picture}>
        <Icon name={presenceIcons[presence.kind]} size={30} />
      </span>
      <Title order={2} id="desk-state">
        {t(`waiting.state.${presence.kind}`)}
      </Title>
      <p>
        {presence.kind === "away" && presence.reason === "missed"
          ? t("waiting.awayMissed")
          : reachable
            ? t(`waiting.help.${presence.kind}`)
            : t(line === "lost" || line === "connecting" ? "waiting.phoneConnecting" : "waiting.noPhone")}
      </p>
      {(presence.kind === "away" || presence.kind === "wrap-up") && (
        <Button
          leftSection={<Icon name="check" />}
          loading={change.isPending}
          onClick={() => change.mutate({ kind: "ready" })}
        >
          {t("presence.toReady")}
        </Button>
      )}
      {phone.otherPhones > 0 && (
        <p className={styles.other}>{t("waiting.otherPhones", { number: phone.otherPhones })}</p>
      )}
      <FailureNote failure={change.error} />
    </section>
  );
}

/** Protected rest without a call to write up: it runs, and only its owner ends it. */
export function RestCard({ sinceMs, untilMs }: { sinceMs: number; untilMs: number }) {
  const { t } = useTranslation();
  const change = useDo("desk.presence");
  const nowMs = useServerNow();
  return (
    <section className={styles.state} aria-labelledby="desk-rest" data-kind="protected-rest">
      <Ring share={(untilMs - nowMs) / Math.max(1, untilMs - sinceMs)} tone="calm">
        <span className={styles.restTime} role="timer">
          {countdown(untilMs - nowMs)}
        </span>
        <span>{t("rest.left")}</span>
      </Ring>
      <Title order={2} id="desk-rest">
        {t("rest.title")}
      </Title>
      <p>{t("rest.help")}</p>
      <Button variant="default" loading={change.isPending} onClick={() => change.mutate({ kind: "end-rest" })}>
        {t("presence.endRest")}
      </Button>
      <FailureNote failure={change.error} />
    </section>
  );
}
