import { Button, Modal, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAsked, useDo } from "../../api/use-operation.ts";
import { Asked } from "../../components/asked.tsx";
import { FailureNote } from "../../components/failure-note.tsx";
import { Icon } from "../../components/icon.tsx";
import { Note } from "../../components/note.tsx";
import { NothingHere } from "../../components/nothing-here.tsx";
import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { Tag } from "../../components/tag.tsx";
import { useLanguage } from "../../language/use-language.ts";
import { MadePassword } from "./made-password.tsx";
import styles from "./office.module.css";

export function People() {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const people = useAsked("users.list", {});
  const departments = useAsked("departments.list", {}).data?.departments ?? [];
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title={t("nav.people")}
      lead={t("people.lead")}
      aside={
        <Button leftSection={<Icon name="plus" />} onClick={() => setAdding(true)}>
          {t("people.add")}
        </Button>
      }
    >
      <Panel title={t("people.list")}>
        <Asked query={people} rows={6}>
          {(data) =>
            data.people.length === 0 ? (
              <NothingHere icon="people" title={t("people.none")} />
            ) : (
              <ul className={styles.rows}>
                {data.people.map(({ id, displayName, sipUsername, role, departmentId, active }) => {
                  const department = departments.find((one) => one.id === departmentId);
                  return (
                    <li key={id}>
                      <div className={styles.what}>
                        <span className={styles.name}>{displayName}</span>
                        <span className={styles.facts}>
                          <span>{sipUsername}</span>
                          <span>{department === undefined ? t("people.noDepartment") : say(department.names)}</span>
                        </span>
                      </div>
                      <div className={styles.tags}>
                        <Tag tone="accent">{t(`role.${role}`)}</Tag>
                        {!active && <Tag>{t("people.inactive")}</Tag>}
                      </div>
                    </li>
                  );
                })}
              </ul>
            )
          }
        </Asked>
      </Panel>
      {adding && <AddPerson onClose={() => setAdding(false)} />}
    </Page>
  );
}

const roles = ["agent", "supervisor", "administrator", "auditor"] as const;
type GivenRole = (typeof roles)[number];

function AddPerson({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const departments = useAsked("departments.list", {}).data?.departments ?? [];
  const add = useDo("users.add", { refreshes: ["users.list"] });
  const [displayName, setDisplayName] = useState("");
  const [sipUsername, setUsername] = useState("");
  const [role, setRole] = useState<GivenRole>("agent");
  const [departmentId, setDepartment] = useState<string | null>(null);
  const made = add.data;
  return (
    <Modal opened onClose={onClose} title={t("people.add")} closeButtonProps={{ "aria-label": t("page.close") }}>
      {made === undefined ? (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate({ displayName, sipUsername, role, departmentId });
          }}
        >
          <TextInput
            data-autofocus
            label={t("people.displayName")}
            description={t("people.displayNameHelp")}
            value={displayName}
            onChange={(event) => setDisplayName(event.currentTarget.value)}
          />
          <TextInput
            label={t("people.username")}
            description={t("people.usernameHelp")}
            autoCapitalize="none"
            spellCheck={false}
            autoComplete="off"
            value={sipUsername}
            onChange={(event) => setUsername(event.currentTarget.value)}
          />
          <Select
            label={t("people.role")}
            allowDeselect={false}
            value={role}
            data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
            onChange={(value) => setRole(roles.find((one) => one === value) ?? "agent")}
          />
          <Select
            label={t("people.department")}
            clearable
            clearButtonProps={{ "aria-label": t("page.clear") }}
            placeholder={t("people.noDepartment")}
            value={departmentId}
            data={departments.map(({ id, names }) => ({ value: id, label: say(names) }))}
            onChange={setDepartment}
          />
          <FailureNote failure={add.error} />
          <div className={styles.foot}>
            <Button variant="default" onClick={onClose}>
              {t("page.cancel")}
            </Button>
            <Button
              type="submit"
              disabled={displayName.trim() === "" || sipUsername.trim() === ""}
              loading={add.isPending}
            >
              {t("people.add")}
            </Button>
          </div>
        </form>
      ) : (
        <div className={styles.form}>
          <Note tone="calm" live>
            {t("people.added", { name: made.person.displayName })}
          </Note>
          {made.madePassword !== null && (
            <MadePassword username={made.person.sipUsername} password={made.madePassword} />
          )}
          <div className={styles.foot}>
            <Button onClick={onClose}>{t("page.close")}</Button>
          </div>
        </div>
      )}
    </Modal>
  );
}
