import fc from "fast-check";
import { expect, test } from "vitest";
import { idleKeypad, type KeypadAction, keypadTimeoutMs, pressKey } from "./keypad.ts";

function press(keys: string, gapMs = 200) {
  let state = idleKeypad;
  let passedOn = "";
  const actions: KeypadAction[] = [];
  [...keys].forEach((key, i) => {
    const step = pressKey(state, key, i * gapMs);
    state = step.state;
    passedOn += step.passOn;
    if (step.action !== null) actions.push(step.action);
  });
  return { actions, passedOn, held: state.keys };
}

test.for([
  { keys: "*1", actions: [{ kind: "continue" }], passedOn: "" },
  { keys: "*2", actions: [{ kind: "warn-now" }], passedOn: "" },
  { keys: "*3", actions: [{ kind: "end-now" }], passedOn: "" },
  { keys: "*415#", actions: [{ kind: "extend", minutes: 5, reason: "explanation-needed" }], passedOn: "" },
  { keys: "*4312#", actions: [{ kind: "extend", minutes: 12, reason: "urgent-matter" }], passedOn: "" },
  { keys: "*51", actions: [{ kind: "declare", topic: "repeated-content" }], passedOn: "" },
  { keys: "*0", actions: [{ kind: "toggle-recording" }], passedOn: "" },
  { keys: "12#", actions: [], passedOn: "12#" },
  { keys: "**", actions: [], passedOn: "*" },
  { keys: "*7", actions: [], passedOn: "*7" },
  { keys: "*45#", actions: [], passedOn: "*45#" },
  { keys: "9*19", actions: [{ kind: "continue" }], passedOn: "99" },
])("$keys -> $actions, and $passedOn goes on", ({ keys, actions, passedOn }) => {
  expect(press(keys)).toEqual({ actions, passedOn, held: "" });
});

test("a code left half-way is the agent's own dialling", () => {
  expect(press("*1", keypadTimeoutMs + 1)).toMatchObject({ actions: [], passedOn: "*1" });
});

test("no key is ever lost: codes, held keys and what goes on make up all that was pressed", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."0123456789*#"), maxLength: 30 }), (keys) => {
      const { actions, passedOn, held } = press(keys);
      const spent = keys.length - passedOn.length - held.length;
      expect(spent).toBeGreaterThanOrEqual(actions.length * 2);
      expect(held.length).toBeLessThanOrEqual(5);
    }),
  );
});
