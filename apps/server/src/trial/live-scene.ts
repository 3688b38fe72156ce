import type { Beat } from "../demo/director.ts";

/** How long a person needs to say hello where the demo's agent says a line. */
const helloMs = 3000;

/**
 * A scene of the demo where the agent is a person: what its agent would say takes its time, and what its agent would
 * press or hang up is theirs to do. At the end the caller hangs up, if nobody else has.
 */
export function liveBeats(beats: readonly Beat[]): readonly Beat[] {
  const live = beats.map(liveBeat).filter((beat) => beat !== null);
  const endsByItself = live.some((beat) => beat.kind === "hang-up");
  return endsByItself ? live : [...live, { kind: "wait-for", event: "over", withinMs: 40_000 }, lastWord];
}

const lastWord: Beat = { kind: "hang-up", who: "caller" };

function liveBeat(beat: Beat): Beat | null {
  switch (beat.kind) {
    case "say":
    case "say-until":
      return beat.who === "caller" ? beat : { kind: "pause", forMs: helloMs };
    case "press":
      return null;
    case "hang-up":
      return beat.who === "caller" ? beat : null;
    case "wait-for":
    case "pause":
      return beat;
  }
}
