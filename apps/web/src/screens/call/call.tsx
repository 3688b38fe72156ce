import type { OperationOutput } from "@jikimi/http-api";
import { Button, Switch, Textarea } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAsked, useDo } from "../../api/use-operation.ts";
import lanes from "../../call/transcript.module.css";
import { Line } from "../../call/transcript-line.tsx";
import { endingOf } from "../../call/words.ts";
import { Asked } from "../../components/asked.tsx";
import { FailureNote } from "../../components/failure-note.tsx";
import { Icon } from "../../components/icon.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { Note } from "../../components/note.tsx";
import { NothingHere } from "../../components/nothing-here.tsx";
import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { Tag } from "../../components/tag.tsx";
import { clockTime, dateAndTime } from "../../language/format.ts";
import { useLanguage } from "../../language/use-language.ts";
import styles from "./call.module.css";
import { Player } from "./player.tsx";

type Whole = OperationOutput<"desk.call">;

/** Everything that is known of one of one's own calls. */
export function Call() {
  const { t } = useTranslation();
  const { callId } = useParams({ from: "/in/calls/$callId" });
  const query = useAsked("desk.call", { callId });
  return (
    <Page
      title={t("oneCall.title")}
      wide
      aside={
        <LinkButton to="/calls" variant="default" leftSection={<Icon name="arrowLeft" size={18} />}>
          {t("oneCall.back")}
        </LinkButton>
      }
    >
      <Asked query={query} rows={12}>
        {(whole) => <Known key={whole.call.callId} whole={whole} />}
      </Asked>
    </Page>
  );
}

function Known({ whole }: { whole: Whole }) {
  const { t } = useTranslation();
  const { call, lines, recording, incidents, timeline } = whole;
  const audio = useRef<HTMLAudioElement>(null);
  const [atMs, setAtMs] = useState<number | null>(null);
  const [showWords, setShowWords] = useState(false);
  const beginsAtMs = recording?.beginsAtMs ?? 0;
  const playFrom = (startMs: number) => {
    const element = audio.current;
    if (element === null) return;
    element.currentTime = Math.max(0, (startMs - beginsAtMs) / 1000);
    void element.play().catch(() => {});
  };
  return (
    <div className={styles.layout}>
      <div className={styles.main}>
        <Panel title={t("oneCall.recording")}>
          {recording === null ? (
            <NothingHere icon="record" title={t("oneCall.noRecording")} />
          ) : (
            <Player
              recording={recording}
              marks={timeline.filter(({ by }) => by === "jikimi")}
              audio={audio}
              onTime={setAtMs}
            />
          )}
        </Panel>
        <Panel
          title={t("transcript.title")}
          aside={
            <Switch
              size="sm"
              label={t("transcript.showWords")}
              checked={showWords}
              onChange={(event) => setShowWords(event.currentTarget.checked)}
            />
          }
        >
          {lines.length === 0 ? (
            <NothingHere icon="wave" title={t("oneCall.noLines")} />
          ) : (
            <ol className={lanes.lines}>
              {lines.map((line) => (
                <Line
                  key={line.lineId}
                  line={line}
                  showWords={showWords}
                  current={atMs !== null && atMs >= line.startMs && atMs < line.endMs}
                  onPick={atMs === null ? undefined : playFrom}
                />
              ))}
            </ol>
          )}
        </Panel>
      </div>
      <div className={styles.side}>
        <Facts whole={whole} />
        {incidents.map((incident) => (
          <Incident key={incident.incidentId} incident={incident} callId={call.callId} />
        ))}
        <Timeline items={timeline} />
      </div>
    </div>
  );
}

