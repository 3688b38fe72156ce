import type { CallView, ProtectionView } from "@jikimi/live-events";
import { Button, Popover, Textarea, UnstyledButton } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { HoldButton } from "../components/hold-button.tsx";
import { Icon } from "../components/icon.tsx";
import { Tag } from "../components/tag.tsx";
import { countdown, percent } from "../language/format.ts";
import { useLanguage } from "../language/use-language.ts";
import { useServerNow } from "../live/use-live.ts";
import styles from "./protection-band.module.css";
import type { CallActions } from "./use-call-actions.ts";

type Band = NonNullable<ProtectionView["band"]>;
type Next = NonNullable<ProtectionView["next"]>;

/** Only when there is something to see: what was heard and why, what comes next and when, and what one can do. */
export function ProtectionBand({ call, actions }: { call: CallView; actions: CallActions }) {
  const { t } = useTranslation();
  const { band, next, refused } = call.protection;
  if (band === null && next === null) return <WithoutRisk call={call} />;
  return (
    <section className={styles.band} aria-label={t("band.title")}>
      <div className={styles.heard}>
        <span className={styles.picture}>
          <Icon name="shield" size={24} />
        </span>
        <div className={styles.why}>
          {band === null ? (
            <p className={styles.what}>{t("band.clock")}</p>
          ) : (
            <Heard band={band} warnings={<Warnings protection={call.protection} />} />
          )}
        </div>
      </div>
      <NextStep next={next} protection={call.protection} actions={actions} />
      <Choices call={call} actions={actions} />
      {refused !== null && <Refused refused={refused} />}
    </section>
  );
}

/** What one asked for on one's own account, with no risk on the line. */
function WithoutRisk({ call }: { call: CallView }) {
  const { help, protection } = call;
  if (help === null && protection.refused === null) return null;
  return (
    <div className={styles.plain}>
      {help !== null && <HelpState help={help} />}
      {protection.refused !== null && <Refused refused={protection.refused} />}
    </div>
  );
}

function HelpState({ help }: { help: NonNullable<CallView["help"]> }) {
  const { t } = useTranslation();
  return (
    <p className={styles.helpState} role="status">
      <Icon name="hand" size={18} />
      {help.takenBy === null ? t("band.helpAsked") : t("band.helpTaken", { name: help.takenBy })}
    </p>
  );
}

function Heard({ band, warnings }: { band: Band; warnings: ReactNode }) {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const [shown, setShown] = useState(false);
  const labels = [...new Set(band.heard.map(({ label }) => label))];
  return (
    <>
      <div className={styles.top}>
        <p className={styles.what}>
          {t("band.heard", { what: labels.map((label) => t(`label.${label}`)).join(" · ") })}
        </p>
        {warnings}
      </div>
      <ul className={styles.causes}>
        {band.heard.slice(-3).map(({ lineId, label, confidence, words }) => (
          <li key={`${lineId}-${label}`}>
            <Tag tone="risk">{t(`label.${label}`)}</Tag>
            <span className={styles.words}>{words.map((word) => (shown ? `“${word}”` : "●●")).join(" ")}</span>
            <span>{t("band.confidence", { share: percent(confidence) })}</span>
          </li>
        ))}
        <li>
          <UnstyledButton className={styles.reveal} onClick={() => setShown((before) => !before)} aria-pressed={shown}>
            <Icon name={shown ? "eyeOff" : "eye"} size={16} />
            {t(shown ? "band.hideWords" : "band.showWords")}
          </UnstyledButton>
        </li>
      </ul>
      <p className={styles.rule}>{say(band.rule)}</p>
    </>
  );
}

/** How many warnings were given of how many before an ending, as pips and as words. */
function Warnings({ protection }: { protection: ProtectionView }) {
  const { t } = useTranslation();
  const { given, beforeEnding } = protection.warnings;
  if (beforeEnding === 0) return null;
  return (
    <p className={styles.warnings}>
      <span className={styles.pips} aria-hidden="true">
        {Array.from({ length: beforeEnding }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: pips without a meaning of their own
          <span key={index} data-given={index < given || undefined} />
        ))}
      </span>
      {t("band.warnings", { given, beforeEnding })}
    </p>
  );
}

