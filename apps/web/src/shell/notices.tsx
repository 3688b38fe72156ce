import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "../app/parts.ts";
import { Note } from "../components/note.tsx";
import { useLanguage } from "../language/use-language.ts";
import { useDesk, useLiveState } from "../live/use-live.ts";
import { useSeat } from "../telephone/use-telephone.tsx";
import styles from "./notices.module.css";

/** What works less well than it should, and what just happened to the line: said once, in words, with what to do. */
export function Notices() {
  const { t } = useTranslation();
  return (
    <section className={styles.notices} aria-label={t("shell.notices")}>
      <OutdatedNotice />
      <LinkNotice />
      <PhoneNotice />
      <ServiceNotice />
    </section>
  );
}

function OutdatedNotice() {
  const { t } = useTranslation();
  const outdated = useLiveState((state) => state.outdated);
  if (!outdated) return null;
  return (
    <Note
      live
      action={
        <Button size="xs" variant="default" onClick={() => location.reload()}>
          {t("link.reload")}
        </Button>
      }
    >
      {t("link.outdated")}
    </Note>
  );
}

function LinkNotice() {
  const { t } = useTranslation();
  const live = useLive();
  const link = useLiveState((state) => state.link);
  const cameBackAfterMs = useLiveState((state) => state.cameBackAfterMs);
  const inCall = useLiveState((state) => state.desk?.call != null && state.desk.call.phase !== "ended");
  if (link === "lost") {
    return (
      <Note
        tone="risk"
        icon="wifiOff"
        live
        action={
          <Button size="xs" variant="default" onClick={() => live.retryNow()}>
            {t("page.tryAgain")}
          </Button>
        }
      >
        {t(inCall ? "link.lostInCall" : "link.lost")}
      </Note>
    );
  }
  if (cameBackAfterMs === null) return null;
  return (
    <Note
      tone="calm"
      live
      action={
        <Button size="xs" variant="default" onClick={() => live.putAwayNotice()}>
          {t("page.putAway")}
        </Button>
      }
    >
      {t(inCall ? "link.backInCall" : "link.back", { seconds: Math.max(1, Math.round(cameBackAfterMs / 1000)) })}
    </Note>
  );
}

function PhoneNotice() {
  const { t } = useTranslation();
  const { take, taking } = useSeat();
  const elsewhere = useLiveState((state) => state.phoneTaken || state.desk?.phone.holder === "other-tab");
  const inCall = useDesk()?.call != null;
  if (!elsewhere) return null;
  return (
    <Note
      icon="headset"
      action={
        <Button size="xs" variant="default" onClick={take} loading={taking}>
          {t(inCall ? "phone.takeCall" : "phone.take")}
        </Button>
      }
    >
      {t("phone.elsewhere")}
    </Note>
  );
}

/** Where this browser keeps which limitations somebody has put away; others show again. */
const limitationsSeen = "jikimi.limitationsSeen";

function ServiceNotice() {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const desk = useDesk();
  const [seen, setSeen] = useState(() => localStorage.getItem(limitationsSeen));
  if (desk === null) return null;
  const { service } = desk;
  // What this house has to live with is no news in a call, and said once is enough.
  const limitations = service.limitations.map(say);
  const newLimitations = desk.call !== null || seen === limitations.join() ? [] : limitations;
  // A call that is not heard says so itself.
  const texts = [
    ...(service.hearing === "down" && desk.call?.hearing.state !== "lost" ? [t("service.hearingDown")] : []),
    ...(service.media === "down" ? [t("service.mediaDown")] : []),
    ...(service.records === "ok" ? [] : [t(`service.records.${service.records}`)]),
    ...newLimitations,
  ];
  if (texts.length === 0) return null;
  return (
    <Note
      tone={service.media === "down" || service.records === "lossy" ? "risk" : "plain"}
      live
      action={
        newLimitations.length === 0 ? undefined : (
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              localStorage.setItem(limitationsSeen, limitations.join());
              setSeen(limitations.join());
            }}
          >
            {t("page.putAway")}
          </Button>
        )
      }
    >
      {texts.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </Note>
  );
}
