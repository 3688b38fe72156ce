import type { OperationOutput } from "@jikimi/http-api";
import { Button, Loader, SegmentedControl } from "@mantine/core";
import { type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../components/icon.tsx";
import { Note } from "../../components/note.tsx";
import { clockTime } from "../../language/format.ts";
import styles from "./player.module.css";
import { WavPeaks } from "./wav-peaks.ts";
import { drawWave, type Wave } from "./wave-picture.ts";

type Call = OperationOutput<"desk.call">;
export type Recording = NonNullable<Call["recording"]>;

const speeds = ["1", "1.25", "1.5", "2"] as const;
const skipS = 5;

/**
 * Both lanes of a recording. Nothing is fetched before it is opened: listening is written into the call's record.
 * `onTime` tells where one is, on the call's time.
 */
export function Player({
  recording,
  marks,
  audio,
  onTime,
}: {
  recording: Recording;
  marks: readonly { readonly atMs: number }[];
  audio: RefObject<HTMLAudioElement | null>;
  onTime: (atMs: number) => void;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  if (!open) {
    return (
      <div className={styles.closed}>
        <Button leftSection={<Icon name="play" size={18} />} onClick={() => setOpen(true)}>
          {t("player.open")}
        </Button>
        <p>{t("player.isNoted")}</p>
      </div>
    );
  }
  return <OpenPlayer recording={recording} marks={marks} audio={audio} onTime={onTime} />;
}

function OpenPlayer({
  recording,
  marks,
  audio,
  onTime,
}: {
  recording: Recording;
  marks: readonly { readonly atMs: number }[];
  audio: RefObject<HTMLAudioElement | null>;
  onTime: (atMs: number) => void;
}) {
  const { t } = useTranslation();
  const wave = useWave(recording.audioPath);
  const [playing, setPlaying] = useState(false);
  const [atS, setAtS] = useState(0);
  const [lengthS, setLengthS] = useState((recording.durationMs ?? 0) / 1000);
  const [speed, setSpeed] = useState<string>("1");
  const [broken, setBroken] = useState(false);
  const beginsAtMs = recording.beginsAtMs ?? 0;

  const seek = (seconds: number) => {
    if (audio.current !== null) audio.current.currentTime = Math.min(Math.max(0, seconds), lengthS);
  };
  const toggle = () => {
    const element = audio.current;
    if (element === null) return;
    if (element.paused) void element.play().catch(() => setBroken(true));
    else element.pause();
  };
  return (
    <div className={styles.player}>
      {/* biome-ignore lint/a11y/useMediaCaption: the transcript beside it is the caption */}
      <audio
        ref={audio}
        src={recording.audioPath}
        preload="metadata"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onLoadedMetadata={({ currentTarget }) => {
          if (Number.isFinite(currentTarget.duration)) setLengthS(currentTarget.duration);
        }}
        onTimeUpdate={({ currentTarget }) => {
          setAtS(currentTarget.currentTime);
          onTime(currentTarget.currentTime * 1000 + beginsAtMs);
        }}
        onError={() => setBroken(true)}
      />
      {broken && (
        <Note tone="risk" live>
          {t("player.broken")}
        </Note>
      )}
      <div className={styles.picture}>
        <div className={styles.lanes} aria-hidden="true">
          <span>{t("speaker.caller")}</span>
          <span>{t("speaker.agent")}</span>
        </div>
        <div className={styles.wave}>
          {wave === "loading" ? (
            <Loader type="dots" aria-hidden="true" />
          ) : (
            <WavePicture wave={wave} share={lengthS === 0 ? 0 : atS / lengthS} />
          )}
          {[...new Set(marks.map(({ atMs }) => atMs))].map((atMs) => (
            <span
              key={atMs}
              className={styles.mark}
              style={{ left: `${lengthS === 0 ? 0 : Math.min(100, Math.max(0, (atMs - beginsAtMs) / lengthS / 10))}%` }}
            />
          ))}
          <input
            type="range"
            className={styles.slider}
            min={0}
            max={Math.max(0.1, lengthS)}
            step={0.1}
            value={atS}
            aria-label={t("player.position")}
            aria-valuetext={t("player.at", { at: clockTime(atS * 1000), length: clockTime(lengthS * 1000) })}
            onChange={(event) => seek(Number(event.currentTarget.value))}
          />
        </div>
      </div>
      <div className={styles.buttons}>
        <Button leftSection={<Icon name={playing ? "pause" : "play"} size={18} />} onClick={toggle}>
          {t(playing ? "player.pause" : "player.play")}
        </Button>
        <Button variant="default" onClick={() => seek(atS - skipS)}>
          {t("player.back", { seconds: skipS })}
        </Button>
        <Button variant="default" onClick={() => seek(atS + skipS)}>
          {t("player.forward", { seconds: skipS })}
        </Button>
        <span className={styles.time}>
          {clockTime(atS * 1000)} / {clockTime(lengthS * 1000)}
        </span>
        <SegmentedControl
          size="xs"
          aria-label={t("player.speed")}
          value={speed}
          onChange={(value) => {
            setSpeed(value);
            if (audio.current !== null) audio.current.playbackRate = Number(value);
          }}
          data={speeds.map((value) => ({ value, label: `${value}×` }))}
        />
      </div>
    </div>
  );
}

/** The outline, read once while the element plays from the same address; without it one can still listen. */
function useWave(path: string): Wave | null | "loading" {
  const [wave, setWave] = useState<Wave | null | "loading">("loading");
  useEffect(() => {
    const cancelled = new AbortController();
    void readWave(path, cancelled.signal)
      .catch(() => null)
      .then((found) => {
        if (!cancelled.signal.aborted) setWave(found);
      });
    return () => cancelled.abort();
  }, [path]);
  return wave;
}

async function readWave(path: string, signal: AbortSignal): Promise<Wave | null> {
  const answer = await fetch(path, { signal, credentials: "same-origin" });
  if (!answer.ok || answer.body === null) return null;
  const peaks = new WavPeaks();
  const reader = answer.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) peaks.push(part.value);
  return peaks.result();
}

function WavePicture({ wave, share }: { wave: Wave | null; share: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const draw = () => drawWave(element, wave, share);
    draw();
    const watcher = new ResizeObserver(draw);
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [wave, share]);
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas takes no focus
  return <canvas ref={canvas} className={styles.canvas} aria-hidden="true" />;
}
