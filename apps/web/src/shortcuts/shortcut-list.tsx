import { Button, Table, UnstyledButton } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Note } from "../components/note.tsx";
import { Keys } from "./keys.tsx";
import styles from "./shortcut-list.module.css";
import { combinationOf, isSame, problemOf, type ShortcutAction, shortcutActions } from "./shortcuts.ts";
import { useShortcutMap } from "./use-shortcuts.tsx";

/** Every shortcut with its keys; pressing the keys' button takes the next combination for it, Escape leaves it. */
export function ShortcutList() {
  const { t } = useTranslation();
  const { map, change, reset } = useShortcutMap();
  const [listening, setListening] = useState<ShortcutAction | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    if (listening === null) return;
    const take = (event: KeyboardEvent) => {
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Escape") {
        setListening(null);
        return;
      }
      if (event.key === "Backspace" || event.key === "Delete") {
        change({ ...map, [listening]: null });
        setListening(null);
        return;
      }
      const combination = combinationOf(event);
      const wrong = problemOf(combination);
      if (wrong === "incomplete") return;
      if (wrong === "needs-modifier") {
        setProblem(t("shortcuts.needsModifier"));
        return;
      }
      const other = shortcutActions.find((action) => action !== listening && isSame(map[action], combination));
      if (other !== undefined) {
        setProblem(t("shortcuts.usedBy", { action: t(`shortcuts.actions.${other}`) }));
        return;
      }
      change({ ...map, [listening]: combination });
      setListening(null);
    };
    window.addEventListener("keydown", take, { capture: true });
    return () => window.removeEventListener("keydown", take, { capture: true });
  }, [listening, map, change, t]);

  return (
    <div className={styles.list}>
      <Table verticalSpacing="xs" aria-label={t("shortcuts.title")}>
        <Table.Thead className={styles.hidden}>
          <Table.Tr>
            <Table.Th>{t("shortcuts.what")}</Table.Th>
            <Table.Th>{t("shortcuts.keys")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shortcutActions.map((action) => {
            const combination = map[action];
            const name = t(`shortcuts.actions.${action}`);
            return (
              <Table.Tr key={action}>
                <Table.Td>{name}</Table.Td>
                <Table.Td className={styles.keys}>
                  <UnstyledButton
                    className={styles.change}
                    data-listening={listening === action || undefined}
                    onClick={() => {
                      setProblem(null);
                      setListening(listening === action ? null : action);
                    }}
                    onBlur={() => setListening((now) => (now === action ? null : now))}
                  >
                    {listening === action ? (
                      t("shortcuts.pressNow")
                    ) : combination === null ? (
                      t("shortcuts.none")
                    ) : (
                      <Keys combination={combination} />
                    )}
                    <span className={styles.hidden}>{t("shortcuts.change", { action: name })}</span>
                  </UnstyledButton>
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
      {problem !== null && (
        <Note tone="risk" live>
          {problem}
        </Note>
      )}
      <div className={styles.foot}>
        <p>{t("shortcuts.howTo")}</p>
        <Button variant="default" size="xs" onClick={reset}>
          {t("shortcuts.reset")}
        </Button>
      </div>
    </div>
  );
}
