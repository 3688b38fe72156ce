import type { TrialLines } from "@jikimi/calls";
import type { DirectoryView } from "@jikimi/directory";
import type { OperationOutput, OperationRequest } from "@jikimi/http-api";
import type { Principal } from "@jikimi/identity";
import { formatSipUri, sipUri } from "@jikimi/sip";
import { scenarios } from "../demo/scenarios.ts";
import type { TrialRuns } from "../trial/trial-runs.ts";
import { failure } from "./operation-failure.ts";
import { personOf } from "./telephone-operations.ts";

export type TrialDeps = {
  readonly directory: () => DirectoryView;
  readonly runs: TrialRuns;
  readonly lines: TrialLines;
  readonly host: string;
};

/** Trying it out: the simulated caller, and speaking oneself. */
export function trialOperations(deps: TrialDeps) {
  return {
    "trial.scenarios": (): OperationOutput<"trial.scenarios"> => ({
      scenarios: scenarios.map(({ name, title, promise, direction }) => ({ id: name, title, promise, direction })),
    }),
    "trial.start": async (
      { scenario: id }: OperationRequest<"trial.start">,
      who: Principal | null,
    ): Promise<OperationOutput<"trial.start">> => {
      const person = personOf(who, deps);
      const scenario = scenarios.find(({ name }) => name === id);
      if (scenario === undefined) throw failure("not-found", { field: "scenario" });
      const started = await deps.runs.start(person, scenario);
      if (started.kind === "refused") throw failure(started.why);
      const { callNumber, dial } = started;
      return { callNumber, dial };
    },
    "trial.speakYourself": (
      _: OperationRequest<"trial.speakYourself">,
      who: Principal | null,
    ): OperationOutput<"trial.speakYourself"> => {
      const { id: agentId } = personOf(who, deps);
      const token = deps.lines.open({ kind: "self", agentId, recognizer: null, policy: null, callee: null });
      return {
        webSocketPath: `/sip?trial=${token}`,
        from: formatSipUri(sipUri({ user: "visitor", host: deps.host })),
        target: formatSipUri(sipUri({ user: `trial-${token}`, host: deps.host })),
      };
    },
  };
}
