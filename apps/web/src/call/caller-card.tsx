import type { CallView } from "@jikimi/live-events";
import { useTranslation } from "react-i18next";
import { Panel } from "../components/panel.tsx";
import { useLanguage } from "../language/use-language.ts";
import styles from "./caller-card.module.css";

/** What is known of the other party, and which rule protects this call. */
export function CallerCard({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const { policy, decider, warnings } = call.protection;
  const { callsBefore, incidentsBefore } = call.other;
  return (
    <Panel title={t("caller.title")} tight>
      <dl className={styles.facts}>
        <Fact name={t("caller.number")}>{call.other.number ?? t("call.withheld")}</Fact>
        <Fact name={t("caller.before")}>
          {callsBefore === 0 ? t("caller.firstCall") : t("caller.calls", { number: callsBefore })}
        </Fact>
        <Fact name={t("caller.incidents")}>
          {incidentsBefore === 0 ? t("caller.noIncidents") : t("caller.incidentCount", { number: incidentsBefore })}
        </Fact>
        <Fact name={t("caller.department")}>
          {say(call.department)}
          {call.lineNumber !== null && (
            <span className={styles.quiet}>
              {t(call.direction === "inbound" ? "call.dialled" : "call.shown", { number: call.lineNumber })}
            </span>
          )}
        </Fact>
        <Fact name={t("caller.policy")}>
          {say(policy.title)}
          <span className={styles.quiet}>{t(`decider.${decider}`)}</span>
        </Fact>
        <Fact name={t("caller.warnings")}>
          {warnings.beforeEnding === 0
            ? t("caller.noWarnings")
            : t("caller.warningCount", { given: warnings.given, beforeEnding: warnings.beforeEnding })}
        </Fact>
      </dl>
    </Panel>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
