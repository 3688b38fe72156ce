import { ListeningError } from "@jikimi/listening";
import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

const never = new AbortController().signal;

/** Asks for a turn and notes when it came, or why it did not; `end` gives it on. */
function asking(turns: Turns, order: string[]) {
  return (
    name: string,
    request: { speaker?: "caller" | "agent"; provisional?: boolean; signal?: AbortSignal } = {},
  ) => {
    const turn = turns.take({ speaker: "caller", provisional: false, signal: never, ...request });
    turn.then(
      () => order.push(name),
      (failure: unknown) => order.push(`${name} ${failure instanceof ListeningError ? failure.code : String(failure)}`),
    );
    return { end: async () => (await turn)[Symbol.dispose]() };
  };
}

test("as many as may work at once, then the caller's before the agent's, each in its order", async () => {
  const turns = new Turns({ atOnce: 2, capacity: 9 });
  const order: string[] = [];
  const ask = asking(turns, order);
  const asked = [
    ask("agent 1", { speaker: "agent" }),
    ask("agent 2", { speaker: "agent" }),
    ask("agent 3", { speaker: "agent" }),
    ask("caller 1"),
    ask("caller 2"),
  ];
  expect(turns.size).toBe(5);
  for (const at of [0, 1, 3, 4, 2]) await asked[at]?.end();
  expect(order).toEqual(["agent 1", "agent 2", "caller 1", "caller 2", "agent 3"]);
  expect(turns.size).toBe(0);
});

test("one more than may wait is refused", async () => {
  const turns = new Turns({ atOnce: 1, capacity: 1 });
  const order: string[] = [];
  const ask = asking(turns, order);
  const first = ask("first");
  const second = ask("second");
  ask("third");
  await first.end();
  await second.end();
  expect(order).toEqual(["first", "third recognizer-busy", "second"]);
});

test("what is provisional gives way to what is not, and does not wait behind it", async () => {
  const turns = new Turns({ atOnce: 1, capacity: 1 });
  const order: string[] = [];
  const ask = asking(turns, order);
  const first = ask("first");
  ask("draft", { provisional: true });
  const whole = ask("whole");
  ask("late draft", { provisional: true });
  await first.end();
  await whole.end();
  expect(order).toEqual(["first", "draft recognizer-busy", "late draft recognizer-busy", "whole"]);
  const last = ask("last", { provisional: true });
  await last.end();
  expect(turns.size).toBe(0);
});

test("who is aborted leaves its place, and no other's", async () => {
  const turns = new Turns({ atOnce: 1, capacity: 3 });
  const order: string[] = [];
  const ask = asking(turns, order);
  const stopping = new AbortController();
  const first = ask("first", { signal: stopping.signal });
  ask("second", { signal: stopping.signal });
  const third = ask("third");
  stopping.abort("over");
  expect(turns.size).toBe(2);
  await first.end();
  await third.end();
  expect(order).toEqual(["first", "second over", "third"]);
});
