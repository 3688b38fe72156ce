import type { Clock } from "@jikimi/kernel";
import { createContext, useContext } from "react";
import type { Client } from "../api/client.ts";
import type { LiveConnection } from "../live/live-connection.ts";
import type { Telephone, TelephoneSound } from "../telephone/telephone.ts";

/** Made once by `startApp`; a component takes one of them by its own hook. */
export type Parts = {
  readonly clock: Clock;
  readonly client: Client;
  readonly live: LiveConnection;
  readonly sound: TelephoneSound;
  /** Names this tab to the server: of several, one is the telephone. */
  readonly tab: string;
  /** Opens the line that `desk.phone` describes. */
  readonly openTelephone: (options: TelephoneOptions) => Promise<Telephone>;
};

export type TelephoneOptions = {
  readonly webSocketPath: string;
  readonly addressOfRecord: string;
  readonly displayName: string;
  /** False: it only places calls. */
  readonly registers?: boolean;
};

export const PartsContext = createContext<Parts | null>(null);

function useParts(): Parts {
  const parts = useContext(PartsContext);
  if (parts === null) throw new TypeError("outside of the app");
  return parts;
}

export const useClock = (): Clock => useParts().clock;
export const useClient = (): Client => useParts().client;
export const useLive = (): LiveConnection => useParts().live;
export const useSound = (): TelephoneSound => useParts().sound;
export const useTab = (): string => useParts().tab;
export const useOpenTelephone = (): Parts["openTelephone"] => useParts().openTelephone;
