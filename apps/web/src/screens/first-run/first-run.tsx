import { Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Session, useSession } from "../../app/session.ts";
import { Brand } from "../../components/brand.tsx";
import { Icon } from "../../components/icon.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { useWindowTitle } from "../../components/page.tsx";
import { LookChoices } from "../../shell/user-menu.tsx";
import { AdministratorStep } from "./administrator-step.tsx";
import styles from "./first-run.module.css";
import { OrganisationStep } from "./organisation-step.tsx";
import { PeopleStep } from "./people-step.tsx";
import { PolicyStep } from "./policy-step.tsx";

const steps = ["administrator", "organisation", "policy", "people"] as const;
type Step = (typeof steps)[number] | "done";

/** From nothing to a desk that can be tried. Each step can be left and come back to. */
export function FirstRun() {
  const { t } = useTranslation();
  const session = useSession();
  const open = session?.setup ?? [];
  const [chosen, setChosen] = useState<Step | null>(null);
  useWindowTitle(t("firstRun.title"));
  if (session === undefined) return null;
  const next: Step = steps.find((step) => open.includes(step)) ?? "done";
  const current = chosen ?? next;
  const goOn = () => setChosen(null);
  return (
    <div className={styles.page}>
      <aside className={styles.side}>
        <Brand size={36} />
        <p className={styles.lead}>{t("firstRun.lead")}</p>
        <ol className={styles.steps}>
          {steps.map((step, index) => {
            const done = !open.includes(step);
            const reachable = step === "administrator" ? !done : !open.includes("administrator");
            return (
              <li key={step}>
                <button
                  type="button"
                  className={styles.step}
                  aria-current={current === step ? "step" : undefined}
                  data-done={done || undefined}
                  disabled={!reachable}
                  onClick={() => setChosen(step)}
                >
                  <span className={styles.mark} aria-hidden="true">
                    {done ? <Icon name="check" size={16} /> : index + 1}
                  </span>
                  <span>
                    {t(`firstRun.step.${step}`)}
                    {done && <span className={styles.doneWord}> {t("firstRun.doneWord")}</span>}
                  </span>
                </button>
              </li>
            );
          })}
        </ol>
      </aside>
      <main className={styles.main}>
        <StepScreen step={current} session={session} onDone={goOn} />
      </main>
      <footer className={styles.look}>
        <LookChoices />
      </footer>
    </div>
  );
}

function StepScreen({ step, session, onDone }: { step: Step; session: Session; onDone: () => void }) {
  switch (step) {
    case "administrator":
      return <AdministratorStep onDone={onDone} />;
    case "organisation":
      return <OrganisationStep session={session} onDone={onDone} />;
    case "policy":
      return <PolicyStep onDone={onDone} />;
    case "people":
      return <PeopleStep onDone={onDone} />;
    case "done":
      return <Done />;
  }
}

function Done() {
  const { t } = useTranslation();
  return (
    <div className={styles.done}>
      <span className={styles.picture}>
        <Icon name="shieldCheck" size={40} />
      </span>
      <Title order={1}>{t("firstRun.doneTitle")}</Title>
      <p className={styles.help}>{t("firstRun.doneHelp")}</p>
      <div className={styles.foot}>
        <LinkButton to="/try" size="md" leftSection={<Icon name="flask" />}>
          {t("firstRun.tryIt")}
        </LinkButton>
        <LinkButton to="/desk" size="md" variant="default">
          {t("firstRun.toDesk")}
        </LinkButton>
      </div>
    </div>
  );
}
