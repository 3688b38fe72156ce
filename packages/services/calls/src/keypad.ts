/**
 * What an agent can do with the telephone's own keys, before and beside any screen.
 *
 * | keys            | action                                                        |
 * |-----------------|---------------------------------------------------------------|
 * | `*1`            | 계속 continue: stop what the machine was about to do           |
 * | `*2`            | 지금 경고 warn now                                             |
 * | `*3`            | 종료 end now; also confirms an offered ending                  |
 * | `*4 R MM #`     | 연장 extend: reason R (1–4), MM minutes, e.g. `*415#`          |
 * | `*51`, `*52`    | declare: same content repeated, not within our competence      |
 * | `*0`            | start or stop on-demand recording                             |
 *
 * Everything else is the agent's own dialling and goes on to the other party. `**` sends one `*` on.
 */
export type KeypadAction =
  | { readonly kind: "continue" }
  | { readonly kind: "warn-now" }
  | { readonly kind: "end-now" }
  | { readonly kind: "extend"; readonly minutes: number; readonly reason: ExtensionReason }
  | { readonly kind: "declare"; readonly topic: "repeated-content" | "out-of-competence" }
  | { readonly kind: "toggle-recording" };

/** The justifiable reasons (정당한 사유) that a keypad can name. */
export const extensionReasons = {
  "1": { id: "explanation-needed", ko: "설명이 더 필요함", en: "more explanation is needed" },
  "2": { id: "vulnerable-caller", ko: "배려가 필요한 민원인", en: "the caller needs consideration" },
  "3": { id: "urgent-matter", ko: "긴급한 사안", en: "an urgent matter" },
  "4": { id: "other", ko: "그 밖의 사유", en: "another reason" },
} as const;

export type ExtensionReason = (typeof extensionReasons)[keyof typeof extensionReasons]["id"];

/** The keys of a code not yet complete, and when the last came (wall clock, ms). */
export type KeypadState = { readonly keys: string; readonly lastAtMs: number };

export const idleKeypad: KeypadState = { keys: "", lastAtMs: 0 };

/** A code whose next key does not come within this time was not meant as one. */
export const keypadTimeoutMs = 4000;

export type KeypadStep = {
  readonly state: KeypadState;
  readonly action: KeypadAction | null;
  /** Digits that were no code: to be sent to the other party. */
  readonly passOn: string;
};

/** Takes one key of `0-9*#`; other keys (A–D, flash) pass on untouched. */
export function pressKey(state: KeypadState, key: string, atMs: number): KeypadStep {
  const stale = state.keys !== "" && atMs - state.lastAtMs > keypadTimeoutMs;
  if (stale) {
    const fresh = pressKey(idleKeypad, key, atMs);
    return { ...fresh, passOn: state.keys + fresh.passOn };
  }
  if (state.keys === "") {
    return key === "*" ? pending("*", atMs) : { state: idleKeypad, action: null, passOn: key };
  }
  const keys = state.keys + key;
  if (keys === "**") return { state: idleKeypad, action: null, passOn: "*" };
  const action = simpleCodes[keys];
  if (action !== undefined) return { state: idleKeypad, action, passOn: "" };
  if (keys === "*4" || keys === "*5" || /^\*4[1-4][0-9]{0,2}$/.test(keys)) return pending(keys, atMs);
  const extend = /^\*4([1-4])([0-9]{1,2})#$/.exec(keys);
  if (extend !== null) {
    const reason = extensionReasons[extend[1] as keyof typeof extensionReasons].id;
    return { state: idleKeypad, action: { kind: "extend", minutes: Number(extend[2]), reason }, passOn: "" };
  }
  return { state: idleKeypad, action: null, passOn: keys };
}

const simpleCodes: Readonly<Record<string, KeypadAction>> = {
  "*1": { kind: "continue" },
  "*2": { kind: "warn-now" },
  "*3": { kind: "end-now" },
  "*51": { kind: "declare", topic: "repeated-content" },
  "*52": { kind: "declare", topic: "out-of-competence" },
  "*0": { kind: "toggle-recording" },
};

function pending(keys: string, atMs: number): KeypadStep {
  return { state: { keys, lastAtMs: atMs }, action: null, passOn: "" };
}
