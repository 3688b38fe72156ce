import { formatPhoneNumber, type PhoneNumber } from "@jikimi/routing";
import { Button, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAsked, useDo } from "../../api/use-operation.ts";
import { Asked } from "../../components/asked.tsx";
import { FailureNote } from "../../components/failure-note.tsx";
import { NothingHere } from "../../components/nothing-here.tsx";
import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { useLanguage } from "../../language/use-language.ts";
import styles from "./office.module.css";
import { RecognizerSelect } from "./recognizer-select.tsx";

/** Which department answers which number. */
export function Numbers() {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const query = useAsked("numbers.list", {});
  const departments = useAsked("departments.list", {}).data?.departments ?? [];
  const add = useDo("numbers.add", { refreshes: ["numbers.list"] });
  const set = useDo("numbers.set", { refreshes: ["numbers.list"] });
  const [number, setNumber] = useState("");
  const [departmentId, setDepartment] = useState<string | null>(null);
  return (
    <Page title={t("nav.numbers")} lead={t("numbers.lead")}>
      <Panel title={t("numbers.add")}>
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (departmentId !== null)
              add.mutate({ number, departmentId, recognizer: null }, { onSuccess: () => setNumber("") });
          }}
        >
          <div className={styles.pair}>
            <TextInput
              label={t("numbers.number")}
              type="tel"
              autoComplete="off"
              value={number}
              onChange={(event) => setNumber(event.currentTarget.value)}
            />
            <Select
              label={t("people.department")}
              allowDeselect={false}
              value={departmentId}
              data={departments.map(({ id, names }) => ({ value: id, label: say(names) }))}
              onChange={setDepartment}
            />
          </div>
          <FailureNote failure={add.error} />
          <div className={styles.foot}>
            <Button type="submit" disabled={number.trim() === "" || departmentId === null} loading={add.isPending}>
              {t("numbers.add")}
            </Button>
          </div>
        </form>
      </Panel>
      <Panel title={t("numbers.list")}>
        <FailureNote failure={set.error} />
        <Asked query={query} rows={4}>
          {({ numbers }) =>
            numbers.length === 0 ? (
              <NothingHere icon="hash" title={t("numbers.none")}>
                {t("numbers.noneHelp")}
              </NothingHere>
            ) : (
              <ul className={styles.rows}>
                {numbers.map((one) => {
                  const department = departments.find(({ id }) => id === one.departmentId);
                  return (
                    <li key={one.number}>
                      <div className={styles.what}>
                        <span className={styles.name}>{formatPhoneNumber(one.number as PhoneNumber)}</span>
                        <span className={styles.facts}>
                          {department === undefined ? one.departmentId : say(department.names)}
                        </span>
                      </div>
                      <RecognizerSelect
                        bare
                        label={t("numbers.recognizerOf", { number: formatPhoneNumber(one.number as PhoneNumber) })}
                        nothing={t("numbers.ofDepartment")}
                        value={one.recognizer}
                        onChange={(recognizer) => set.mutate({ number: one.number, recognizer })}
                      />
                    </li>
                  );
                })}
              </ul>
            )
          }
        </Asked>
      </Panel>
    </Page>
  );
}
