import type { Timer } from "@jikimi/kernel";
import { useEffect, useRef, useState } from "react";
import { useClock } from "../app/parts.ts";

const holdMs = 1000;

/** Acts when it is held for a second; letting go before takes it back. */
export function useHold(onHeld: () => void) {
  const clock = useClock();
  const timer = useRef<Timer | null>(null);
  const [held, setHeld] = useState(false);
  const [tooShort, setTooShort] = useState(false);
  const act = useRef(onHeld);
  act.current = onHeld;
  useEffect(() => () => timer.current?.cancel(), []);
  return {
    held,
    /** It was let go too early the last time. */
    tooShort,
    begin: () => {
      if (timer.current !== null) return;
      setHeld(true);
      setTooShort(false);
      timer.current = clock.after(holdMs, () => {
        timer.current = null;
        setHeld(false);
        act.current();
      });
    },
    letGo: () => {
      if (timer.current === null) return;
      timer.current.cancel();
      timer.current = null;
      setHeld(false);
      setTooShort(true);
    },
  };
}
