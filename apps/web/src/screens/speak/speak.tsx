import { Button, Title } from "@mantine/core";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { ApiFailure } from "../../api/client.ts";
import { useClient, useOpenTelephone } from "../../app/parts.ts";
import { Brand } from "../../components/brand.tsx";
import { FailureNote } from "../../components/failure-note.tsx";
import { Icon } from "../../components/icon.tsx";
import { LevelMeter } from "../../components/meter.tsx";
import { Note } from "../../components/note.tsx";
import { useWindowTitle } from "../../components/page.tsx";
import { Tag } from "../../components/tag.tsx";
import {
  type Telephone,
  TelephoneError,
  type TelephoneErrorCode,
  type TelephoneState,
} from "../../telephone/telephone.ts";
import { TelephoneProblem } from "../../telephone/telephone-problem.tsx";
import { SoundDevices } from "../settings/sound-devices.tsx";
import styles from "./speak.module.css";

const off: TelephoneState = { line: "off", call: null, muted: false };

/** A citizen's telephone in a tab of its own: it rings the desk beside it, and one speaks oneself. */
export function Speak() {
  const { t } = useTranslation();
  const client = useClient();
  const openTelephone = useOpenTelephone();
  const [telephone, setTelephone] = useState<Telephone | null>(null);
  const [waiting, setWaiting] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const [problem, setProblem] = useState<TelephoneErrorCode | null>(null);
  const state = useSyncExternalStore(
    (listener) => telephone?.subscribe(listener) ?? (() => {}),
    () => telephone?.snapshot() ?? off,
  );
  useWindowTitle(t("speak.title"));
  useEffect(() => () => void telephone?.stop(), [telephone]);

  const ring = async () => {
    setWaiting(true);
    setFailure(null);
    setProblem(null);
    try {
      const { webSocketPath, from, target } = await client.ask("trial.speakYourself", {});
      const displayName = t("speak.citizen");
      const opened = await openTelephone({ webSocketPath, addressOfRecord: from, displayName, registers: false });
      setTelephone(opened);
      opened.start();
      await registered(opened);
      await opened.dial(target);
    } catch (cause) {
      if (cause instanceof ApiFailure) setFailure(cause);
      else setProblem(cause instanceof TelephoneError ? cause.code : "refused");
    } finally {
      setWaiting(false);
    }
  };
  const { call } = state;
  const phase = call?.phase ?? (waiting ? "dialling" : "ready");
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <div className={styles.head}>
          <Brand />
          <Tag icon="flask">{t("trial.kind.self")}</Tag>
        </div>
        <Title order={1}>{t("speak.title")}</Title>
        <p className={styles.help}>{t("speak.lead")}</p>
        <div className={styles.state} role="status" data-phase={phase}>
          <span className={styles.picture}>
            <Icon name={phase === "connected" ? "speaking" : "phone"} size={32} />
          </span>
          {t(`speak.phase.${phase}`)}
        </div>
        <LevelMeter />
        <FailureNote failure={failure} />
        <TelephoneProblem problem={problem} />
        {call === null ? (
          <Button size="lg" leftSection={<Icon name="phone" />} loading={waiting} onClick={() => void ring()}>
            {t("speak.ring")}
          </Button>
        ) : (
          <Button
            size="lg"
            color="gray.8"
            leftSection={<Icon name="hangUp" />}
            onClick={() => void telephone?.hangUp().catch(() => {})}
          >
            {t("call.hangUp")}
          </Button>
        )}
        <details className={styles.devices}>
          <summary>{t("sound.title")}</summary>
          <SoundDevices />
        </details>
        <Note>{t("speak.marked")}</Note>
      </div>
    </main>
  );
}

/** Resolves once calls can be placed; rejects when the server is out of reach or does not want this telephone. */
function registered(telephone: Telephone): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const { line } = telephone.snapshot();
      if (line === "connecting" || line === "off") return;
      stop();
      if (line === "registered") resolve();
      else reject(new TelephoneError("not-connected"));
    };
    const stop = telephone.subscribe(look);
    look();
  });
}
