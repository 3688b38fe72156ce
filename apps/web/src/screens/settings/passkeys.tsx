import type { OperationOutput } from "@jikimi/http-api";
import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAsked, useDo } from "../../api/use-operation.ts";
import type { Me } from "../../app/session.ts";
import { Asked } from "../../components/asked.tsx";
import { FailureNote } from "../../components/failure-note.tsx";
import { Icon } from "../../components/icon.tsx";
import { Note } from "../../components/note.tsx";
import { longDate } from "../../language/format.ts";
import { useLanguage } from "../../language/use-language.ts";
import { knowsPasskeys, onLocalhost } from "../../passkeys/browser-passkeys.ts";
import { MakePasskey } from "./make-passkey.tsx";
import styles from "./settings.module.css";

type Passkey = OperationOutput<"passkeys.list">["passkeys"][number];

/** One's own passkeys: what there are, a new one, and what to do where there can be none. */
export function Passkeys({ me }: { me: Me }) {
  const { t } = useTranslation();
  const list = useAsked("passkeys.list", {});
  const remove = useDo("passkeys.remove", { refreshes: ["passkeys.list", "session"] });
  const [leaving, setLeaving] = useState<Passkey | null>(null);
  const close = () => setLeaving(null);
  return (
    <div className={styles.stack}>
      <p className={styles.help}>{t("passkeys.help")}</p>
      <Asked query={list} rows={2}>
        {({ offered, passkeys }) => (
          <>
            {passkeys.length === 0 ? (
              <p>{t("passkeys.none")}</p>
            ) : (
              <ul className={styles.rows}>
                {passkeys.map((passkey) => (
                  <PasskeyRow
                    key={passkey.id}
                    passkey={passkey}
                    onRemove={() => {
                      remove.reset();
                      setLeaving(passkey);
                    }}
                  />
                ))}
              </ul>
            )}
            {remove.isSuccess && (
              <Note tone="calm" live>
                {t("passkeys.removed")}
              </Note>
            )}
            {offered && knowsPasskeys() && <MakePasskey me={me} />}
            {offered && !knowsPasskeys() && <Note>{t("passkeys.noBrowser")}</Note>}
            {!offered && <NoPasskeysHere administrator={me.role === "administrator"} />}
          </>
        )}
      </Asked>
      {leaving !== null && (
        <Modal
          opened
          onClose={close}
          title={t("passkeys.removeTitle")}
          closeButtonProps={{ "aria-label": t("page.close") }}
        >
          <div className={styles.stack}>
            <p>{t("passkeys.removeHelp", { name: leaving.name })}</p>
            <FailureNote failure={remove.error} />
            <div className={styles.foot}>
              <Button variant="default" onClick={close} data-autofocus>
                {t("page.cancel")}
              </Button>
              <Button
                loading={remove.isPending}
                onClick={() => remove.mutate({ id: leaving.id }, { onSuccess: close })}
              >
                {t("passkeys.remove")}
              </Button>
            </div>
          </div>
        </Modal>
      )}
    </div>
  );
}

function PasskeyRow({ passkey: { name, createdAtMs }, onRemove }: { passkey: Passkey; onRemove: () => void }) {
  const { t } = useTranslation();
  const { language } = useLanguage();
  return (
    <li>
      <span className={styles.key}>
        <Icon name="key" />
      </span>
      <div className={styles.what}>
        <span className={styles.keyName}>{name}</span>
        {createdAtMs !== null && (
          <span className={styles.when}>{t("passkeys.made", { when: longDate(createdAtMs, language) })}</span>
        )}
      </div>
      <Button variant="default" size="sm" aria-label={t("passkeys.removeNamed", { name })} onClick={onRemove}>
        {t("passkeys.remove")}
      </Button>
    </li>
  );
}

/** Why this address has none, and the way to one that has. */
function NoPasskeysHere({ administrator }: { administrator: boolean }) {
  const { t } = useTranslation();
  const there = onLocalhost(location.href);
  return (
    <Note
      action={
        there === null ? undefined : (
          <Button component="a" href={there} variant="default" size="xs">
            {t("passkeys.openLocalhost")}
          </Button>
        )
      }
    >
      <p>{t("passkeys.noAddress")}</p>
      <p>
        {t(
          there !== null ? "passkeys.localhost" : administrator ? "passkeys.noAddressKeeper" : "passkeys.noAddressHelp",
        )}
      </p>
    </Note>
  );
}
