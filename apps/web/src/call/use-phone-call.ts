import { useCallback, useEffect, useState } from "react";
import { TelephoneError, type TelephoneErrorCode } from "../telephone/telephone.ts";
import { useSeat, useTelephoneState } from "../telephone/use-telephone.tsx";

/** The browser's half of the call: answering, hanging up, muting; and why that did not work. */
export function usePhoneCall() {
  const { telephone } = useSeat();
  const state = useTelephoneState();
  const [problem, setProblem] = useState<TelephoneErrorCode | null>(null);
  const run = useCallback((work: Promise<void> | undefined) => {
    setProblem(null);
    work?.catch((failure: unknown) => setProblem(failure instanceof TelephoneError ? failure.code : "refused"));
  }, []);
  const dial = useCallback((target: string) => run(telephone?.dial(target)), [run, telephone]);
  const { line, call } = state;
  useEffect(() => {
    if (call?.phase === "connected") setProblem(null);
  }, [call]);
  return {
    line,
    call,
    muted: state.muted,
    problem,
    putAwayProblem: () => setProblem(null),
    answer: () => run(telephone?.answer()),
    decline: () => run(telephone?.decline()),
    hangUp: () => run(telephone?.hangUp()),
    dial,
    setMuted: (muted: boolean) => telephone?.setMuted(muted),
    sendDigit: (digit: string) => telephone?.sendDigit(digit) ?? false,
  };
}

export type PhoneCall = ReturnType<typeof usePhoneCall>;
