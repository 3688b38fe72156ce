import { Title } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useSession } from "../../app/session.ts";
import { Brand } from "../../components/brand.tsx";
import { useWindowTitle } from "../../components/page.tsx";
import { useLanguage } from "../../language/use-language.ts";
import { LookChoices } from "../../shell/user-menu.tsx";
import styles from "./sign-in.module.css";
import { SignInForm } from "./sign-in-form.tsx";

export function SignIn() {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const navigate = useNavigate();
  const organisation = useSession()?.organisation ?? null;
  useWindowTitle(t("signIn.title"));
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Brand size={40} />
        <div>
          <Title order={1}>{t("signIn.title")}</Title>
          <p className={styles.lead}>{organisation === null ? t("signIn.lead") : say(organisation)}</p>
        </div>
        <SignInForm onSignedIn={() => void navigate({ to: "/" })} />
        <p className={styles.lead}>{t("signIn.forgotten")}</p>
      </div>
      <div className={styles.look}>
        <LookChoices />
      </div>
    </main>
  );
}
