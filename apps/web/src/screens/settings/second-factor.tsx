import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { encode } from "uqr";
import { useDo } from "../../api/use-operation.ts";
import type { Me } from "../../app/session.ts";
import { FailureNote } from "../../components/failure-note.tsx";
import { Note } from "../../components/note.tsx";
import styles from "./settings.module.css";

/** Six digits from a telephone app beside the password (TOTP, RFC 6238). */
export function SecondFactor({ me }: { me: Me }) {
  const { t } = useTranslation();
  const begin = useDo("session.totpBegin");
  const confirm = useDo("session.totpConfirm", { refreshes: ["session"] });
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  if (me.secondFactor.totp && !confirm.isSuccess) return <Note tone="calm">{t("second.isOn")}</Note>;
  if (confirm.isSuccess) {
    return (
      <Note tone="calm" live>
        {t("second.nowOn")}
      </Note>
    );
  }
  if (begin.data === undefined) {
    return (
      <form
        className={styles.stack}
        onSubmit={(event) => {
          event.preventDefault();
          begin.mutate({ password });
        }}
      >
        <p className={styles.help}>{t("second.help")}</p>
        <PasswordInput
          label={t("password.current")}
          autoComplete="current-password"
          value={password}
          visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword"), tabIndex: 0 }}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <FailureNote failure={begin.error} />
        <Button type="submit" className={styles.start} disabled={password === ""} loading={begin.isPending}>
          {t("second.begin")}
        </Button>
      </form>
    );
  }
  const { uri, backupCodes } = begin.data;
  return (
    <form
      className={styles.stack}
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate({ code: code.trim() });
      }}
    >
      <p className={styles.help}>{t("second.scan")}</p>
      <QrPicture text={uri} label={t("second.qr")} />
      <p className={styles.help}>
        {t("second.byHand")} <code className={styles.secret}>{new URL(uri).searchParams.get("secret")}</code>
      </p>
      {backupCodes.length > 0 && (
        <div>
          <p className={styles.help}>{t("second.backup")}</p>
          <ul className={styles.codes}>
            {backupCodes.map((one) => (
              <li key={one}>
                <code>{one}</code>
              </li>
            ))}
          </ul>
        </div>
      )}
      <TextInput
        label={t("signIn.code")}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={6}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <FailureNote failure={confirm.error} />
      <Button
        type="submit"
        className={styles.start}
        disabled={!/^\d{6}$/.test(code.trim())}
        loading={confirm.isPending}
      >
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
