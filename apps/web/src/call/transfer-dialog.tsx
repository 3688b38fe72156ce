import { Button, Modal, SegmentedControl, TextInput, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAsked, useDo } from "../api/use-operation.ts";
import { Asked } from "../components/asked.tsx";
import { FailureNote } from "../components/failure-note.tsx";
import { NothingHere } from "../components/nothing-here.tsx";
import { Tag } from "../components/tag.tsx";
import { useLanguage } from "../language/use-language.ts";
import { presenceOf } from "../shell/presence-words.ts";
import styles from "./transfer-dialog.module.css";

/** To a colleague or a number; asking first, or at once. */
export function TransferDialog({ callId, onClose }: { callId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const [to, setTo] = useState("");
  const [kind, setKind] = useState<"attended" | "blind">("attended");
  const colleagues = useAsked("desk.colleagues", {});
  const transfer = useDo("desk.transfer");
  const wanted = to.trim();
  const go = (target: string) => transfer.mutate({ callId, to: target, kind }, { onSuccess: onClose });
  return (
    <Modal opened onClose={onClose} title={t("transfer.title")} closeButtonProps={{ "aria-label": t("page.close") }}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted !== "") go(wanted);
        }}
      >
        <SegmentedControl
          fullWidth
          aria-label={t("transfer.how")}
          value={kind}
          onChange={(value) => setKind(value === "blind" ? "blind" : "attended")}
          data={[
            { value: "attended", label: t("transfer.attended") },
            { value: "blind", label: t("transfer.blind") },
          ]}
        />
        <p className={styles.help}>{t(`transfer.help.${kind}`)}</p>
        <TextInput
          data-autofocus
          label={t("transfer.to")}
          description={t("transfer.toHelp")}
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
          autoComplete="off"
        />
        <Asked query={colleagues} rows={3}>
          {(data) => {
            const fitting = data.colleagues.filter(({ displayName, username }) =>
              `${displayName} ${username}`.toLowerCase().includes(wanted.toLowerCase()),
            );
            if (data.colleagues.length === 0) return <NothingHere icon="people" title={t("transfer.nobody")} />;
            return (
              <ul className={styles.people} aria-label={t("transfer.colleagues")}>
                {fitting.map(({ username, displayName, department, presence }) => (
                  <li key={username}>
                    <UnstyledButton
                      className={styles.person}
                      aria-pressed={wanted === username}
                      onClick={() => setTo(username)}
                    >
                      <span className={styles.name}>{displayName}</span>
                      <span className={styles.department}>{department === null ? "" : say(department)}</span>
                      <Tag tone={presence === "ready" ? "calm" : "plain"}>
                        {t(`presence.short.${presenceOf(presence)}`)}
                      </Tag>
                    </UnstyledButton>
                  </li>
                ))}
              </ul>
            );
          }}
        </Asked>
        <FailureNote failure={transfer.error} />
        <div className={styles.foot}>
          <Button variant="default" onClick={onClose}>
            {t("page.cancel")}
          </Button>
          <Button type="submit" disabled={wanted === ""} loading={transfer.isPending}>
            {t(kind === "attended" ? "transfer.goAttended" : "transfer.goBlind")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
