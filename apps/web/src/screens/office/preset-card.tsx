import type { OperationOutput } from "@jikimi/http-api";
import { Button, VisuallyHidden } from "@mantine/core";
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
  onChoose,
}: {
  preset: Preset;
  chosen: boolean;
  busy: boolean;
  onChoose: () => void;
}) {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const title = say(preset.title);
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
            <li key={`${source}-${where}`}>
              {source} <span className={styles.where}>({where})</span> · {t(`preset.tag.${tag}`)}
            </li>
          ))}
        </ul>
      </details>
      <Button variant={chosen ? "light" : "default"} disabled={chosen} loading={busy} onClick={onChoose}>
        {t(chosen ? "preset.inForce" : "preset.choose")}
        <VisuallyHidden>: {title}</VisuallyHidden>
      </Button>
    </li>
  );
}
