import { z } from "zod";
import { bilingual, id } from "./common.ts";

export const listScenariosInput = z.object({});
export const listScenariosOutput = z.object({
  scenarios: z.array(
    z.object({ id, title: bilingual, promise: bilingual, direction: z.enum(["inbound", "outbound"]) }),
  ),
});
/** A simulated caller rings this desk. Its synthetic voice is heard by the `demo` recogniser, and the call says so. */
export const startScenarioInput = z.object({ scenario: id });
export const startScenarioOutput = z.object({ callNumber: z.string() });
/** What the citizen's page needs to ring the desk from a second tab; marked as a trial everywhere. */
export const speakYourselfInput = z.object({});
export const speakYourselfOutput = z.object({ webSocketPath: z.string(), from: z.string(), target: z.string() });
