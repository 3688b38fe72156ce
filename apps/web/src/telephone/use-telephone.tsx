import type { Timer } from "@jikimi/kernel";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useDo } from "../api/use-operation.ts";
import { useClient, useClock, useLive, useOpenTelephone, useSound, useTab } from "../app/parts.ts";
import { useLiveState } from "../live/use-live.ts";
import type { SoundState, Telephone, TelephoneState } from "./telephone.ts";

const retryMs = 3_000;
const off: TelephoneState = { line: "off", call: null, muted: false };

type Seat = {
  /** Null: this tab is not a telephone, or not yet. */
  readonly telephone: Telephone | null;
  /** Our number as who is called sees it; null: dialling out is not set up. */
  readonly numberShown: string | null;
  readonly echoAddress: string | null;
  /** Makes this tab the telephone, with a call that is on. */
  readonly take: () => void;
  readonly taking: boolean;
};

const SeatContext = createContext<Seat>({
  telephone: null,
  numberShown: null,
  echoAddress: null,
  take: () => {},
  taking: false,
});

/** This tab is the telephone when no other is; a second tab never takes it without being told to. */
export function TelephoneSeat({ children }: { children: ReactNode }) {
  const client = useClient();
  const live = useLive();
  const tab = useTab();
  const clock = useClock();
  const openTelephone = useOpenTelephone();
  const holder = useLiveState((state) => state.desk?.phone.holder ?? null);
  const taken = useLiveState((state) => state.phoneTaken);
  const [seat, setSeat] = useState<Omit<Seat, "take" | "taking"> | null>(null);
  const takePhone = useDo("desk.takePhone");
  const ours = holder !== null && holder !== "other-tab" && !taken;

  useEffect(() => {
    if (!ours) return;
    let opened: Telephone | null = null;
    let over = false;
    let again: Timer | null = null;
    const open = async () => {
      const facts = await client.ask("desk.phone", { tab });
      const telephone = await openTelephone(facts);
      if (over) {
        void telephone.stop();
        return;
      }
      opened = telephone;
      telephone.start();
      setSeat({ telephone, numberShown: facts.numberShown, echoAddress: facts.echoAddress });
    };
    // Without a telephone no call comes: a server that could not answer is asked again until it does.
    const keepOpening = () =>
      void open().catch(() => {
        if (!over) again = clock.after(retryMs, keepOpening);
      });
    keepOpening();
    return () => {
      over = true;
      again?.cancel();
      setSeat(null);
      void opened?.stop();
    };
  }, [ours, client, tab, clock, openTelephone]);

  const { mutate, isPending } = takePhone;
  const value = useMemo<Seat>(
    () => ({
      telephone: seat?.telephone ?? null,
      numberShown: seat?.numberShown ?? null,
      echoAddress: seat?.echoAddress ?? null,
      take: () => mutate({ tab }, { onSuccess: () => live.phoneIsOurs() }),
      taking: isPending,
    }),
    [seat, mutate, isPending, tab, live],
  );
  return <SeatContext value={value}>{children}</SeatContext>;
}

export const useSeat = (): Seat => useContext(SeatContext);

export function useTelephoneState(): TelephoneState {
  const { telephone } = useSeat();
  return useSyncExternalStore(
    (listener) => telephone?.subscribe(listener) ?? (() => {}),
    () => telephone?.snapshot() ?? off,
  );
}

export function useSoundState(): SoundState {
  const sound = useSound();
  return useSyncExternalStore(
    (listener) => sound.subscribe(listener),
    () => sound.snapshot(),
  );
}
