import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useClock, useSound } from "../app/parts.ts";
import styles from "./meter.module.css";

const everyMs = 80;

/** How loud the microphone hears one now; moves by itself, without drawing the page again. */
export function LevelMeter() {
  const { t } = useTranslation();
  const clock = useClock();
  const sound = useSound();
  const bar = useRef<HTMLMeterElement>(null);
  useEffect(() => {
    let timer = clock.after(0, move);
    function move() {
      if (bar.current !== null) bar.current.value = sound.level();
      timer = clock.after(everyMs, move);
    }
    return () => timer.cancel();
  }, [clock, sound]);
  return <meter ref={bar} className={styles.meter} min={0} max={1} value={0} aria-label={t("sound.level")} />;
}
