import { Button, SegmentedControl, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDo } from "../../api/use-operation.ts";
import type { Session } from "../../app/session.ts";
import { FailureNote } from "../../components/failure-note.tsx";
import { useLanguage } from "../../language/use-language.ts";
import styles from "./first-run.module.css";

export function OrganisationStep({ session, onDone }: { session: Session; onDone: () => void }) {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const save = useDo("setup.organisation", { refreshes: ["session"] });
  // Until somebody has said it, what the server knows is the sample's.
  const isSaid = !session.setup.includes("organisation");
  const [ko, setKo] = useState((isSaid && session.organisation?.ko) || "");
  const [en, setEn] = useState((isSaid && session.organisation?.en) || "");
  const [spoken, setSpoken] = useState(isSaid ? session.language : language);
  const ready = ko.trim() !== "" || en.trim() !== "";
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        const names = { ko: ko.trim() || en.trim(), en: en.trim() || ko.trim() };
        save.mutate({ names, language: spoken }, { onSuccess: onDone });
      }}
    >
      <div>
        <Title order={1}>{t("firstRun.organisation.title")}</Title>
        <p className={styles.help}>{t("firstRun.organisation.help")}</p>
      </div>
      <TextInput
        label={t("departments.nameKo")}
        autoComplete="organization"
        value={ko}
        onChange={(event) => setKo(event.currentTarget.value)}
      />
      <TextInput label={t("departments.nameEn")} value={en} onChange={(event) => setEn(event.currentTarget.value)} />
      <div>
        <p className={styles.label}>{t("firstRun.organisation.language")}</p>
        <SegmentedControl
          aria-label={t("firstRun.organisation.language")}
          value={spoken}
          onChange={(value) => setSpoken(value === "en" ? "en" : "ko")}
          data={[
            { value: "ko", label: "한국어" },
            { value: "en", label: "English" },
          ]}
        />
      </div>
      <FailureNote failure={save.error} />
      <Button type="submit" size="md" className={styles.next} disabled={!ready} loading={save.isPending}>
        {t("firstRun.next")}
      </Button>
    </form>
  );
}
