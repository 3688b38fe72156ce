import { Button, Menu } from "@mantine/core";
import { Link, useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useSession } from "../app/session.ts";
import { Brand } from "../components/brand.tsx";
import { Icon } from "../components/icon.tsx";
import { useDesk, useHelpRequests } from "../live/use-live.ts";
import { mayGo, officePlaces, places } from "./places.ts";
import { PresenceMenu } from "./presence-menu.tsx";
import styles from "./top-bar.module.css";
import { UserMenu } from "./user-menu.tsx";

export function TopBar() {
  const { t } = useTranslation();
  const me = useSession()?.me ?? null;
  const missed = useDesk()?.missedCalls ?? 0;
  const waiting = useHelpRequests().filter(({ takenBy }) => takenBy === null).length;
  const counts: Readonly<Record<string, number>> = { "/calls": missed, "/help-requests": waiting };
  const mine = places.filter((place) => mayGo(place, me?.role));
  const office = officePlaces.filter((place) => mayGo(place, me?.role));
  const inOffice = useRouterState({ select: ({ location }) => location.pathname.startsWith("/office/") });
  return (
    <header className={styles.bar}>
      <Link to="/" className={styles.brand}>
        <Brand />
      </Link>
      <nav className={styles.nav} aria-label={t("nav.title")}>
        {mine.map(({ to, name, icon }) => (
          <Link key={to} to={to} className={styles.link} activeProps={{ "data-active": "" }}>
            <Icon name={icon} size={18} />
            {t(`nav.${name}`)}
            {(counts[to] ?? 0) > 0 && <span className={styles.count}>{t("nav.count", { number: counts[to] })}</span>}
          </Link>
        ))}
        {office.length > 0 && (
          <Menu position="bottom-start" shadow="md">
            <Menu.Target>
              <Button
                variant="subtle"
                color="gray"
                className={styles.office}
                data-active={inOffice || undefined}
                rightSection={<Icon name="chevronDown" size={16} />}
              >
                {t("nav.office")}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {office.map(({ to, name, icon }) => (
                <Menu.Item key={to} component={Link} to={to} leftSection={<Icon name={icon} size={18} />}>
                  {t(`nav.${name}`)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </nav>
      <div className={styles.right}>
        {me !== null && me.role !== "auditor" && <PresenceMenu />}
        <UserMenu places={[...mine, ...office]} />
      </div>
    </header>
  );
}
