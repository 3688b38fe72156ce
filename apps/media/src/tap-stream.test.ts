import { silentLog } from "@jikimi/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { TapStream } from "./tap-stream.ts";

const waitingFrames = 50;

type Step = "say" | "take-one" | "take-all" | "refuse" | "close" | "cut";

/** A line that takes as many messages as it is told to, and keeps them as words. */
function stream() {
  const taken: string[] = [];
  const told = { wants: 0, over: 0, dropped: 0, room: 0 };
  const take = (word: string): boolean => {
    if (told.room === 0) return false;
    told.room -= 1;
    taken.push(word);
    return true;
  };
  const tap = new TapStream(
    3,
    {
      sendOpen: (number, token) => take(`open ${number} ${token}`),
      sendFrame: (number, { atMs }) => take(`${number} at ${atMs}`),
      sendClose: (number) => take(`close ${number}`),
      wants: () => {
        told.wants += 1;
      },
      over: () => {
        told.over += 1;
      },
    },
    {
      token: "token",
      epochOffsetMs: 1000,
      log: {
        ...silentLog,
        warn: ({ droppedFrames }) => {
          told.dropped = Number(droppedFrames);
        },
      },
    },
  );
  return { tap, taken, told };
}

/** Whatever the line takes, and when. */
test("what arrives is open, frames in order and close; what is missing is the oldest that waited, and counted", () => {
  const step = fc.constantFrom<Step[]>("say", "say", "say", "take-one", "take-all", "refuse", "close", "cut");
  const steps = fc.array(fc.tuple(step, fc.integer({ min: 1, max: 70 })), { maxLength: 30 });
  fc.assert(
    fc.property(steps, (list) => {
      const { tap, taken, told } = stream();
      let said = 0;
      let ended: "close" | "cut" | "never open" | null = null;
      for (const [kind, times] of list) {
        if (kind === "say") {
          for (let i = 0; i < times; i++) {
            if (ended === null) said += 1;
            tap.audio(said * 8, "pcmu", Uint8Array.of(1));
            tap.flush();
          }
        } else if (kind === "take-all") {
          told.room = Number.POSITIVE_INFINITY;
          while (tap.sendOldest());
        } else if (kind === "take-one") {
          told.room = 1;
          tap.sendOldest();
          told.room = 0;
        } else if (kind === "refuse") {
          told.room = 0;
        } else {
          ended ??= kind === "close" && taken.length === 0 ? "never open" : kind;
          if (kind === "close") tap.close();
          else tap.cut();
        }
      }
      const wasCut = told.over === 1 && taken.at(-1) !== "close 3";
      told.room = Number.POSITIVE_INFINITY;
      while (tap.sendOldest());
      tap.close();
      while (tap.sendOldest());

      expect(told.over).toBe(1);
      if (ended === "never open") {
        expect(taken).toEqual([]);
        return;
      }
      const frames = taken.filter((word) => word.startsWith("3 at ")).map((word) => Number(word.slice(5)) - 1000);
      expect(frames).toEqual([...new Set(frames)].sort((a, b) => a - b));
      if (wasCut) {
        expect(taken).not.toContain("close 3");
        return;
      }
      expect(taken[0]).toBe("open 3 token");
      expect(taken.at(-1)).toBe("close 3");
      expect(frames.length + told.dropped).toBe(said);
      // Those that were waiting at the end are the newest.
      const newest = Array.from({ length: Math.min(said, waitingFrames) }, (_, i) => said - i).reverse();
      expect(frames.slice(-newest.length)).toEqual(newest);
    }),
    { numRuns: 500 },
  );
});

test("a frame is at most 200 ms, and a jump begins another", () => {
  const { tap, taken, told } = stream();
  told.room = Number.POSITIVE_INFINITY;
  tap.sendOldest();
  tap.audio(0, "pcmu", new Uint8Array(2000));
  tap.audio(2000, "pcmu", new Uint8Array(160));
  tap.audio(4000, "pcmu", new Uint8Array(160));
  tap.flush();
  tap.flush();
  expect(taken).toEqual(["open 3 token", "3 at 1000", "3 at 1200", "3 at 1500"]);
});
