import type { OperationInput } from "@jikimi/http-api";
import { useMemo } from "react";
import type { ApiFailure } from "../api/client.ts";
import { useDo } from "../api/use-operation.ts";

export type AgentAction = OperationInput<"desk.act">["action"];

export type CallActions = {
  readonly act: (action: AgentAction) => void;
  readonly hold: (on: boolean) => void;
  readonly record: (on: boolean) => void;
  readonly finishTransfer: (how: "complete" | "cancel") => void;
  readonly askForHelp: (note: string) => void;
  /** One of them is on its way. */
  readonly busy: boolean;
  /** Why the last one did not work. */
  readonly failure: ApiFailure | null;
};

/** What an agent can do about the call, on the server; what became of it comes back by the desk's state. */
export function useCallActions(callId: string): CallActions {
  const act = useDo("desk.act");
  const hold = useDo("desk.hold");
  const record = useDo("desk.record");
  const finish = useDo("desk.finishTransfer");
  const help = useDo("desk.requestHelp");
  const all = [act, hold, record, finish, help];
  const busy = all.some(({ isPending }) => isPending);
  const latest = all.reduce((newest, one) => (one.submittedAt > newest.submittedAt ? one : newest));
  const { mutate: doAct } = act;
  const { mutate: doHold } = hold;
  const { mutate: doRecord } = record;
  const { mutate: doFinish } = finish;
  const { mutate: doHelp } = help;
  const failure = latest.error;
  return useMemo(
    () => ({
      act: (action) => doAct({ callId, action }),
      hold: (on) => doHold({ callId, on }),
      record: (on) => doRecord({ callId, on }),
      finishTransfer: (how) => doFinish({ callId, how }),
      askForHelp: (note) => doHelp({ callId, note }),
      busy,
      failure,
    }),
    [callId, doAct, doHold, doRecord, doFinish, doHelp, busy, failure],
  );
}
