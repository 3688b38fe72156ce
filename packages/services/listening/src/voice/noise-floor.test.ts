import { expect, test } from "vitest";
import { NoiseFloor } from "./noise-floor.ts";

function hear(floor: NoiseFloor, count: number, levelDbfs: number, probability = 0.01): void {
  for (let i = 0; i < count; i++) floor.hear({ probability, levelDbfs });
}

test("unknown until a third of a second of pause was heard, and voices do not count", () => {
  const floor = new NoiseFloor();
  hear(floor, 9, -60);
  hear(floor, 50, -20, 0.9);
  expect(floor.dbfs).toBeNull();
  hear(floor, 1, -60);
  expect(floor.dbfs).toBe(-60);
});

test("it follows a place that gets louder within seconds, and not a door that slams", () => {
  const floor = new NoiseFloor();
  hear(floor, 125, -60);
  hear(floor, 5, -20);
  expect(floor.dbfs).toBe(-60);
  hear(floor, 70, -40);
  expect(floor.dbfs).toBe(-40);
});
