import { Button, Modal, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Me } from "../../app/session.ts";
import { usePhoneCall } from "../../call/use-phone-call.ts";
import { FailureNote } from "../../components/failure-note.tsx";
import { Icon } from "../../components/icon.tsx";
import { Note } from "../../components/note.tsx";
import { useMakePasskey } from "../../passkeys/use-passkeys.ts";
import { SignInForm } from "../sign-in/sign-in-form.tsx";
import styles from "./settings.module.css";

/** A name by which one knows it again, then the browser asks for finger, face or screen lock. */
export function MakePasskey({ me }: { me: Me }) {
  const { t } = useTranslation();
  const make = useMakePasskey();
  const [name, setName] = useState("");
  const end = make.data;
  const again = make.error?.code === "sign-in-again";
  return (
    <>
      <form
        className={styles.stack}
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate(name.trim(), { onSuccess: (how) => how === "done" && setName("") });
        }}
      >
        <TextInput
          label={t("passkeys.name")}
          description={t("passkeys.nameHelp")}
          autoComplete="off"
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <FailureNote failure={again ? null : make.error} />
        {end === "done" && (
          <Note tone="calm" live>
            {t("passkeys.added")}
          </Note>
        )}
        {end !== undefined && end !== "done" && <Note live>{t(`passkeys.end.${end}`)}</Note>}
        <Button
          type="submit"
          className={styles.start}
          leftSection={<Icon name="key" size={18} />}
          disabled={name.trim() === ""}
          loading={make.isPending}
        >
          {t("passkeys.make")}
        </Button>
      </form>
      {again && <SignInAgain me={me} onClose={make.reset} />}
    </>
  );
}

/** Only who signed in within the hour may add a key: a page that was left open is not enough. */
function SignInAgain({ me, onClose }: { me: Me; onClose: () => void }) {
  const { t } = useTranslation();
  const { call } = usePhoneCall();
  // The page's connections go on with the session before; a new page takes the new one. Not in the middle of a call.
  const onSignedIn = () => (call === null ? location.reload() : onClose());
  return (
    <Modal opened onClose={onClose} title={t("signIn.again")} closeButtonProps={{ "aria-label": t("page.close") }}>
      <div className={styles.stack}>
        <p className={styles.help}>{t("passkeys.again")}</p>
        <SignInForm username={me.username} passkeys={me.secondFactor.passkeys > 0} onSignedIn={onSignedIn} />
      </div>
    </Modal>
  );
}
