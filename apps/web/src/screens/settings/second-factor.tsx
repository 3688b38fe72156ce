import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { encode } from "uqr";
import type { ApiFailure } from "../../api/client.ts";
import { useDo } from "../../api/use-operation.ts";
import type { Me } from "../../app/session.ts";
import { FailureNote } from "../../components/failure-note.tsx";
import { Note } from "../../components/note.tsx";
import { BackupCodes } from "./backup-codes.tsx";
import styles from "./settings.module.css";

/** Six digits from a telephone app beside the password (TOTP, RFC 6238): switched on, and off again. */
export function SecondFactor({ me }: { me: Me }) {
  const { t } = useTranslation();
  const begin = useDo("session.totpBegin");
  const confirm = useDo("session.totpConfirm", { refreshes: ["session"] });
  const off = useDo("session.totpOff", { refreshes: ["session"] });
  const [asksOff, setAsksOff] = useState(false);
  const begun = begin.data;
  if (begun !== undefined && confirm.isSuccess) {
    const kept = () => {
      begin.reset();
      confirm.reset();
    };
    return <BackupCodes codes={begun.backupCodes} onKept={kept} />;
  }
  if (begun !== undefined) {
    return (
      <Confirm
        uri={begun.uri}
        failure={confirm.error}
        busy={confirm.isPending}
        onCode={(code) => confirm.mutate({ code })}
      />
    );
  }
  if (!me.secondFactor.totp) {
    return (
      <div className={styles.stack}>
        {off.isSuccess && (
          <Note tone="calm" live>
            {t("second.nowOff")}
          </Note>
        )}
        <p className={styles.help}>{t("second.help")}</p>
        <AskPassword
          action={t("second.begin")}
          failure={begin.error}
          busy={begin.isPending}
          onPassword={(password) => begin.mutate({ password })}
        />
      </div>
    );
  }
  return (
    <div className={styles.stack}>
      <Note tone="calm">{t("second.isOn")}</Note>
      {asksOff ? (
        <>
          <p className={styles.help}>{t("second.offHelp")}</p>
          <AskPassword
            action={t("second.off")}
            failure={off.error}
            busy={off.isPending}
            onPassword={(password) => off.mutate({ password })}
            onCancel={() => {
              setAsksOff(false);
              off.reset();
            }}
          />
        </>
      ) : (
        <Button variant="default" className={styles.start} onClick={() => setAsksOff(true)}>
          {t("second.off")}
        </Button>
      )}
    </div>
  );
}

/** Whoever sits at a page that was left open does not change how its owner signs in. */
function AskPassword({
  action,
  failure,
  busy,
  onPassword,
  onCancel,
}: {
  action: string;
  failure: ApiFailure | null;
  busy: boolean;
  onPassword: (password: string) => void;
  /** For what was asked for by a button; its field takes the focus. */
  onCancel?: () => void;
}) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  return (
    <form
      className={styles.stack}
      onSubmit={(event) => {
        event.preventDefault();
        onPassword(password);
      }}
    >
      <PasswordInput
        ref={onCancel === undefined ? null : focus}
        label={t("password.current")}
        autoComplete="current-password"
        value={password}
        visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword"), tabIndex: 0 }}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <FailureNote failure={failure} />
      <div className={styles.buttons}>
        <Button type="submit" disabled={password === ""} loading={busy}>
          {action}
        </Button>
        {onCancel !== undefined && (
          <Button variant="default" onClick={onCancel}>
            {t("page.cancel")}
          </Button>
        )}
      </div>
    </form>
  );
}

function focus(field: HTMLInputElement | null): void {
  field?.focus();
}

/** The picture to scan, and the first code that proves that it was. */
function Confirm({
  uri,
  failure,
  busy,
  onCode,
}: {
  uri: string;
  failure: ApiFailure | null;
  busy: boolean;
  onCode: (code: string) => void;
}) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  return (
    <form
      className={styles.stack}
      onSubmit={(event) => {
        event.preventDefault();
        onCode(code.trim());
      }}
    >
      <p className={styles.help}>{t("second.scan")}</p>
      <QrPicture text={uri} label={t("second.qr")} />
      <p className={styles.help}>
        {t("second.byHand")} <code className={styles.secret}>{new URL(uri).searchParams.get("secret")}</code>
      </p>
      <TextInput
        label={t("signIn.code")}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={6}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <FailureNote failure={failure} />
      <Button type="submit" className={styles.start} disabled={!/^\d{6}$/.test(code.trim())} loading={busy}>
        {t("second.confirm")}
      </Button>
    </form>
  );
}

/** Dark on white in both themes: cameras want it so. */
function QrPicture({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border: 2 });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return (
    <svg className={styles.qr} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}
