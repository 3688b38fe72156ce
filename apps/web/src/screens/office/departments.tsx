import type { OperationOutput } from "@jikimi/http-api";
import { formatPhoneNumber, type PhoneNumber } from "@jikimi/routing";
import { Button, Modal, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAsked, useDo } from "../../api/use-operation.ts";
import { useSession } from "../../app/session.ts";
import { Asked } from "../../components/asked.tsx";
import { FailureNote } from "../../components/failure-note.tsx";
import { Icon } from "../../components/icon.tsx";
import { NothingHere } from "../../components/nothing-here.tsx";
import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { Tag } from "../../components/tag.tsx";
import { useLanguage } from "../../language/use-language.ts";
import styles from "./office.module.css";
import { RecognizerSelect } from "./recognizer-select.tsx";

type Department = OperationOutput<"departments.list">["departments"][number];

export function Departments() {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const query = useAsked("departments.list", {});
  const presets = useAsked("setup.presets", {}).data?.presets ?? [];
  const [editing, setEditing] = useState<Department | "new" | null>(null);
  return (
    <Page
      title={t("nav.departments")}
      lead={t("departments.lead")}
      aside={
        <Button leftSection={<Icon name="plus" />} onClick={() => setEditing("new")}>
          {t("departments.add")}
        </Button>
      }
    >
      <Panel title={t("departments.list")}>
        <Asked query={query} rows={5}>
          {({ departments }) =>
            departments.length === 0 ? (
              <NothingHere icon="building" title={t("departments.none")}>
                {t("departments.noneHelp")}
              </NothingHere>
            ) : (
              <ul className={styles.rows}>
                {departments.map((department) => {
                  const preset = presets.find(({ id }) => id === department.policyId);
                  return (
                    <li key={department.id}>
                      <div className={styles.what}>
                        <span className={styles.name}>{say(department.names)}</span>
                        <span className={styles.facts}>
                          <span>{preset === undefined ? department.policyId : say(preset.title)}</span>
                          <span>{t(`departments.recording.${department.recordingMode}`)}</span>
                          <span>{shownOf(department) ?? t("departments.noDisplayNumber")}</span>
                        </span>
                      </div>
                      <div className={styles.tags}>
                        {department.hours === null && <Tag>{t("departments.alwaysOpen")}</Tag>}
                      </div>
                      <Button
                        size="xs"
                        variant="default"
                        leftSection={<Icon name="pencil" size={16} />}
                        aria-label={t("departments.editNamed", { name: say(department.names) })}
                        onClick={() => setEditing(department)}
                      >
                        {t("page.edit")}
                      </Button>
                    </li>
                  );
                })}
              </ul>
            )
          }
        </Asked>
      </Panel>
      {editing !== null && (
        <Edit
          key={editing === "new" ? "new" : editing.id}
          department={editing === "new" ? null : editing}
          onClose={() => setEditing(null)}
        />
      )}
    </Page>
  );
}

function shownOf({ displayNumber }: Department): string | null {
  return displayNumber === null ? null : formatPhoneNumber(displayNumber as PhoneNumber);
}

const empty = {
  id: "",
  names: { ko: "", en: "" },
  recordingMode: "all-call",
  noticeBeforeConnection: true,
  policyId: "",
  ringTimeoutMs: 20_000,
  queueTimeoutMs: 120_000,
  displayNumber: null,
  recognizer: null,
} satisfies Partial<Department>;

