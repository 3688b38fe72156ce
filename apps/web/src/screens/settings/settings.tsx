import { Button, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSession } from "../../app/session.ts";
import { usePhoneCall } from "../../call/use-phone-call.ts";
import { Icon } from "../../components/icon.tsx";
import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Preference, usePreference } from "../../preferences/use-preference.ts";
import { LookChoices } from "../../shell/user-menu.tsx";
import { ShortcutList } from "../../shortcuts/shortcut-list.tsx";
import { TelephoneProblem } from "../../telephone/telephone-problem.tsx";
import { useSeat } from "../../telephone/use-telephone.tsx";
import { ChangePassword } from "./change-password.tsx";
import { Passkeys } from "./passkeys.tsx";
import { SecondFactor } from "./second-factor.tsx";
import styles from "./settings.module.css";
import { SoundDevices } from "./sound-devices.tsx";

export function Settings() {
  const { t } = useTranslation();
  const me = useSession()?.me ?? null;
  if (me === null) return null;
  const answers = me.role !== "auditor";
  return (
    <Page title={t("nav.settings")} lead={t("settings.lead", { name: me.displayName, username: me.username })}>
      {answers && (
        <Panel title={t("sound.title")}>
          <SoundDevices />
          <EchoTest />
        </Panel>
      )}
      <Panel title={t("settings.look")}>
        <div className={styles.stack}>
          <LookChoices />
        </div>
      </Panel>
      {answers && (
        <Panel title={t("settings.quiet")}>
          <div className={styles.stack}>
            <Choice name="softSounds" />
            <Choice name="transcriptSpoken" />
            <Choice name="singleKey" />
          </div>
        </Panel>
      )}
      {answers && (
        <Panel title={t("shortcuts.title")}>
          <ShortcutList />
        </Panel>
      )}
      <Panel title={t("password.title")}>
        <ChangePassword />
      </Panel>
      <div id="sign-in" className={styles.ways}>
        <Panel title={t("passkeys.title")}>
          <Passkeys me={me} />
        </Panel>
        <Panel title={t("second.title")}>
          <SecondFactor me={me} />
        </Panel>
      </div>
      <Panel title={t("settings.known")}>
        <div className={styles.stack}>
          <p className={styles.help}>{t("settings.knownHelp")}</p>
          <ul className={styles.known}>
            <li>{t("settings.knownName", { name: me.displayName, username: me.username })}</li>
            <li>{t("settings.knownCalls")}</li>
            <li>{t("settings.knownStates")}</li>
            <li>{t("settings.knownNot")}</li>
          </ul>
        </div>
      </Panel>
    </Page>
  );
}

function Choice({ name }: { name: Preference }) {
  const { t } = useTranslation();
  const [on, set] = usePreference(name);
  return (
    <Switch
      label={t(`settings.choice.${name}`)}
      description={t(`settings.choiceHelp.${name}`)}
      checked={on}
      onChange={(event) => set(event.currentTarget.checked)}
    />
  );
}

/** Rings oneself: what one says comes back. */
function EchoTest() {
  const { t } = useTranslation();
  const { echoAddress } = useSeat();
  const phone = usePhoneCall();
  const on = phone.call !== null;
  return (
    <div className={styles.echo}>
      <div>
        <h3 className={styles.name}>{t("echo.title")}</h3>
        <p className={styles.help}>{t(on ? "echo.on" : "echo.help")}</p>
      </div>
      {on ? (
        <Button variant="default" leftSection={<Icon name="hangUp" />} onClick={phone.hangUp}>
          {t("echo.stop")}
        </Button>
      ) : (
        <Button
          variant="default"
          leftSection={<Icon name="phone" />}
          disabled={echoAddress === null || phone.line !== "registered"}
          onClick={() => echoAddress !== null && phone.dial(echoAddress)}
        >
          {t("echo.start")}
        </Button>
      )}
      <TelephoneProblem problem={phone.problem} />
    </div>
  );
}
