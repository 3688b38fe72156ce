import type { OperationOutput } from "@jikimi/http-api";
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Icon } from "../../components/icon.tsx";
import { Tag } from "../../components/tag.tsx";
import { useLanguage } from "../../language/use-language.ts";
import styles from "./preset-card.module.css";

export type Preset = OperationOutput<"setup.presets">["presets"][number];

/** One rule to choose by: two sentences, who decides, and where it comes from. */
export function PresetCard({
  preset,
  chosen,
  busy,
  goesOn = false,
  onChoose,
}: {
  preset: Preset;
  chosen: boolean;
  busy: boolean;
  /** In the first run: the one that is in force can be confirmed. */
  goesOn?: boolean;
  onChoose: () => void;
}) {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const title = say(preset.title);
  const confirms = chosen && goesOn;
  const label = t(confirms ? "preset.goOn" : chosen ? "preset.inForce" : "preset.choose");
  return (
    <li className={styles.card} data-chosen={chosen || undefined}>
      <div className={styles.head}>
        <h2>{title}</h2>
        {chosen && (
          <Tag tone="accent" icon="check">
            {t("preset.chosen")}
          </Tag>
        )}
      </div>
      <p>{say(preset.explanation)}</p>
      <p className={styles.decider}>
        <Icon name="person" size={16} /> {t(`decider.${preset.decider}`)}
      </p>
      <details className={styles.sources}>
        <summary>{t("preset.sources")}</summary>
        <ul>
          {preset.sources.map(({ title: source, where, tag }) => (
            <li key={`${source.en}-${where}`}>
              {say(source)} <span className={styles.where}>({where})</span> · {t(`preset.tag.${tag}`)}
            </li>
          ))}
        </ul>
      </details>
      <Button
        variant={confirms ? "filled" : chosen ? "light" : "default"}
        disabled={chosen && !confirms}
        loading={busy}
        aria-label={`${label}: ${title}`}
        onClick={onChoose}
      >
        {label}
      </Button>
    </li>
  );
}
