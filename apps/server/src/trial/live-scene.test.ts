import { expect, test } from "vitest";
import { scenarios } from "../demo/scenarios.ts";
import { liveBeats } from "./live-scene.ts";

const lines = { caller: ["c1", "c2", "c3", "c4", "c5"], agent: ["a1", "a2"] };

test.for(scenarios)(
  "in $name nothing is said, pressed or hung up for a person, and the caller leaves at last",
  (scene) => {
    const beats = liveBeats(scene.beats(lines));
    for (const beat of beats) {
      expect(beat.kind).not.toBe("press");
      if ("who" in beat) expect(beat.who).toBe("caller");
    }
    expect(beats.at(-1)).toMatchObject({ kind: "hang-up", who: "caller" });
    expect(beats.filter(({ kind }) => kind.startsWith("say"))).toHaveLength(
      scene.beats(lines).filter((beat) => beat.kind.startsWith("say") && "who" in beat && beat.who === "caller").length,
    );
  },
);
