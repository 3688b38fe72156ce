import { useCallback, useSyncExternalStore } from "react";

/** What a person sets for this browser, each on or off. */
const defaults = { transcriptSpoken: false, softSounds: true, singleKey: true } as const;
export type Preference = keyof typeof defaults;

const changed = "jikimi.preference";

/** Kept in this browser; every part of the page that looks sees a change at once. */
export function usePreference(name: Preference): [on: boolean, set: (on: boolean) => void] {
  const on = useSyncExternalStore(subscribe, () => readPreference(name));
  const set = useCallback(
    (next: boolean) => {
      localStorage.setItem(`jikimi.${name}`, next ? "on" : "off");
      window.dispatchEvent(new Event(changed));
    },
    [name],
  );
  return [on, set];
}

export function readPreference(name: Preference): boolean {
  const kept = localStorage.getItem(`jikimi.${name}`);
  return kept === null ? defaults[name] : kept === "on";
}

function subscribe(listener: () => void): () => void {
  window.addEventListener(changed, listener);
  window.addEventListener("storage", listener);
  return () => {
    window.removeEventListener(changed, listener);
    window.removeEventListener("storage", listener);
  };
}
