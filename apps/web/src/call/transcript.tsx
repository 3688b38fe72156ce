import type { CallView, TranscriptLine } from "@jikimi/live-events";
import { Button, Switch } from "@mantine/core";
import { useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../components/icon.tsx";
import { NothingHere } from "../components/nothing-here.tsx";
import { Panel } from "../components/panel.tsx";
import { Tag } from "../components/tag.tsx";
import { useTranscript } from "../live/use-live.ts";
import { usePreference } from "../preferences/use-preference.ts";
import styles from "./transcript.module.css";
import { Line } from "./transcript-line.tsx";

const lagShownMs = 2000;
/** Lines kept in the page while one reads along; earlier ones come when they are asked for. */
const drawn = { most: 240, kept: 160, more: 160 };
/** This near the end counts as reading along. */
const nearEndPx = 24;

/** What is being said, in two lanes. Whoever has scrolled up keeps the place; new lines wait behind a button. */
export function Transcript({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const { callId, lines } = useTranscript();
  const [showWords, setShowWords] = useState(false);
  const [spoken] = usePreference("transcriptSpoken");
  const shown = callId === call.callId ? lines : [];
  return (
    <Panel
      title={t("transcript.title")}
      fill
      aside={
        <>
          <Hearing hearing={call.hearing} />
          <Switch
            size="sm"
            label={t("transcript.showWords")}
            checked={showWords}
            onChange={(event) => setShowWords(event.currentTarget.checked)}
          />
        </>
      }
    >
      {shown.length === 0 ? (
        <div className={styles.empty}>
          <NothingHere icon="wave" title={t("transcript.empty")}>
            {t("transcript.emptyHelp")}
          </NothingHere>
        </div>
      ) : (
        <Lines
          key={callId}
          lines={shown}
          fromMs={call.bridgedAtMs === null ? 0 : call.bridgedAtMs - call.startedAtMs}
          showWords={showWords}
          spoken={spoken}
        />
      )}
    </Panel>
  );
}

function Hearing({ hearing }: { hearing: CallView["hearing"] }) {
  const { t } = useTranslation();
  if (hearing.state === "lost")
    return (
      <Tag tone="risk" icon="notice">
        {t("transcript.lost")}
      </Tag>
    );
  if (hearing.state === "set-aside")
    return (
      <Tag tone="risk" icon="notice">
        {t("transcript.setAside")}
      </Tag>
    );
  if (hearing.state === "not-yet") return <Tag>{t("transcript.notYet")}</Tag>;
  return (
    <>
      {hearing.recognizer === "demo" && <Tag icon="flask">{t("transcript.demo")}</Tag>}
      {hearing.callerOnly && <Tag>{t("transcript.callerOnly")}</Tag>}
      {hearing.lagMs > lagShownMs && (
        <Tag tone="risk" icon="clock">
          {t("transcript.lag", { seconds: Math.round(hearing.lagMs / 1000) })}
        </Tag>
      )}
    </>
  );
}

function Lines({
  lines,
  fromMs,
  showWords,
  spoken,
}: {
  lines: readonly TranscriptLine[];
  fromMs: number;
  showWords: boolean;
  spoken: boolean;
}) {
  const { t } = useTranslation();
  const view = useRef<HTMLDivElement>(null);
  /** How far the end is below what is seen: kept the same when the view grows or shrinks, so that nothing jumps. */
  const fromEndPx = useRef(0);
  /** Height of all lines and of the view when it last moved. */
  const seen = useRef<[number, number]>([0, 0]);
  const [along, setAlong] = useState(true);
  const [readUpTo, setReadUpTo] = useState(lines.length);
  const [first, setFirst] = useState(() => Math.max(0, lines.length - drawn.kept));
  const count = lines.length;

  if (along && count - first > drawn.most) setFirst(count - drawn.kept);
  if (along && readUpTo !== count) setReadUpTo(count);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what moves the view
  useLayoutEffect(() => {
    const box = view.current;
    if (box === null || !along) return;
    fromEndPx.current = 0;
    box.scrollTop = box.scrollHeight;
    seen.current = [box.scrollHeight, box.clientHeight];
  }, [count, along, lines]);

  useLayoutEffect(() => {
    const box = view.current;
    if (box === null) return;
    const stay = () => {
      seen.current = [box.scrollHeight, box.clientHeight];
      box.scrollTop = box.scrollHeight - box.clientHeight - fromEndPx.current;
    };
    const watcher = new ResizeObserver(stay);
    watcher.observe(box);
    return () => watcher.disconnect();
  }, []);

  const onScroll = () => {
    const box = view.current;
    if (box === null) return;
    const [height, shown] = seen.current;
    seen.current = [box.scrollHeight, box.clientHeight];
    // The page moved, not the person: `stay` puts it right.
    if (height !== box.scrollHeight || shown !== box.clientHeight) return;
    fromEndPx.current = Math.max(0, box.scrollHeight - box.clientHeight - box.scrollTop);
    setAlong(fromEndPx.current <= nearEndPx);
  };
  const showEarlier = () => {
    const box = view.current;
    const before = box?.scrollHeight ?? 0;
    setAlong(false);
    setFirst((now) => Math.max(0, now - drawn.more));
    requestAnimationFrame(() => {
      if (box !== null) box.scrollTop += box.scrollHeight - before;
    });
  };
  const unread = count - readUpTo;
  return (
    <div className={styles.frame}>
      <div
        ref={view}
        className={styles.view}
        onScroll={onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keys
        tabIndex={0}
        role="group"
        aria-label={t("transcript.title")}
      >
        {first > 0 && (
          <Button className={styles.earlier} variant="subtle" size="xs" onClick={showEarlier}>
            {t("transcript.earlier")}
          </Button>
        )}
        <ol className={styles.lines} aria-live={spoken ? "polite" : "off"}>
          {lines.slice(first).map((line) => (
            <Line key={line.lineId} line={line} fromMs={fromMs} showWords={showWords} />
          ))}
        </ol>
      </div>
      {!along && (
        <Button
          className={styles.chip}
          size="xs"
          radius="xl"
          leftSection={<Icon name="arrowDown" size={16} />}
          onClick={() => setAlong(true)}
        >
          {unread > 0 ? t("transcript.newLines", { number: unread }) : t("transcript.toEnd")}
        </Button>
      )}
    </div>
  );
}
