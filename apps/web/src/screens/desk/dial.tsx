import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePhoneCall } from "../../call/use-phone-call.ts";
import { Icon } from "../../components/icon.tsx";
import { Panel } from "../../components/panel.tsx";
import { TelephoneProblem } from "../../telephone/telephone-problem.tsx";
import { useSeat } from "../../telephone/use-telephone.tsx";
import styles from "./dial.module.css";

/** Ringing somebody: the number that they will see stands beside the field. */
export function Dial() {
  const { t } = useTranslation();
  const { telephone, numberShown } = useSeat();
  const phone = usePhoneCall();
  const [number, setNumber] = useState("");
  const wanted = number.trim();
  const ready = telephone !== null && phone.line === "registered" && phone.call === null;
  return (
    <Panel title={t("dial.title")}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && wanted !== "") phone.dial(wanted);
        }}
      >
        <TextInput
          label={t("dial.number")}
          type="tel"
          autoComplete="off"
          value={number}
          onChange={(event) => setNumber(event.currentTarget.value)}
        />
        {telephone !== null && (
          <p className={styles.shown}>
            {numberShown === null ? t("dial.notSetUp") : t("dial.shown", { number: numberShown })}
          </p>
        )}
        <TelephoneProblem problem={phone.problem} />
        <Button
          type="submit"
          variant="light"
          leftSection={<Icon name="phone" />}
          disabled={!ready || wanted === "" || numberShown === null}
        >
          {t("dial.call")}
        </Button>
      </form>
    </Panel>
  );
}