function NextStep({
  next,
  protection,
  actions,
}: {
  next: Next | null;
  protection: ProtectionView;
  actions: CallActions;
}) {
  const { t } = useTranslation();
  const nowMs = useServerNow({ on: next !== null });
  if (next === null) {
    const { given, beforeEnding } = protection.warnings;
    const dueNext = given < beforeEnding ? "warningNext" : "endingNext";
    return (
      <div className={styles.next}>
        <p className={styles.step}>{t(`band.${dueNext}.${protection.decider}`)}</p>
        {protection.band !== null && <Risk share={protection.band.risk} />}
      </div>
    );
  }
  switch (next.kind) {
    case "offered": {
      const leftMs = next.expiresAtMs === null ? null : next.expiresAtMs - nowMs;
      const confirm = () => actions.act({ kind: "confirm", offerId: next.offerId });
      return (
        <div className={styles.next}>
          <p className={styles.step}>{t(`band.offered.${next.offer}`)}</p>
          {leftMs !== null && (
            <p className={styles.left}>
              <span className={styles.count}>{countdown(leftMs)}</span> {t("band.offerExpires")}
            </p>
          )}
          {next.offer === "warning" ? (
            <Button leftSection={<Icon name="megaphone" />} onClick={confirm} loading={actions.busy}>
              {t("band.sendWarning")}
            </Button>
          ) : (
            <HoldButton icon={<Icon name="hangUp" />} onHeld={confirm}>
              {t("band.confirmEnding")}
            </HoldButton>
          )}
        </div>
      );
    }
    case "announcing": {
      const leftMs = next.endsAtMs === null ? null : next.endsAtMs - nowMs;
      return (
        <div className={styles.next}>
          <p className={styles.step}>{t(`band.announcing.${next.announcement}`)}</p>
          {leftMs !== null && (
            <p className={styles.left}>
              <span className={styles.count}>{countdown(leftMs)}</span> {t("band.announcementLeft")}
            </p>
          )}
          {next.text !== null && <p className={styles.said}>“{next.text}”</p>}
          {next.synthetic && <p className={styles.left}>{t("band.synthetic")}</p>}
        </div>
      );
    }
    case "ending":
      return (
        <div className={styles.next}>
          <p className={styles.step}>{t("band.ending")}</p>
        </div>
      );
  }
}

function Risk({ share }: { share: number }) {
  const { t } = useTranslation();
  return (
    <div className={styles.risk}>
      <span className={styles.riskName}>{t("band.risk")}</span>
      <meter min={0} max={1} value={share} aria-label={t("band.risk")} />
      <span>{percent(share)}</span>
    </div>
  );
}

function Choices({ call, actions }: { call: CallView; actions: CallActions }) {
  const { t } = useTranslation();
  const { next } = call.protection;
  const announcing = next?.kind === "announcing";
  const over = next?.kind === "ending";
  return (
    <div className={styles.choices}>
      <Continue actions={actions} disabled={over} />
      <Button
        variant="default"
        leftSection={<Icon name="megaphone" />}
        disabled={announcing || over}
        onClick={() => actions.act({ kind: "warn-now" })}
      >
        {t("band.warnNow")}
      </Button>
      <HoldButton
        icon={<Icon name="hangUp" size={18} />}
        disabled={over}
        onHeld={() => actions.act({ kind: "end-now" })}
      >
        {t("band.end")}
      </HoldButton>
      {call.help === null ? (
        <Button variant="default" leftSection={<Icon name="hand" />} onClick={() => actions.askForHelp("")}>
          {t("band.help")}
        </Button>
      ) : (
        <HelpState help={call.help} />
      )}
    </div>
  );
}

const reasons = ["calmed", "misheard", "mustGoOn"] as const;

/** One press goes on at once; the arrow beside it takes a reason along. */
function Continue({ actions, disabled }: { actions: CallActions; disabled: boolean }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [own, setOwn] = useState("");
  const goOn = (reason?: string) => {
    setOpen(false);
    setOwn("");
    actions.act(reason === undefined ? { kind: "continue" } : { kind: "continue", reason });
  };
  return (
    <Button.Group>
      <Button variant="default" leftSection={<Icon name="check" />} disabled={disabled} onClick={() => goOn()}>
        {t("band.continue")}
      </Button>
      <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus returnFocus shadow="md">
        <Popover.Target>
          <Button
            variant="default"
            px="xs"
            disabled={disabled}
            aria-label={t("band.continueWithReason")}
            onClick={() => setOpen((before) => !before)}
          >
            <Icon name="chevronDown" size={16} />
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={t("band.continueWithReason")}>
          <div className={styles.reasons}>
            <p>{t("band.whyContinue")}</p>
            {reasons.map((reason) => (
              <Button key={reason} variant="default" onClick={() => goOn(t(`band.reason.${reason}`))}>
                {t(`band.reason.${reason}`)}
              </Button>
            ))}
            <Textarea
              label={t("band.ownReason")}
              value={own}
              maxLength={200}
              autosize
              minRows={2}
              onChange={(event) => setOwn(event.currentTarget.value)}
            />
            <Button disabled={own.trim() === ""} onClick={() => goOn(own.trim())}>
              {t("band.continue")}
            </Button>
          </div>
        </Popover.Dropdown>
      </Popover>
    </Button.Group>
  );
}

function Refused({ refused }: { refused: NonNullable<ProtectionView["refused"]> }) {
  const { say } = useLanguage();
  return (
    <p className={styles.refused} role="status">
      <Icon name="info" size={18} /> {say(refused.text)}
    </p>
  );
}
