import type { TranscriptLine } from "@jikimi/live-events";
import { UnstyledButton, VisuallyHidden } from "@mantine/core";
import type { TFunction } from "i18next";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../components/icon.tsx";
import { Tag } from "../components/tag.tsx";
import { clockTime, percent } from "../language/format.ts";
import styles from "./transcript.module.css";
import { isLabel, isSignal } from "./words.ts";

const unsureBelow = 0.6;

type ShownHint = Omit<TranscriptLine["hints"][number], "label"> & { readonly label: string };
type ShownLine = Omit<TranscriptLine, "heardAtMs" | "labels" | "hints" | "signals" | "draft"> & {
  readonly draft?: boolean;
  readonly labels: readonly string[];
  readonly hints: readonly ShownHint[];
  readonly signals: readonly string[];
};

/** One utterance. Rude words stay ●● until they are asked for; what was not stored cannot be asked for. */
export const Line = memo(function Line({
  line,
  fromMs = 0,
  showWords,
  current = false,
  onPick,
}: {
  line: ShownLine;
  /** Times are told from here on, e.g. from when the two were connected, as the call's clock does. */
  fromMs?: number;
  showWords: boolean;
  /** It is being played. */
  current?: boolean;
  /** Plays from here. */
  onPick?: ((startMs: number) => void) | undefined;
}) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const revealed = asked || showWords;
  const hasHidden = line.hints.length > 0 || line.words.some(({ rude }) => rude);
  const time = clockTime(Math.max(0, line.startMs - fromMs));
  return (
    <li className={styles.line} data-speaker={line.speaker} data-current={current || undefined}>
      <p className={styles.speaker}>
        {t(`speaker.${line.speaker}`)}{" "}
        {onPick === undefined ? (
          <span className={styles.time}>{time}</span>
        ) : (
          <UnstyledButton className={styles.pick} onClick={() => onPick(line.startMs)}>
            <VisuallyHidden>{t("player.from")} </VisuallyHidden>
            {time}
          </UnstyledButton>
        )}
        {line.labels.filter(isLabel).map((label) => (
          <Tag key={label} tone="risk">
            {t(`label.${label}`)}
          </Tag>
        ))}
        {line.signals.filter(isSignal).map((signal) => (
          <Tag key={signal}>{t(`transcript.signal.${signal}`)}</Tag>
        ))}
      </p>
      <p className={styles.said}>
        {line.words.map((word, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line's words stay in their places
          <Word key={index} word={word} revealed={revealed} t={t} />
        ))}
        {hasHidden && !showWords && (
          <UnstyledButton className={styles.reveal} aria-pressed={asked} onClick={() => setAsked((before) => !before)}>
            <Icon name={asked ? "eyeOff" : "eye"} size={15} />
            <VisuallyHidden>{t(asked ? "transcript.hideLine" : "transcript.showLine")}</VisuallyHidden>
          </UnstyledButton>
        )}
      </p>
      {line.draft === true && <p className={styles.hint}>{t("transcript.draft")}</p>}
      {line.hints.map((hint, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line's hints stay in their places
        <Hint key={index} hint={hint} revealed={revealed} t={t} />
      ))}
    </li>
  );
});

/** What the text does not have and the sound may have: said as a possibility, and as quietly as one. */
function Hint({ hint, revealed, t }: { hint: ShownHint; revealed: boolean; t: TFunction }) {
  if (!isLabel(hint.label)) return null;
  return (
    <p className={styles.hint} title={t("transcript.hintWhy", { share: percent(hint.confidence) })}>
      {t("transcript.hint", { what: t(`label.${hint.label}`) })}
      {revealed && ` (‘${hint.stem}’)`}
    </p>
  );
}

/** `t` is the line's: a hook of its own for every word is most of what a line costs. */
function Word({ word, revealed, t }: { word: ShownLine["words"][number]; revealed: boolean; t: TFunction }) {
  if (word.masked) {
    return (
      <>
        <span className={styles.masked}>
          <Icon name="lock" size={13} />
          {t("transcript.masked")}
        </span>{" "}
      </>
    );
  }
  if (word.rude && !revealed) {
    return (
      <>
        <span className={styles.rude} aria-hidden="true">
          ●●
        </span>
        <VisuallyHidden>{t("transcript.rude")}</VisuallyHidden>{" "}
      </>
    );
  }
  if (word.confidence >= unsureBelow) return `${word.text} `;
  return (
    <>
      <span className={styles.unsure} title={t("transcript.unsure", { share: percent(word.confidence) })}>
        {word.text}
      </span>{" "}
    </>
  );
}
