import { ActionIcon, Popover, SegmentedControl, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDo } from "../api/use-operation.ts";
import { useLive } from "../app/parts.ts";
import { useSession } from "../app/session.ts";
import { Icon } from "../components/icon.tsx";
import { useLanguage } from "../language/use-language.ts";
import type { AnyPlace } from "./places.ts";
import styles from "./user-menu.module.css";

/** The person, the look of the page, and the way out; on a narrow page also the way about. */
export function UserMenu({ places }: { places: readonly AnyPlace[] }) {
  const { t } = useTranslation();
  const me = useSession()?.me ?? null;
  const live = useLive();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const signOut = useDo("session.signOut");
  const leave = () =>
    signOut.mutate(
      {},
      {
        onSuccess: () => {
          live.stop();
          queries.clear();
          void navigate({ to: "/sign-in" });
        },
      },
    );
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-end"
      shadow="md"
      width={280}
      trapFocus
      returnFocus
      withinPortal={false}
    >
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={40}
          radius="xl"
          aria-label={t("shell.menu")}
          className={styles.button}
          onClick={() => setOpen((before) => !before)}
        >
          <Icon name="person" />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className={styles.menu} aria-label={t("shell.menu")}>
        {me !== null && (
          <p className={styles.me}>
            {me.displayName} · {t(`role.${me.role}`)}
          </p>
        )}
        <div className={styles.narrow}>
          {places.map(({ to, name, icon }) => (
            <Link key={to} to={to} className={styles.item} activeProps={{ "data-active": "" }} onClick={close}>
              <Icon name={icon} size={18} />
              {t(`nav.${name}`)}
            </Link>
          ))}
        </div>
        <Link to="/settings" className={styles.item} activeProps={{ "data-active": "" }} onClick={close}>
          <Icon name="gear" size={18} />
          {t("nav.settings")}
        </Link>
        <div className={styles.inMenu}>
          <LookChoices />
        </div>
        <UnstyledButton className={styles.item} onClick={leave}>
          <Icon name="signOut" size={18} />
          {t("shell.signOut")}
        </UnstyledButton>
      </Popover.Dropdown>
    </Popover>
  );
}

export function LookChoices() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { language, choose } = useLanguage();
  return (
    <div className={styles.look}>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={t("shell.theme")}
        value={colorScheme}
        onChange={(value) => setColorScheme(value === "light" || value === "dark" ? value : "auto")}
        data={[
          { value: "light", label: t("shell.light") },
          { value: "dark", label: t("shell.dark") },
          { value: "auto", label: t("shell.system") },
        ]}
      />
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={t("shell.language")}
        value={language}
        onChange={(value) => choose(value === "en" ? "en" : "ko")}
        data={[
          { value: "ko", label: "한국어" },
          { value: "en", label: "English" },
        ]}
      />
    </div>
  );
}
