import { Select } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAsked, useDo } from "../../api/use-operation.ts";
import { Asked } from "../../components/asked.tsx";
import { FailureNote } from "../../components/failure-note.tsx";
import { Note } from "../../components/note.tsx";
import { Page } from "../../components/page.tsx";
import { useLanguage } from "../../language/use-language.ts";
import styles from "./office.module.css";
import { PresetCard } from "./preset-card.tsx";

const everywhere = "";

/** The rule that protects: chosen for every department, or for one. */
export function Protection() {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const presets = useAsked("setup.presets", {});
  const departments = useAsked("departments.list", {}).data?.departments ?? [];
  const choose = useDo("setup.policy", { refreshes: ["setup.presets", "departments.list", "session"] });
  const [departmentId, setDepartment] = useState(everywhere);
  const inForce = departments.find(({ id }) => id === departmentId)?.policyId;
  return (
    <Page title={t("nav.protection")} lead={t("preset.lead")} wide>
      {departments.length > 1 && (
        <Select
          label={t("preset.where")}
          allowDeselect={false}
          w={280}
          value={departmentId}
          data={[
            { value: everywhere, label: t("preset.everywhere") },
            ...departments.map(({ id, names }) => ({ value: id, label: say(names) })),
          ]}
          onChange={(value) => setDepartment(value ?? everywhere)}
        />
      )}
      <FailureNote failure={choose.error} />
      {choose.isSuccess && (
        <Note tone="calm" live>
          {t("preset.saved")}
        </Note>
      )}
      <Asked query={presets} rows={10}>
        {(data) => (
          <ul className={styles.presets}>
            {data.presets.map((preset) => (
              <PresetCard
                key={preset.id}
                preset={preset}
                chosen={preset.id === (departmentId === everywhere ? data.chosen : inForce)}
                busy={choose.isPending && choose.variables?.policyId === preset.id}
                onChoose={() =>
                  choose.mutate({ policyId: preset.id, ...(departmentId === everywhere ? {} : { departmentId }) })
                }
              />
            ))}
          </ul>
        )}
      </Asked>
      <p className={styles.help}>{t("preset.notAdvice")}</p>
    </Page>
  );
}
