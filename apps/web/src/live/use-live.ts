import type { DeskState, HelpRequest } from "@jikimi/live-events";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useClock, useLive } from "../app/parts.ts";
import type { LiveState } from "./live-connection.ts";
import type { Transcript } from "./transcript-store.ts";

/** Draws again only when what `select` picks has changed. */
export function useLiveState<Part>(select: (state: LiveState) => Part): Part {
  const { state } = useLive();
  return useSyncExternalStore(state.subscribe, () => select(state.get()));
}

/** The whole desk as the server last told it; null until it has. */
export const useDesk = (): DeskState | null => useLiveState((state) => state.desk);
export const useHelpRequests = (): readonly HelpRequest[] => useLiveState((state) => state.help);

export function useTranscript(): Transcript {
  const { transcript } = useLive();
  return useSyncExternalStore(transcript.subscribe, transcript.get);
}

/** The server's time now, drawn again every `everyMs`; `on: false` stands still. */
export function useServerNow({ everyMs = 1000, on = true }: { everyMs?: number; on?: boolean } = {}): number {
  const clock = useClock();
  const offsetMs = useLiveState((state) => state.clockOffsetMs);
  const [nowMs, setNowMs] = useState<number>(() => clock.nowMs());
  useEffect(() => {
    if (!on) return;
    let timer = clock.after(0, tick);
    function tick() {
      setNowMs(clock.nowMs());
      timer = clock.after(everyMs - (clock.nowMs() % everyMs), tick);
    }
    return () => timer.cancel();
  }, [clock, everyMs, on]);
  return nowMs + offsetMs;
}
