import type { CallView } from "@jikimi/live-events";
import { Button, Chip, Popover, Textarea } from "@mantine/core";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../components/icon.tsx";
import { Panel } from "../components/panel.tsx";
import { Ring } from "../components/ring.tsx";
import { clockTime, countdown } from "../language/format.ts";
import { useServerNow } from "../live/use-live.ts";
import { useShortcut } from "../shortcuts/use-shortcuts.tsx";
import styles from "./long-call-clock.module.css";
import type { CallActions } from "./use-call-actions.ts";

const soonMs = 60_000;

/** How long one has talked, the policy's marks on the way, and what happens at the end of it. */
export function LongCallClock({ call, actions }: { call: CallView; actions: CallActions }) {
  const { t } = useTranslation();
  const { limitAtMs, noticesAtMs, atLimit, extension } = call.longCall;
  const beginMs = call.bridgedAtMs;
  const nowMs = useServerNow({ on: beginMs !== null });
  if (beginMs === null) return null;
  const talkedMs = nowMs - beginMs;
  const wholeMs = limitAtMs === null ? null : limitAtMs - beginMs;
  const leftMs = limitAtMs === null ? null : limitAtMs - nowMs;
  const comes = noticesAtMs.filter((atMs) => atMs > nowMs)[0];
  return (
    <Panel title={t("clock.title")} tight>
      <div className={styles.clock}>
        <Ring
          size={132}
          share={wholeMs === null || wholeMs <= 0 ? 0 : talkedMs / wholeMs}
          tone={leftMs !== null && leftMs < soonMs ? "risk" : "accent"}
          marks={
            wholeMs === null
              ? []
              : noticesAtMs.map((atMs) => ({ at: (atMs - beginMs) / wholeMs, label: clockTime(atMs - beginMs) }))
          }
        >
          <span className={styles.time}>{clockTime(talkedMs)}</span>
          {wholeMs !== null && <span className={styles.of}>/ {clockTime(wholeMs)}</span>}
        </Ring>
        <div className={styles.words}>
          {leftMs === null ? (
            <p>{t("clock.none")}</p>
          ) : leftMs > 0 ? (
            <p>{t(`clock.atLimit.${atLimit}`, { left: countdown(leftMs) })}</p>
          ) : (
            <p>{t(`clock.past.${atLimit}`)}</p>
          )}
          {comes !== undefined && <p>{t("clock.notice", { left: countdown(comes - nowMs) })}</p>}
          {extension !== null && limitAtMs !== null && <Extend extension={extension} actions={actions} />}
        </div>
      </div>
    </Panel>
  );
}

function Extend({
  extension,
  actions,
}: {
  extension: NonNullable<CallView["longCall"]["extension"]>;
  actions: CallActions;
}) {
  const { t } = useTranslation();
  const { minMinutes, maxMinutes, left, reasonRequired } = extension;
  const [open, setOpen] = useState(false);
  const [minutes, setMinutes] = useState(minMinutes);
  const [reason, setReason] = useState("");
  const button = useRef<HTMLButtonElement>(null);
  const openHere = () => {
    // Out of sight, it would open out of sight.
    button.current?.scrollIntoView({ block: "nearest" });
    setOpen(true);
  };
  useShortcut("extend", openHere, { enabled: left > 0 });
  const ready = !reasonRequired || reason.trim() !== "";
  const extend = () => {
    setOpen(false);
    actions.act({ kind: "extend", minutes, reason: reason.trim() || t("clock.noReason") });
    setReason("");
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button
          ref={button}
          variant="default"
          size="xs"
          leftSection={<Icon name="clockPlus" size={18} />}
          disabled={left === 0}
          onClick={() => setOpen((before) => !before)}
        >
          {t("clock.extend")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("clock.extend")}>
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) extend();
          }}
        >
          <fieldset className={styles.minutes}>
            <legend>{t("clock.minutes", { min: minMinutes, max: maxMinutes })}</legend>
            <Chip.Group value={String(minutes)} onChange={(value) => setMinutes(Number(value))}>
              {choices(minMinutes, maxMinutes).map((value) => (
                <Chip key={value} value={String(value)} size="sm" variant="outline">
                  {t("clock.minuteChoice", { minutes: value })}
                </Chip>
              ))}
            </Chip.Group>
          </fieldset>
          <Textarea
            label={t(reasonRequired ? "clock.reason" : "clock.reasonOptional")}
            value={reason}
            maxLength={200}
            autosize
            minRows={2}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <p className={styles.left}>{t("clock.extensionsLeft", { left })}</p>
          <Button type="submit" disabled={!ready}>
            {t("clock.extendBy", { minutes })}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

/** A few lengths between the two, so that nobody has to type while talking. */
function choices(min: number, max: number): readonly number[] {
  return [...new Set([min, 5, 10, 15, 30, max])].filter((value) => value >= min && value <= max).sort((a, b) => a - b);
}
