import { Button, Select } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSound } from "../../app/parts.ts";
import { Icon } from "../../components/icon.tsx";
import { LevelMeter } from "../../components/meter.tsx";
import { Note } from "../../components/note.tsx";
import { TelephoneError, type TelephoneErrorCode } from "../../telephone/telephone.ts";
import { TelephoneProblem } from "../../telephone/telephone-problem.tsx";
import { useSoundState } from "../../telephone/use-telephone.tsx";
import styles from "./settings.module.css";

const standard = "";

/** Microphone and speaker, how loud one is, and what to do when the browser was told no. */
export function SoundDevices() {
  const { t } = useTranslation();
  const sound = useSound();
  const { permission, microphones, speakers, microphoneId, speakerId, canChooseSpeaker } = useSoundState();
  const [problem, setProblem] = useState<TelephoneErrorCode | null>(null);
  const run = (work: Promise<unknown>) => {
    setProblem(null);
    work.catch((failure: unknown) =>
      setProblem(failure instanceof TelephoneError ? failure.code : "microphone-denied"),
    );
  };
  const options = (devices: typeof microphones) => [
    { value: standard, label: t("sound.standard") },
    ...devices.map(({ deviceId, label }, index) => ({
      value: deviceId,
      label: label === "" ? t("sound.unnamed", { number: index + 1 }) : label,
    })),
  ];
  if (permission !== "granted") {
    return (
      <div className={styles.stack}>
        {permission === "unknown" ? (
          <p className={styles.help}>{t("sound.askHelp")}</p>
        ) : (
          <Note tone="risk" icon="microphoneOff" live>
            <p>{t(`sound.permission.${permission}`)}</p>
            {permission === "denied" && (
              <ol className={styles.steps}>
                <li>{t("sound.deniedFirst")}</li>
                <li>{t("sound.deniedSecond")}</li>
                <li>{t("sound.deniedThird")}</li>
              </ol>
            )}
          </Note>
        )}
        <Button leftSection={<Icon name="microphone" />} onClick={() => run(sound.open())} className={styles.start}>
          {t(permission === "unknown" ? "sound.ask" : "page.tryAgain")}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.stack}>
      <Select
        label={t("sound.microphone")}
        data={options(microphones)}
        value={microphoneId ?? standard}
        allowDeselect={false}
        onChange={(value) => run(sound.chooseMicrophone(value === standard ? null : value))}
      />
      <div className={styles.level}>
        <span className={styles.help}>{t("sound.level")}</span>
        <LevelMeter />
      </div>
      {canChooseSpeaker ? (
        <Select
          label={t("sound.speaker")}
          data={options(speakers)}
          value={speakerId ?? standard}
          allowDeselect={false}
          onChange={(value) => run(sound.chooseSpeaker(value === standard ? null : value))}
        />
      ) : (
        <p className={styles.help}>{t("sound.noSpeakerChoice")}</p>
      )}
      <Button
        variant="default"
        leftSection={<Icon name="speaking" />}
        className={styles.start}
        onClick={() => sound.cue("attention")}
      >
        {t("sound.playCue")}
      </Button>
      <TelephoneProblem problem={problem} />
    </div>
  );
}
