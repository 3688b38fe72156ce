/** What a key can do, in the order of the list that `?` shows. */
export const shortcutActions = [
  "answer",
  "hang-up",
  "hold",
  "mute",
  "keypad",
  "transfer",
  "continue",
  "warn",
  "end",
  "help",
  "extend",
  "complete",
  "ready",
  "shortcuts",
] as const;
export type ShortcutAction = (typeof shortcutActions)[number];

/** `code` is the key's place on the keyboard, so that a Korean layout changes nothing. */
export type Combination = {
  readonly code: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  readonly meta: boolean;
};

export type ShortcutMap = Readonly<Record<ShortcutAction, Combination | null>>;

const ctrlAlt = (code: string): Combination => ({ code, ctrl: true, alt: true, shift: false, meta: false });

/**
 * Ctrl+Alt, because Chromium, Firefox and Safari keep Ctrl+Shift+T, W, N and several Alt+Shift keys for themselves;
 * without L, T, D and the arrows, which desktops keep.
 */
export const defaultShortcuts: ShortcutMap = {
  answer: ctrlAlt("KeyA"),
  "hang-up": ctrlAlt("KeyX"),
  hold: ctrlAlt("KeyH"),
  mute: ctrlAlt("KeyM"),
  keypad: ctrlAlt("KeyK"),
  transfer: ctrlAlt("KeyP"),
  continue: ctrlAlt("KeyC"),
  warn: ctrlAlt("KeyW"),
  end: ctrlAlt("KeyE"),
  help: ctrlAlt("KeyS"),
  extend: ctrlAlt("KeyJ"),
  complete: ctrlAlt("Enter"),
  ready: ctrlAlt("KeyR"),
  shortcuts: { code: "Slash", ctrl: false, alt: false, shift: true, meta: false },
};

const key = "jikimi.shortcuts";

export function readShortcuts(storage: Storage): ShortcutMap {
  try {
    const kept: unknown = JSON.parse(storage.getItem(key) ?? "{}");
    const entries = shortcutActions.map((action) => {
      const value: unknown = kept !== null && typeof kept === "object" ? Reflect.get(kept, action) : undefined;
      return [action, value === null || isCombination(value) ? value : defaultShortcuts[action]];
    });
    return Object.fromEntries(entries) as ShortcutMap;
  } catch {
    return defaultShortcuts;
  }
}

export function keepShortcuts(storage: Storage, map: ShortcutMap): void {
  storage.setItem(key, JSON.stringify(map));
}

function isCombination(value: unknown): value is Combination {
  if (value === null || typeof value !== "object") return false;
  const { code, ctrl, alt, shift, meta } = value as Record<string, unknown>;
  return typeof code === "string" && [ctrl, alt, shift, meta].every((flag) => typeof flag === "boolean");
}

export function combinationOf(event: KeyboardEvent): Combination {
  return { code: event.code, ctrl: event.ctrlKey, alt: event.altKey, shift: event.shiftKey, meta: event.metaKey };
}

export function isSame(a: Combination | null, b: Combination | null): boolean {
  if (a === null || b === null) return false;
  return a.code === b.code && a.ctrl === b.ctrl && a.alt === b.alt && a.shift === b.shift && a.meta === b.meta;
}

const modifierCodes = /^(?:Control|Alt|Shift|Meta)(?:Left|Right)$/;

/** A key alone would fire while one writes (WCAG 2.1.4): Ctrl, Alt or Meta must be held, or it is a function key. */
export function problemOf(combination: Combination): "incomplete" | "needs-modifier" | null {
  if (modifierCodes.test(combination.code)) return "incomplete";
  const { ctrl, alt, meta, code } = combination;
  return ctrl || alt || meta || /^F\d{1,2}$/.test(code) ? null : "needs-modifier";
}

/** `Ctrl + Alt + A`, as it stands on the keys. */
export function keysOf(combination: Combination): readonly string[] {
  const { ctrl, alt, shift, meta, code } = combination;
  if (code === "Slash" && shift && !ctrl && !alt && !meta) return ["?"];
  return [
    ...(ctrl ? ["Ctrl"] : []),
    ...(alt ? ["Alt"] : []),
    ...(shift ? ["Shift"] : []),
    ...(meta ? ["Meta"] : []),
    code.replace(/^(?:Key|Digit|Numpad)(?=.)/, ""),
  ];
}
