import type { CallView } from "@jikimi/live-events";
import { Button, Popover } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { HoldButton } from "../components/hold-button.tsx";
import { Icon, type IconName } from "../components/icon.tsx";
import { Late, LatePart } from "../components/late-part.tsx";
import { useShortcut } from "../shortcuts/use-shortcuts.tsx";
import styles from "./call-controls.module.css";
import { Keypad } from "./keypad.tsx";
import type { CallActions } from "./use-call-actions.ts";
import type { PhoneCall } from "./use-phone-call.ts";

export const transferDialog = new LatePart(async () => (await import("./transfer-dialog.tsx")).TransferDialog);

/** Hold, mute, keypad, transfer, record, protection, hang up. */
export function CallControls({ call, actions, phone }: { call: CallView; actions: CallActions; phone: PhoneCall }) {
  const { t } = useTranslation();
  const [keypad, setKeypad] = useState(false);
  const [transferring, setTransferring] = useState(false);
  const here = phone.call !== null;
  const talking = call.phase === "talking";
  const held = call.heldBy === "agent";
  const canTransfer = talking && call.consultation === null;

  useShortcut("hold", () => actions.hold(!held), { enabled: talking });
  useShortcut("mute", () => phone.setMuted(!phone.muted), { enabled: here });
  useShortcut("keypad", () => setKeypad((open) => !open), { enabled: here && talking });
  useShortcut("transfer", () => setTransferring(true), { enabled: canTransfer });
  useShortcut("hang-up", phone.hangUp, { enabled: here });

  return (
    <div className={styles.controls}>
      <Control icon={held ? "play" : "pause"} on={held} disabled={!talking} onClick={() => actions.hold(!held)}>
        {t(held ? "call.resume" : "call.hold")}
      </Control>
      <Control
        icon={phone.muted ? "microphoneOff" : "microphone"}
        on={phone.muted}
        disabled={!here}
        onClick={() => phone.setMuted(!phone.muted)}
      >
        {t(phone.muted ? "call.unmute" : "call.mute")}
      </Control>
      <Popover opened={keypad} onChange={setKeypad} position="bottom" trapFocus returnFocus shadow="md">
        <Popover.Target>
          <Control icon="keypad" disabled={!here || !talking} onClick={() => setKeypad((open) => !open)}>
            {t("call.keypad")}
          </Control>
        </Popover.Target>
        <Popover.Dropdown>
          <Keypad onDigit={phone.sendDigit} />
        </Popover.Dropdown>
      </Popover>
      <Control icon="transfer" disabled={!canTransfer} onClick={() => setTransferring(true)}>
        {t("call.transfer")}
      </Control>
      {call.recording.mode === "on-demand" && (
        <Control
          icon="record"
          on={call.recording.on}
          disabled={!talking}
          onClick={() => actions.record(!call.recording.on)}
        >
          {t(call.recording.on ? "call.stopRecording" : "call.startRecording")}
        </Control>
      )}
      <ProtectPanel call={call} actions={actions} />
      <Button className={styles.hangUp} leftSection={<Icon name="hangUp" />} onClick={phone.hangUp} disabled={!here}>
        {t("call.hangUp")}
      </Button>
      {transferring && (
        <Late part={transferDialog} props={{ callId: call.callId, onClose: () => setTransferring(false) }} />
      )}
    </div>
  );
}

/** What protects at any moment, also when the machine has heard nothing. */
function ProtectPanel({ call, actions }: { call: CallView; actions: CallActions }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const talking = call.phase === "talking";
  const asked = call.help !== null;
  const doing = (work: () => void) => () => {
    setOpen(false);
    work();
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Control icon="shield" disabled={!talking} onClick={() => setOpen((before) => !before)}>
          {t("call.protect")}
        </Control>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("call.protect")}>
        <div className={styles.protect}>
          <Button
            variant="default"
            leftSection={<Icon name="megaphone" />}
            onClick={doing(() => actions.act({ kind: "warn-now" }))}
          >
            {t("band.warnNow")}
          </Button>
          <HoldButton icon={<Icon name="hangUp" />} onHeld={doing(() => actions.act({ kind: "end-now" }))}>
            {t("band.end")}
          </HoldButton>
          <Button
            variant="default"
            leftSection={<Icon name="hand" />}
            disabled={asked}
            onClick={doing(() => actions.askForHelp(""))}
          >
            {t("band.help")}
          </Button>
          {call.longCall.topics.map((topic) => (
            <Button
              key={topic}
              variant="default"
              leftSection={<Icon name="clock" />}
              onClick={doing(() => actions.act({ kind: "declare", topic }))}
            >
              {t(`clock.topic.${topic}`)}
            </Button>
          ))}
          <p className={styles.protectHelp}>{t("band.endHelp")}</p>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function Control({
  icon,
  on = false,
  disabled = false,
  onClick,
  children,
  ...others
}: {
  icon: IconName;
  on?: boolean;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <Button
      {...others}
      className={styles.control}
      variant={on ? "light" : "default"}
      leftSection={<Icon name={icon} />}
      aria-pressed={on}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}
