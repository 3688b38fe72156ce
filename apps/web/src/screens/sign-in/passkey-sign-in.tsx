import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { FailureNote } from "../../components/failure-note.tsx";
import { Icon } from "../../components/icon.tsx";
import { Note } from "../../components/note.tsx";
import { usePasskeySignIn } from "../../passkeys/use-passkeys.ts";
import styles from "./sign-in.module.css";

/** The way without a password, for who has made a passkey in the settings. */
export function PasskeySignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const { t } = useTranslation();
  const signIn = usePasskeySignIn();
  const end = signIn.data;
  const start = () => signIn.mutate(undefined, { onSuccess: (how) => how === "done" && onSignedIn() });
  return (
    <div className={styles.form}>
      <p className={styles.or}>{t("signIn.or")}</p>
      <Button
        variant="default"
        size="md"
        leftSection={<Icon name="key" />}
        loading={signIn.isPending || end === "done"}
        onClick={start}
      >
        {t("signIn.passkey")}
      </Button>
      <FailureNote failure={signIn.error} />
      {end !== undefined && end !== "done" && (
        <Note live>{t(end === "declined" ? "signIn.passkeyDeclined" : "signIn.passkeyImpossible")}</Note>
      )}
    </div>
  );
}
