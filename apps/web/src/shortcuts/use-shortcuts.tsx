import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { readPreference } from "../preferences/use-preference.ts";
import {
  combinationOf,
  defaultShortcuts,
  isSame,
  keepShortcuts,
  readShortcuts,
  type ShortcutAction,
  type ShortcutMap,
  shortcutActions,
} from "./shortcuts.ts";

type Handler = { readonly down: () => void; readonly up: (() => void) | undefined };

type Shortcuts = {
  readonly map: ShortcutMap;
  readonly change: (map: ShortcutMap) => void;
  readonly listen: (action: ShortcutAction, handler: Handler) => () => void;
};

const ShortcutsContext = createContext<Shortcuts | null>(null);

/** Keys work everywhere on the page, also while one writes: they have modifiers. `?` alone waits until nobody writes. */
export function ShortcutKeys({ children }: { children: ReactNode }) {
  const [map, setMap] = useState(() => readShortcuts(localStorage));
  const handlers = useRef(new Map<ShortcutAction, Handler>());
  const down = useRef<ShortcutAction | null>(null);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.repeat || event.isComposing) return;
      const pressed = combinationOf(event);
      const action = shortcutActions.find((name) => isSame(map[name], pressed));
      if (action === undefined) return;
      const handler = handlers.current.get(action);
      if (handler === undefined) return;
      const bare = !pressed.ctrl && !pressed.alt && !pressed.meta;
      if (bare && (!readPreference("singleKey") || isWriting(event.target))) return;
      event.preventDefault();
      down.current = action;
      handler.down();
    };
    const onKeyUp = () => {
      const action = down.current;
      down.current = null;
      if (action !== null) handlers.current.get(action)?.up?.();
    };
    window.addEventListener("keydown", onKeyDown);
    window.addEventListener("keyup", onKeyUp);
    window.addEventListener("blur", onKeyUp);
    return () => {
      window.removeEventListener("keydown", onKeyDown);
      window.removeEventListener("keyup", onKeyUp);
      window.removeEventListener("blur", onKeyUp);
    };
  }, [map]);
  const value = useMemo<Shortcuts>(
    () => ({
      map,
      change: (next) => {
        keepShortcuts(localStorage, next);
        setMap(next);
      },
      listen: (action, handler) => {
        handlers.current.set(action, handler);
        return () => {
          if (handlers.current.get(action) === handler) handlers.current.delete(action);
        };
      },
    }),
    [map],
  );
  return <ShortcutsContext value={value}>{children}</ShortcutsContext>;
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

export function useShortcutMap(): Pick<Shortcuts, "map" | "change"> & { reset: () => void } {
  const shortcuts = useContext(ShortcutsContext);
  if (shortcuts === null) throw new TypeError("outside of the app");
  const { map, change } = shortcuts;
  return { map, change, reset: () => change(defaultShortcuts) };
}

/** Runs `down` when the action's keys are pressed, for as long as the component is there and `enabled`. */
export function useShortcut(
  action: ShortcutAction,
  down: () => void,
  { enabled = true, up }: { enabled?: boolean; up?: () => void } = {},
): void {
  const shortcuts = useContext(ShortcutsContext);
  const latest = useRef({ down, up });
  latest.current = { down, up };
  useEffect(() => {
    if (!enabled) return;
    return shortcuts?.listen(action, { down: () => latest.current.down(), up: () => latest.current.up?.() });
  }, [shortcuts, action, enabled]);
}
