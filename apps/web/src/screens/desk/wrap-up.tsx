import type { PresenceView, WrapUpView } from "@jikimi/live-events";
import { Button, Chip, Textarea } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAsked, useDo } from "../../api/use-operation.ts";
import { useClock } from "../../app/parts.ts";
import { Asked } from "../../components/asked.tsx";
import { FailureNote } from "../../components/failure-note.tsx";
import { Icon } from "../../components/icon.tsx";
import { Panel } from "../../components/panel.tsx";
import { Tag } from "../../components/tag.tsx";
import { clockTime, countdown } from "../../language/format.ts";
import { useLanguage } from "../../language/use-language.ts";
import { useServerNow } from "../../live/use-live.ts";
import { useShortcut } from "../../shortcuts/use-shortcuts.tsx";
import styles from "./wrap-up.module.css";

/** A draft is kept this long after the last key. */
const keepAfterMs = 900;

/** What the call was about: sentences that were said, one code, one note. Drafts are kept on the server as one writes. */
export function WrapUp({ wrapUp, presence }: { wrapUp: WrapUpView; presence: PresenceView }) {
  const { t } = useTranslation();
  const { say } = useLanguage();
  const { callId } = wrapUp;
  const [disposition, setDisposition] = useState(wrapUp.disposition);
  const [note, setNote] = useState(wrapUp.note);
  const dispositions = useAsked("desk.dispositions", {});
  const save = useDo("desk.saveWrapUp");
  const complete = useDo("desk.completeWrapUp", { refreshes: ["desk.calls"] });
  useDraft({ disposition, note }, (draft) => save.mutate({ callId, ...draft }));
  const finish = () => complete.mutate({ callId, disposition, note });
  useShortcut("complete", finish);
  return (
    <Panel
      title={t("wrapUp.title")}
      aside={
        <>
          {wrapUp.trial !== null && <Tag icon="flask">{t(`trial.kind.${wrapUp.trial}`)}</Tag>}
          {presence.kind === "wrap-up" && <TimeLeft callId={callId} presence={presence} />}
        </>
      }
    >
      <div className={styles.parts}>
        <div>
          <h3 className={styles.name}>{t("wrapUp.summary")}</h3>
          <p className={styles.help}>{t("wrapUp.summaryHelp")}</p>
          {wrapUp.summary.length === 0 ? (
            <p className={styles.help}>{t("wrapUp.noSummary")}</p>
          ) : (
            <ul className={styles.summary}>
              {wrapUp.summary.map(({ speaker, text, atMs }) => (
                <li key={`${atMs}-${speaker}-${text}`}>
                  <span className={styles.who}>
                    {t(`speaker.${speaker}`)} {clockTime(atMs)}
                  </span>
                  {text}
                </li>
              ))}
            </ul>
          )}
        </div>
        <div role="group" aria-labelledby="wrap-up-code">
          <h3 className={styles.name} id="wrap-up-code">
            {t("wrapUp.disposition")}
          </h3>
          <Asked query={dispositions} rows={2}>
            {(data) => (
              <Chip.Group value={disposition ?? ""} onChange={(value) => setDisposition(String(value))}>
                <div className={styles.codes}>
                  {data.dispositions.map(({ id, title }) => (
                    <Chip key={id} value={id} size="sm" variant="outline">
                      {say(title)}
                    </Chip>
                  ))}
                </div>
              </Chip.Group>
            )}
          </Asked>
        </div>
        <Textarea
          label={t("wrapUp.note")}
          description={t("wrapUp.noteHelp")}
          autosize
          minRows={4}
          maxRows={12}
          maxLength={4000}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <FailureNote failure={complete.error ?? save.error} />
        <div className={styles.foot}>
          <p className={styles.help} role="status">
            {save.isPending ? t("wrapUp.keeping") : save.isSuccess ? t("wrapUp.kept") : ""}
          </p>
          <Button leftSection={<Icon name="check" />} onClick={finish} loading={complete.isPending}>
            {t(presence.kind === "protected-rest" ? "wrapUp.completeInRest" : "wrapUp.complete")}
          </Button>
        </div>
      </div>
    </Panel>
  );
}

type Draft = { readonly disposition: string | null; readonly note: string };

/** Calls `keep` when the draft has rested a moment; never for what was there at first. */
function useDraft(draft: Draft, keep: (draft: Draft) => void): void {
  const clock = useClock();
  const kept = useRef(draft);
  const latest = useRef(keep);
  latest.current = keep;
  const { disposition, note } = draft;
  useEffect(() => {
    if (kept.current.disposition === disposition && kept.current.note === note) return;
    const timer = clock.after(keepAfterMs, () => {
      kept.current = { disposition, note };
      latest.current({ disposition, note });
    });
    return () => timer.cancel();
  }, [clock, disposition, note]);
}

function TimeLeft({ callId, presence }: { callId: string; presence: Extract<PresenceView, { kind: "wrap-up" }> }) {
  const { t } = useTranslation();
  const nowMs = useServerNow();
  const extend = useDo("desk.extendWrapUp");
  return (
    <>
      <span className={styles.left}>{t("wrapUp.left", { left: countdown(presence.untilMs - nowMs) })}</span>
      <Button
        size="xs"
        variant="default"
        disabled={presence.extensionsLeft === 0}
        loading={extend.isPending}
        onClick={() => extend.mutate({ callId })}
      >
        {t("wrapUp.extend", { left: presence.extensionsLeft })}
      </Button>
    </>
  );
}