function Edit({ department, onClose }: { department: Department | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const policies = useAsked("policy.list", {}).data?.policies ?? [];
  const numbers = useAsked("numbers.list", {}).data?.numbers ?? [];
  const organisationLanguage = useSession()?.language ?? "ko";
  const add = useDo("departments.add", { refreshes: ["departments.list"] });
  const set = useDo("departments.set", { refreshes: ["departments.list"] });
  const [draft, setDraft] = useState<Omit<Department, "hours">>(
    department ?? { ...empty, language: organisationLanguage },
  );
  const change = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  const onSuccess = onClose;
  const { id, names, recordingMode, noticeBeforeConnection, policyId, language } = draft;
  const { ringTimeoutMs, queueTimeoutMs, displayNumber, recognizer } = draft;
  const ready = id.trim() !== "" && names.ko.trim() !== "" && names.en.trim() !== "" && policyId !== "";
  const save = () => {
    const input = {
      id,
      names,
      recordingMode,
      noticeBeforeConnection,
      policyId,
      language,
      ringTimeoutMs,
      queueTimeoutMs,
      displayNumber,
      recognizer,
    };
    if (department === null) add.mutate(input, { onSuccess });
    else set.mutate(input, { onSuccess });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t(department === null ? "departments.add" : "departments.edit")}
      closeButtonProps={{ "aria-label": t("page.close") }}
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) save();
        }}
      >
        <div className={styles.pair}>
          <TextInput
            data-autofocus
            label={t("departments.nameKo")}
            value={names.ko}
            onChange={(event) => change({ names: { ...names, ko: event.currentTarget.value } })}
          />
          <TextInput
            label={t("departments.nameEn")}
            value={names.en}
            onChange={(event) => change({ names: { ...names, en: event.currentTarget.value } })}
          />
        </div>
        {department === null && (
          <TextInput
            label={t("departments.id")}
            description={t("departments.idHelp")}
            autoCapitalize="none"
            spellCheck={false}
            value={id}
            onChange={(event) => change({ id: event.currentTarget.value })}
          />
        )}
        <div className={styles.pair}>
          <Select
            label={t("caller.policy")}
            allowDeselect={false}
            value={policyId === "" ? null : policyId}
            data={[...new Map(policies.map((policy) => [policy.id, policy])).values()].map((policy) => ({
              value: policy.id,
              label: policy.title === null ? policy.id : say(policy.title),
            }))}
            onChange={(value) => value !== null && change({ policyId: value })}
          />
          <Select
            label={t("departments.displayNumber")}
            clearable
            clearButtonProps={{ "aria-label": t("page.clear") }}
            placeholder={t("departments.noDisplayNumber")}
            value={displayNumber}
            data={numbers.map(({ number }) => ({
              value: number,
              label: formatPhoneNumber(number as PhoneNumber),
            }))}
            onChange={(value) => change({ displayNumber: value })}
          />
        </div>
        <div className={styles.pair}>
          <Select
            label={t("departments.recordingMode")}
            allowDeselect={false}
            value={recordingMode}
            data={(["all-call", "on-demand"] as const).map((value) => ({
              value,
              label: t(`departments.recording.${value}`),
            }))}
            onChange={(value) => change({ recordingMode: value === "on-demand" ? "on-demand" : "all-call" })}
          />
          <Select
            label={t("firstRun.organisation.language")}
            allowDeselect={false}
            value={language}
            data={[
              { value: "ko", label: "한국어" },
              { value: "en", label: "English" },
            ]}
            onChange={(value) => change({ language: value === "en" ? "en" : "ko" })}
          />
        </div>
        <Switch
          label={t("departments.notice")}
          description={t("departments.noticeHelp")}
          checked={noticeBeforeConnection}
          onChange={(event) => change({ noticeBeforeConnection: event.currentTarget.checked })}
        />
        <div className={styles.pair}>
          <NumberInput
            label={t("departments.ringTimeout")}
            min={5}
            max={120}
            value={ringTimeoutMs / 1000}
            onChange={(value) => change({ ringTimeoutMs: (Number(value) || 20) * 1000 })}
          />
          <NumberInput
            label={t("departments.queueTimeout")}
            min={5}
            max={3600}
            value={queueTimeoutMs / 1000}
            onChange={(value) => change({ queueTimeoutMs: (Number(value) || 120) * 1000 })}
          />
        </div>
        <RecognizerSelect
          label={t("departments.recognizer")}
          value={recognizer}
          onChange={(chosen) => change({ recognizer: chosen })}
        />
        <FailureNote failure={add.error ?? set.error} />
        <div className={styles.foot}>
          <Button variant="default" onClick={onClose}>
            {t("page.cancel")}
          </Button>
          <Button type="submit" disabled={!ready} loading={add.isPending || set.isPending}>
            {t("page.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
