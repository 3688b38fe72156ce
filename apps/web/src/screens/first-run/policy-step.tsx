import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useAsked, useDo } from "../../api/use-operation.ts";
import { Asked } from "../../components/asked.tsx";
import { FailureNote } from "../../components/failure-note.tsx";
import office from "../office/office.module.css";
import { PresetCard } from "../office/preset-card.tsx";
import styles from "./first-run.module.css";

export function PolicyStep({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const presets = useAsked("setup.presets", {});
  const choose = useDo("setup.policy", { refreshes: ["session", "setup.presets"] });
  return (
    <div className={styles.wide}>
      <div>
        <Title order={1}>{t("firstRun.policy.title")}</Title>
        <p className={styles.help}>{t("firstRun.policy.help")}</p>
      </div>
      <FailureNote failure={choose.error} />
      <Asked query={presets} rows={10}>
        {(data) => (
          <ul className={office.presets}>
            {data.presets.map((preset) => (
              <PresetCard
                key={preset.id}
                preset={preset}
                chosen={preset.id === data.chosen}
                goesOn
                busy={choose.isPending && choose.variables?.policyId === preset.id}
                onChoose={() => choose.mutate({ policyId: preset.id }, { onSuccess: onDone })}
              />
            ))}
          </ul>
        )}
      </Asked>
      <p className={styles.help}>{t("preset.notAdvice")}</p>
    </div>
  );
}
