import type { CallView } from "@jikimi/live-events";
import { VisuallyHidden } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useSound } from "../app/parts.ts";
import { useHold } from "../components/use-hold.ts";
import { useDesk } from "../live/use-live.ts";
import { readPreference } from "../preferences/use-preference.ts";
import { useShortcut } from "../shortcuts/use-shortcuts.tsx";
import { CallBar } from "./call-bar.tsx";
import styles from "./call-dock.module.css";
import { ProtectionBand } from "./protection-band.tsx";
import { type CallActions, useCallActions } from "./use-call-actions.ts";
import { usePhoneCall } from "./use-phone-call.ts";

/** The call that is on, on every screen: its bar, and the band when there is risk. */
export function CallDock() {
  const call = useDesk()?.call ?? null;
  if (call === null || call.phase === "ended") return null;
  return <Docked key={call.callId} call={call} />;
}

function Docked({ call }: { call: CallView }) {
  const actions = useCallActions(call.callId);
  const phone = usePhoneCall();
  return (
    <div className={styles.dock} tabIndex={-1}>
      <CallBar call={call} actions={actions} phone={phone} />
      <ProtectionBand call={call} actions={actions} />
      <HeldKeys call={call} actions={actions} />
      <Spoken call={call} />
    </div>
  );
}

/** The keys that protect, on every screen; ending is held here too. */
function HeldKeys({ call, actions }: { call: CallView; actions: CallActions }) {
  const { t } = useTranslation();
  const enabled = call.phase === "talking";
  const end = useHold(() => actions.act({ kind: "end-now" }));
  useShortcut("end", end.begin, { enabled, up: end.letGo });
  useShortcut("continue", () => actions.act({ kind: "continue" }), { enabled });
  useShortcut("warn", () => actions.act({ kind: "warn-now" }), { enabled });
  useShortcut("help", () => actions.askForHelp(""), { enabled: enabled && call.help === null });
  if (!end.held && !end.tooShort) return null;
  return (
    <p className={styles.held} role="status">
      {t(end.held ? "hold.keyHeld" : "hold.tooShort")}
    </p>
  );
}

/** What must be heard though one looks elsewhere: a call comes in, protection speaks. Softly, and once each. */
function Spoken({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const sound = useSound();
  const { band, next } = call.protection;
  const stage = next === null ? (band === null ? null : "heard") : next.kind === "offered" ? next.offer : next.kind;
  const last = useRef(stage);
  useEffect(() => {
    if (stage !== null && stage !== last.current && readPreference("softSounds")) sound.cue("attention");
    last.current = stage;
  }, [stage, sound]);
  const text =
    call.phase === "ringing"
      ? t("call.incoming", { number: call.other.number ?? t("call.withheld") })
      : stage === null
        ? ""
        : t(`band.spoken.${stage}`);
  return (
    <VisuallyHidden role="alert" aria-live="assertive">
      {text}
    </VisuallyHidden>
  );
}