function Facts({ whole }: { whole: Whole }) {
  const { t } = useTranslation();
  const { language, say } = useLanguage();
  const { call, recording } = whole;
  const codes = useAsked("desk.dispositions", {}).data?.dispositions;
  const code = codes?.find(({ id }) => id === call.disposition)?.title;
  const rows: readonly (readonly [string, string])[] = [
    [t("caller.number"), call.other?.shown ?? t("call.withheld")],
    [t("oneCall.direction"), t(`calls.kind.${call.missed ? "missed" : call.direction}`)],
    [t("oneCall.when"), dateAndTime(call.startedAtMs, language)],
    [t("oneCall.talk"), call.talkMs === null ? t("oneCall.neverTalked") : clockTime(call.talkMs)],
    [t("oneCall.ending"), t(`ending.${endingOf(call.endReason)}`)],
    [t("wrapUp.disposition"), code === undefined ? t("oneCall.noDisposition") : say(code)],
  ];
  return (
    <Panel
      title={t("oneCall.facts")}
      tight
      aside={call.trial === null ? undefined : <Tag icon="flask">{t(`trial.kind.${call.trial}`)}</Tag>}
    >
      <dl className={styles.facts}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {call.note !== "" && <p className={styles.note}>{call.note}</p>}
      {recording !== null && <RecordingFacts recording={recording} />}
    </Panel>
  );
}

function RecordingFacts({ recording }: { recording: NonNullable<Whole["recording"]> }) {
  const { t } = useTranslation();
  return (
    <details className={styles.details}>
      <summary>{t(recording.complete ? "oneCall.recordingWhole" : "oneCall.recordingPartly")}</summary>
      {recording.gaps.length === 0 ? (
        <p>{t("oneCall.noGaps")}</p>
      ) : (
        <ul>
          {recording.gaps.map(({ channel, startMs, endMs, reason }) => (
            <li key={`${channel}-${startMs}`}>
              {t("oneCall.gap", {
                who: t(`speaker.${channel}`),
                from: clockTime(startMs),
                to: clockTime(endMs),
                reason,
              })}
            </li>
          ))}
        </ul>
      )}
      {recording.sha256 !== null && (
        <p className={styles.hash}>
          SHA-256 <code>{recording.sha256}</code>
        </p>
      )}
    </details>
  );
}

function Incident({ incident, callId }: { incident: Whole["incidents"][number]; callId: string }) {
  const { t } = useTranslation();
  const { language, say } = useLanguage();
  const [comment, setComment] = useState(incident.comment);
  const save = useDo("desk.comment", { refreshes: ["desk.call"] });
  const { policy } = incident;
  return (
    <Panel
      title={t("incident.title")}
      tight
      aside={
        <Tag tone="risk" icon="shield">
          {t(incident.closedAtMs === null ? "incident.open" : "incident.closed")}
        </Tag>
      }
    >
      <dl className={styles.facts}>
        <div>
          <dt>{t("oneCall.when")}</dt>
          <dd>{dateAndTime(incident.openedAtMs, language)}</dd>
        </div>
        <div>
          <dt>{t("caller.policy")}</dt>
          <dd>
            {policy.title === null ? policy.id : say(policy.title)} ·{" "}
            {t("incident.version", { version: policy.version })}
          </dd>
        </div>
        <div>
          <dt>{t("incident.reason")}</dt>
          <dd>{t(`ending.${endingOf(incident.reason)}`)}</dd>
        </div>
      </dl>
      <form
        className={styles.comment}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({ incidentId: incident.incidentId, comment: comment.trim() });
        }}
      >
        <Textarea
          id={`comment-${callId}-${incident.incidentId}`}
          label={t("incident.comment")}
          description={t("incident.commentHelp")}
          autosize
          minRows={2}
          maxLength={1000}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        <FailureNote failure={save.error} />
        {save.isSuccess && (
          <Note tone="calm" live>
            {t("incident.commentKept")}
          </Note>
        )}
        <Button
          type="submit"
          size="xs"
          variant="default"
          loading={save.isPending}
          disabled={comment.trim() === incident.comment}
        >
          {t("incident.commentSave")}
        </Button>
      </form>
    </Panel>
  );
}

function Timeline({ items }: { items: Whole["timeline"] }) {
  const { t } = useTranslation();
  const { say } = useLanguage();
  return (
    <Panel title={t("oneCall.timeline")} tight>
      {items.length === 0 ? (
        <p className={styles.quiet}>{t("oneCall.noTimeline")}</p>
      ) : (
        <ol className={styles.timeline}>
          {items.map(({ atMs, text, by }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: what was written down stays in its place
            <li key={index} data-by={by ?? undefined}>
              <span className={styles.at}>{clockTime(atMs)}</span>
              <span>
                {say(text)}
                {by !== null && by !== "jikimi" && <span className={styles.quiet}> · {t(`by.${by}`)}</span>}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
