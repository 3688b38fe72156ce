import type { PresenceView } from "@jikimi/live-events";
import { Button, Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useDo } from "../api/use-operation.ts";
import { Icon } from "../components/icon.tsx";
import { clockTime, countdown } from "../language/format.ts";
import { useLanguage } from "../language/use-language.ts";
import { useDesk, useServerNow } from "../live/use-live.ts";
import { useShortcut } from "../shortcuts/use-shortcuts.tsx";
import styles from "./presence-menu.module.css";
import { presenceIcons } from "./presence-words.ts";

const awayReasons = ["break", "meal", "meeting", "training", "other"] as const;

/** One's state as the server has it, how long, and the states one may choose. */
export function PresenceMenu() {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const presence = useDesk()?.presence ?? null;
  const change = useDo("desk.presence");
  const canChoose = presence !== null && presence.kind !== "ringing" && presence.kind !== "talking";
  const ready = () => change.mutate({ kind: "ready" });
  useShortcut("ready", ready, { enabled: presence?.kind === "away" });
  if (presence === null) return null;
  return (
    <Menu position="bottom-end" shadow="md" width={260}>
      <Menu.Target>
        <Button
          variant="default"
          className={styles.state}
          data-kind={presence.kind}
          leftSection={<Icon name={presenceIcons[presence.kind]} size={18} />}
          rightSection={<Icon name="chevronDown" size={16} />}
          loading={change.isPending}
        >
          <span className={styles.name}>{presenceName(presence, t)}</span>
          <Since presence={presence} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {change.error !== null && <Menu.Label className={styles.failure}>{say(change.error.text)}</Menu.Label>}
        {presence.kind === "protected-rest" ? (
          <>
            <Menu.Label>{t("presence.restIsYours")}</Menu.Label>
            <Menu.Item leftSection={<Icon name="check" />} onClick={() => change.mutate({ kind: "end-rest" })}>
              {t("presence.endRest")}
            </Menu.Item>
          </>
        ) : (
          <>
            {!canChoose && <Menu.Label>{t("presence.notNow")}</Menu.Label>}
            {presence.kind !== "ready" && (
              <Menu.Item leftSection={<Icon name="check" />} disabled={!canChoose} onClick={ready}>
                {t("presence.toReady")}
              </Menu.Item>
            )}
            <Menu.Label>{t("presence.awayTitle")}</Menu.Label>
            {awayReasons.map((reason) => (
              <Menu.Item
                key={reason}
                leftSection={<Icon name="coffee" />}
                disabled={!canChoose}
                onClick={() => change.mutate({ kind: "away", reason })}
              >
                {t(`presence.away.${reason}`)}
              </Menu.Item>
            ))}
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

type Say = ReturnType<typeof useTranslation>["t"];

function presenceName(presence: PresenceView, t: Say): string {
  return presence.kind === "away"
    ? t("presence.awayFor", { reason: t(`presence.away.${presence.reason}`) })
    : t(`presence.short.${presence.kind}`);
}

/** Counts up; wrap-up and rest count down to their end. */
function Since({ presence }: { presence: PresenceView }) {
  const nowMs = useServerNow({ on: presence.sinceMs !== null });
  if (presence.sinceMs === null) return null;
  const text = "untilMs" in presence ? countdown(presence.untilMs - nowMs) : clockTime(nowMs - presence.sinceMs);
  return <span className={styles.time}>{text}</span>;
}
